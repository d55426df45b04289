// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/grants/corrections.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/correction_stream.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using State = Correction::State;
using evidence::RecordKind;

constexpr char kCivilNode[] = "agencies/civil/nodes/n1";
constexpr char kTaxNode[] = "agencies/tax/nodes/n1";

Actor Clerk() { return {.name = "people/c", .agency = kTax, .clerk = true}; }
Actor Steward() { return {.name = "people/st", .agency = kCivil, .steward = true}; }
Actor HousingClerk() { return {.name = "people/hc", .agency = kHousing, .clerk = true}; }

struct World : TestDesk {
  const Corrections corrections{&desk, [](absl::string_view node, absl::string_view agency) {
                                  return absl::StartsWith(node, absl::StrCat(agency, "/"));
                                }};

  static CorrectionAsked OnAField(const std::string& exchange = "ex-1") {
    return {.exchange = exchange,
            .place = 1,
            .item = "husband",
            .description = "姓名与证件不一致",
            .proposed_value = "王小明",
            .evidence = "窗口核对证件原件"};
  }
  absl::StatusOr<Stored<Correction>> TryOpen(const CorrectionAsked& asked = OnAField()) {
    return corrections.Open(By(Clerk()), Marriages().name, asked, false);
  }
  // Of a consumer with a grant.
  Stored<Correction> Opened(const std::string& exchange = "ex-1") {
    if (!granted_) Granted();
    granted_ = true;
    return *TryOpen(OnAField(exchange));
  }
  Stored<Correction> Recalled(bool all_grantees = false) {
    const Stored<Correction> opened = Opened();
    const auto corrected = corrections.Resolve(By(Steward()), opened.value.name, Etag(opened),
                                               {.outcome = State::kCorrected});
    return *corrections.BeginRecall(By(Steward()), opened.value.name, Etag(*corrected), "姓名有误",
                                    all_grantees);
  }
  template <typename T>
  static std::string Etag(const Stored<T>& stored) {
    return Desk::EtagOf(stored.version);
  }
  Stored<Correction> Now(const std::string& name) { return *corrections.Get(Clerk(), name); }
  std::vector<Recall> Told(const Actor& actor) {
    std::vector<Recall> told;
    const auto page = corrections.recalls().List(actor, desk.OwnersFor(actor), "", 100,
                                                 [](const Recall&) { return true; });
    for (const Stored<Recall>& recall : page->values) told.push_back(recall.value);
    return told;
  }
  size_t Watched() {
    return store
        .ListCases<Correction>({WatchedList(kCivil)}, "", 100,
                               [](const Correction&) { return true; })
        ->values.size();
  }

 private:
  bool granted_ = false;
};

TEST_CASE("A correction goes from the clerk to the answer, with its clock", "[correction]") {
  World w;
  const Stored<Correction> opened = w.Opened();
  const std::string& name = opened.value.name;
  const auto clocks = [&] {
    return w.store
        .ListClocks({kCivil}, "", 10,
                    [&](const ClockRow& row, const Request*, const Dispute*) {
                      return row.subject == name;
                    })
        ->values;
  };
  REQUIRE(clocks().size() == 1);
  CHECK(clocks()[0].value.debtor == kCivil);
  CHECK(w.Watched() == 1);
  const auto taken = w.corrections.Acknowledge(w.By(Steward()), name, w.Etag(opened));
  REQUIRE(taken.ok());
  w.clock.Advance(absl::Hours(48));
  const auto resolved = w.corrections.Resolve(w.By(Steward()), name, w.Etag(*taken),
                                              {.outcome = State::kCorrected, .answer = "已更正"});
  REQUIRE(resolved.ok());
  CHECK(w.Now(name).value.state == State::kCorrected);
  CHECK(w.Watched() == 0);
  CHECK(w.Now(name).value.clock->stop);
  const std::vector<evidence::AuditRecord> events = w.Events();
  REQUIRE(events.size() >= 3);
  CHECK(events[events.size() - 3].kind() == RecordKind::CORRECTION_OPENED);
  CHECK(events.back().kind() == RecordKind::CORRECTION_CHANGED);
  CHECK(events.back().state() == Encode(w.Now(name).value));
  CHECK(events.back().rule() == "cn-2025-809@1 R25 第二十六条第二款");
}

TEST_CASE("What is proposed is in no evidence, for the parties alone, and ends with the correction",
          "[correction]") {
  World w;
  const Stored<Correction> opened = w.Opened();
  CHECK(*w.corrections.ProposedValue(Clerk(), opened.value) == "王小明");
  CHECK(*w.corrections.ProposedValue(Steward(), opened.value) == "王小明");
  CHECK(w.corrections.ProposedValue(Officer(), opened.value)->empty());
  const auto withdrawn =
      w.corrections.Withdraw(w.By(Clerk()), opened.value.name, w.Etag(opened));
  REQUIRE(withdrawn.ok());
  CHECK(w.corrections.ProposedValue(Clerk(), withdrawn->value)->empty());
  for (const evidence::AuditRecord& event : w.Events()) {
    CHECK_FALSE(absl::StrContains(event.SerializeAsString(), "王小明"));
  }
}

TEST_CASE("Evidence tells the consumer of a recall, and none of the provider's nodes",
          "[correction]") {
  World w;
  const std::string name = w.Recalled().value.name;
  REQUIRE(w.corrections
              .Report(kCivilNode, name, 1, {{kHousing, Recall::Basis::kDelivered, {"ex-7"}}}, true)
              .ok());
  REQUIRE(w.corrections
              .BeginRecall(w.By(Steward()), name, w.Etag(w.Now(name)), "姓名仍有误", false)
              .ok());
  REQUIRE(w.corrections.Report(kCivilNode, name, 2, {}, true).ok());
  int provider = 0, consumer = 0;
  std::string last;
  for (const evidence::AuditRecord& event : w.Events()) {
    if (event.object() != name) continue;
    const auto& told = event.agencies();
    const bool to_consumer = std::find(told.begin(), told.end(), kTax) != told.end();
    const bool named = event.state().find(kCivilNode) != std::string::npos;
    CHECK_FALSE((to_consumer && named));
    if (named) ++provider;
    if (to_consumer) ++consumer;
    last = event.state();
  }
  CHECK(provider == 2);  // each round's report
  CHECK(consumer == 6);  // opened, corrected, and twice recalled and reported
  CHECK(last == Encode(w.Now(name).value));
}

TEST_CASE("Strangers learn nothing of a correction, and may not open one of a record",
          "[correction]") {
  World w;
  const Stored<Correction> opened = w.Opened();
  const absl::Status seen = w.corrections.Get(Stranger(), opened.value.name).status();
  const absl::Status absent = w.corrections.Get(Stranger(), Desk::NewName("corrections")).status();
  CHECK(ReasonOf(seen) == Reason::kNotVisible);
  CHECK(absent.code() == seen.code());
  CHECK(ReasonOf(w.corrections.Acknowledge(w.By(Stranger()), opened.value.name, w.Etag(opened))
                     .status()) == Reason::kNotVisible);
  const auto foreign =
      w.corrections.Open(w.By(HousingClerk()), Marriages().name, World::OnAField(), false);
  CHECK(ReasonOf(foreign.status()) == Reason::kNotADeliveryOf);
  CHECK(ReasonOf(w.corrections.Open(w.By(Clerk()), "resources/none", World::OnAField(), false)
                     .status()) == Reason::kNotVisible);
  CHECK(w.Now(opened.value.name).value.state == State::kOpened);
}

TEST_CASE("The same is asked once at a time", "[correction]") {
  World w;
  const Stored<Correction> first = w.Opened();
  const absl::Status again = w.TryOpen().status();
  CHECK(ReasonOf(again) == Reason::kAlreadyExists);
  CHECK(DetailsOf(again)->metadata.at("name") == first.value.name);
  CHECK(w.TryOpen(World::OnAField("ex-2")).ok());
  const auto rejected = w.corrections.Reject(w.By(Steward()), first.value.name, w.Etag(first),
                                             "说明不清");
  REQUIRE(rejected.ok());
  const auto second = w.TryOpen();
  REQUIRE(second.ok());
  CHECK(ReasonOf(w.TryOpen().status()) == Reason::kAlreadyExists);
  CHECK(DetailsOf(w.TryOpen().status())->metadata.at("name") == second->value.name);
}

TEST_CASE("Writes of corrections are idempotent, by who saw them, and can be tried",
          "[correction]") {
  World w;
  w.Granted();
  const auto dry = w.corrections.Open(w.By(Clerk()), Marriages().name, World::OnAField(), true);
  REQUIRE(dry.ok());
  CHECK(dry->version == 0);
  CHECK(w.Watched() == 0);
  const Errand errand = w.By(Clerk(), "id-1");
  const auto open = [&] {
    return w.corrections.Open(errand, Marriages().name, World::OnAField(), false);
  };
  const auto first = open();
  REQUIRE(first.ok());
  CHECK(open()->value.name == first->value.name);
  CHECK(w.Watched() == 1);
  CHECK(ReasonOf(w.corrections.Acknowledge(w.By(Steward()), first->value.name, "v0").status()) ==
        Reason::kChangedMeanwhile);
}

TEST_CASE("The provider's node names the record, no other does", "[correction]") {
  World w;
  const Stored<Correction> opened = w.Opened();
  const std::string& name = opened.value.name;
  const std::string digest(16, 'a');
  CHECK(ReasonOf(w.corrections.Place(kTaxNode, name, digest)) == Reason::kNotVisible);
  CHECK(ReasonOf(w.corrections.Place(kCivilNode, "corrections/none", digest)) ==
        Reason::kNotVisible);
  CHECK(w.corrections.Place(kCivilNode, name, "x").code() == absl::StatusCode::kInvalidArgument);
  REQUIRE(w.corrections.Place(kCivilNode, name, digest).ok());
  const size_t events = w.Events().size();
  REQUIRE(w.corrections.Place(kCivilNode, name, std::string(16, 'b')).ok());  // too late
  CHECK(w.Now(name).value.record == digest);
  CHECK(w.Events().size() == events);
}

TEST_CASE("Each consumer that nodes name is told once, and confirms for itself", "[recall]") {
  World w;
  const Stored<Correction> recalled = w.Recalled();
  const std::string& name = recalled.value.name;
  const std::vector<RecallRecipient> recipients = {
      {kTax, Recall::Basis::kDelivered, {"ex-1"}},
      {kHousing, Recall::Basis::kDeliveredInBulk, {"ex-7"}}};
  REQUIRE(w.corrections.Report(kCivilNode, name, 1, recipients, true).ok());
  CHECK(w.Now(name).value.reported_nodes == std::vector<std::string>{kCivilNode});
  REQUIRE(w.corrections.Report("agencies/civil/nodes/n2", name, 1,
                               {{kTax, Recall::Basis::kDelivered, {"ex-9"}}}, true)
              .ok());
  CHECK(w.corrections.CountRecalls(w.Now(name).value)->told == 2);
  const std::vector<Recall> told = w.Told(HousingClerk());
  REQUIRE(told.size() == 1);
  CHECK(told[0].exchanges == std::vector<std::string>{"ex-7"});
  CHECK(told[0].reason == "姓名有误");
  CHECK(w.Told(Steward()).size() == 2);  // who told
  // The other consumer's correction, and its recall, stay hidden.
  CHECK(ReasonOf(w.corrections.Get(HousingClerk(), name).status()) == Reason::kNotVisible);
  REQUIRE(w.Told(Clerk()).size() == 1);
  const Recall mine = w.Told(Clerk())[0];
  CHECK(ReasonOf(w.corrections.recalls().Get(HousingClerk(), mine.name).status()) ==
        Reason::kNotVisible);
  const auto stored = w.corrections.recalls().Get(Clerk(), mine.name);
  const auto confirm = [&](const Actor& actor) {
    return w.corrections.ConfirmRecall(w.By(actor), mine.name, w.Etag(*stored),
                                       Recall::State::kReplaced, "已替换");
  };
  CHECK(ReasonOf(confirm(Steward()).status()) == Reason::kPolicyDenied);
  REQUIRE(confirm(Clerk()).ok());
  CHECK(w.corrections.CountRecalls(w.Now(name).value)->confirmed == 1);
  for (const evidence::AuditRecord& event : w.Events()) {
    if (!absl::StartsWith(event.object(), "recalls/")) continue;
    const auto& agencies = event.agencies();
    CHECK(agencies.size() == 2);  // the told and the provider; nobody else
  }
}

TEST_CASE("A report of another round, of a stranger or of too much changes nothing", "[recall]") {
  World w;
  const Stored<Correction> recalled = w.Recalled();
  const std::string& name = recalled.value.name;
  const std::vector<RecallRecipient> one = {{kTax, Recall::Basis::kDelivered, {}}};
  CHECK(ReasonOf(w.corrections.Report(kTaxNode, name, 1, one, true)) == Reason::kNotVisible);
  REQUIRE(w.corrections.Report(kCivilNode, name, 2, one, true).ok());
  CHECK(w.corrections
            .Report(kCivilNode, name, 1, std::vector<RecallRecipient>(201, one[0]), true)
            .code() == absl::StatusCode::kInvalidArgument);
  CHECK(w.corrections.CountRecalls(w.Now(name).value)->told == 0);
  REQUIRE(w.corrections.Report(kCivilNode, name, 1, {}, true).ok());
  REQUIRE(w.corrections.Report(kCivilNode, name, 1, one, true).ok());  // it was complete
  CHECK(w.corrections.CountRecalls(w.Now(name).value)->told == 0);
  const auto again =
      w.corrections.BeginRecall(w.By(Steward()), name, w.Etag(w.Now(name)), "姓名有误", false);
  REQUIRE(again.ok());
  REQUIRE(w.corrections.Report(kCivilNode, name, 2, one, false).ok());
  REQUIRE(w.corrections.Report(kCivilNode, name, 2, {}, true).ok());
  CHECK(w.corrections.CountRecalls(w.Now(name).value)->told == 1);
}

TEST_CASE("Where no node knows, those who hold a grant are told, and marked as such", "[recall]") {
  World w;
  const Stored<Correction> recalled = w.Recalled(true);
  const std::vector<Recall> told = w.Told(Clerk());
  REQUIRE(told.size() == 1);
  CHECK(told[0].basis == Recall::Basis::kGranted);
  REQUIRE(w.corrections
              .Report(kCivilNode, recalled.value.name, 1,
                      {{kTax, Recall::Basis::kDelivered, {"ex-1"}}}, true)
              .ok());
  CHECK(w.Told(Clerk()).size() == 1);
}

TEST_CASE("A recall that outlives its correction leaves a new one of the same alone", "[recall]") {
  World w;
  const Stored<Correction> recalled = w.Recalled();
  const auto second = w.TryOpen();
  REQUIRE(second.ok());
  REQUIRE(w.corrections.Report(kCivilNode, recalled.value.name, 1, {}, true).ok());
  CHECK(ReasonOf(w.TryOpen().status()) == Reason::kAlreadyExists);
}

TEST_CASE("A due date in a year without a calendar is computed again once it has one",
          "[correction]") {
  World w;
  w.Granted();
  w.clock.Advance(statute::StartOfDay(absl::CivilDay(2026, 12, 28)) - Morning());
  const Stored<Correction> opened = *w.TryOpen();
  const std::string& name = opened.value.name;
  CHECK(opened.value.clock->due.provisional);
  CHECK(*w.store.Provisional() == std::vector<std::string>{name});
  CHECK(*RecomputeCorrection(w.desk, name) == false);  // still not published
  const statute::CalendarSet calendars = *Calendars().With(
      {.area = "cn",
       .year = 2027,
       .version = 1,
       .notice = "https://www.gov.cn/example",
       .working_days = 260,
       .holidays = {{"元旦", absl::CivilDay(2027, 1, 1), absl::CivilDay(2027, 1, 3), {}}}});
  const Desk later(&w.store, &w.clock, &Profiles(), &calendars, "cn-2025-809",
                   [&w](absl::string_view agency) { return w.agencies.find(agency)->second; });
  CHECK(*RecomputeCorrection(later, name));
  CHECK(*RecomputeCorrection(later, name) == false);
  const Correction now = w.Now(name).value;
  CHECK_FALSE(now.clock->due.provisional);
  CHECK(now.clock->superseded.size() == 1);
  CHECK(w.store.Provisional()->empty());
  CHECK(w.Events().back().kind() == RecordKind::CLOCK_RECOMPUTED);
}

// ---- the stream to nodes

struct Streaming : World {
  rpc::DirectoryHolder directory;
  std::vector<v1::CorrectionChange> sent;

  Streaming() { Direct({}); }

  void Direct(const std::vector<std::string>& hosted_by_tax) {
    auto next = std::make_shared<rpc::Directory>();
    for (const char* agency : {kTax, kCivil}) {
      catalog::v1::DirectoryChange change;
      change.mutable_agency()->set_name(agency);
      change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
      next->Apply(change);
    }
    for (const char* name : {kTaxNode, kCivilNode}) {
      catalog::v1::DirectoryChange change;
      change.mutable_node()->set_name(name);
      change.mutable_node()->set_standing(catalog::v1::ACTIVE);
      if (std::string(name) == kTaxNode) {
        change.mutable_node()->mutable_hosted_agencies()->Assign(hosted_by_tax.begin(),
                                                                 hosted_by_tax.end());
      }
      next->Apply(change);
    }
    directory.Set(next);
  }
  CorrectionStream Stream(const std::string& node) {
    return CorrectionStream(&store, &directory, node, [this](const v1::CorrectionChange& change) {
      sent.push_back(change);
      return absl::OkStatus();
    });
  }
  std::vector<std::string> Take() {
    std::vector<std::string> out;
    for (const v1::CorrectionChange& change : sent) {
      const std::string at =
          change.has_revision() ? absl::StrCat("@", change.revision().number()) : "";
      const v1::NodeCorrection& c = change.correction();
      switch (change.change_case()) {
        case v1::CorrectionChange::kSnapshotBegin: out.push_back("begin" + at); break;
        case v1::CorrectionChange::kSnapshotEnd: out.push_back("end" + at); break;
        case v1::CorrectionChange::kProgress: out.push_back("progress" + at); break;
        case v1::CorrectionChange::kCorrection:
          out.push_back(absl::StrCat(c.exchange(), c.open() ? " open" : " closed",
                                     c.record().empty() ? "" : " named",
                                     c.recall() > 0 ? absl::StrCat(" recall ", c.recall()) : "",
                                     at));
          break;
        case v1::CorrectionChange::CHANGE_NOT_SET: out.push_back("?"); break;
      }
    }
    sent.clear();
    return out;
  }
};
using Sent = std::vector<std::string>;

TEST_CASE("The provider's node gets what is open, each change, and its closing", "[correction]") {
  Streaming t;
  const Stored<Correction> first = t.Opened();
  CorrectionStream stream = t.Stream(kCivilNode);
  REQUIRE(stream.Begin({}).ok());
  CHECK(t.Take() == Sent{"begin", "ex-1 open", "end@1"});
  t.Opened("ex-2");
  REQUIRE(t.corrections.Place(kCivilNode, first.value.name, std::string(16, 'a')).ok());
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"ex-2 open@2", "ex-1 open named@3"});
  const Stored<Correction> now = t.Now(first.value.name);
  REQUIRE(t.corrections.Reject(t.By(Steward()), now.value.name, t.Etag(now), "无误").ok());
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"ex-1 closed named@4"});
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take().empty());
  CorrectionStream next = t.Stream(kCivilNode);
  REQUIRE(next.Begin({}).ok());
  CHECK(t.Take() == Sent{"begin", "ex-2 open", "end@4"});
}

TEST_CASE("The consumer's node learns only that time goes on, until it serves the provider",
          "[correction]") {
  Streaming t;
  t.Opened();
  CorrectionStream stream = t.Stream(kTaxNode);
  REQUIRE(stream.Begin({}).ok());
  CHECK(t.Take() == Sent{"begin", "end@1"});
  t.Opened("ex-2");
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"progress@2"});
  t.Direct({kCivil});
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  const Sent served = t.Take();
  CHECK(std::set<std::string>(served.begin(), served.end()) ==
        std::set<std::string>{"begin", "ex-1 open", "ex-2 open", "end@2"});
  t.directory.Set(std::make_shared<rpc::Directory>());
  CHECK(ReasonOf(stream.Continue(absl::ZeroDuration())) == Reason::kKeyRevoked);
}

TEST_CASE("A node that knows where it stopped gets what came after", "[correction]") {
  Streaming t;
  t.Opened("ex-1");
  t.Opened("ex-2");
  v1::WatchCorrectionsRequest request;
  {
    CorrectionStream stream = t.Stream(kCivilNode);
    REQUIRE(stream.Begin({}).ok());
    request.set_served_digest(t.sent.back().served_digest());
    t.Take();
  }
  const auto begin = [&](uint64_t epoch, uint64_t number) {
    request.mutable_from_revision()->set_epoch(epoch);
    request.mutable_from_revision()->set_number(number);
    CorrectionStream stream = t.Stream(kCivilNode);
    REQUIRE(stream.Begin(request).ok());
    return t.Take();
  };
  CHECK(begin(1, 1) == Sent{"ex-2 open@2"});
  CHECK(begin(1, 2) == Sent{"progress@2"});
  CHECK(begin(2, 1).front() == "begin");
  CHECK(begin(1, 9).front() == "begin");
  request.set_served_digest("other");
  CHECK(begin(1, 1).front() == "begin");
}

TEST_CASE("A recall is asked of each node until it has answered", "[recall]") {
  Streaming t;
  const Stored<Correction> recalled = t.Recalled();
  CorrectionStream stream = t.Stream(kCivilNode);
  REQUIRE(stream.Begin({}).ok());
  CHECK(t.Take() == Sent{"begin", "ex-1 closed recall 1", "end@3"});
  REQUIRE(t.corrections.Report(kCivilNode, recalled.value.name, 1, {}, true).ok());
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"ex-1 closed@4"});
  CorrectionStream next = t.Stream(kCivilNode);
  REQUIRE(next.Begin({}).ok());
  CHECK(t.Take() == Sent{"begin", "end@4"});
}

}  // namespace
}  // namespace shareway::sharing
