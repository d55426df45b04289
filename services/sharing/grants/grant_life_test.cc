// SPDX-License-Identifier: Apache-2.0
// The life of a grant after its decision, over the store: terms, renewal, end, disposal, expiry, and a
// whole consumer stopped.
#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/statutes/recompute.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;
using State = Grant::State;

const absl::CivilDay kLater(2027, 9, 30);

State StateOf(TestDesk& t, const std::string& grant) {
  return t.store.LoadGrant(grant)->value.fields().state;
}
Stored<Disposal> DisposalOf(TestDesk& t, const std::string& grant) {
  return t.store.LoadCase<Disposal>(Disposal::NameFor(grant)).value();
}
std::string Etag(const Stored<Disposal>& disposal) { return Desk::EtagOf(disposal.version); }
DisposalReport GoodReport(const TestDesk& t) {
  return {.method = DisposalMethod::kErased,
          .day = statute::LawDay(t.clock.Now()),
          .person = "people/a",
          .manifest_digest = std::string(32, 'd')};
}
std::string Ended(TestDesk& t) {
  const std::string name = t.NameOf(t.Granted());
  REQUIRE(t.grants.End(t.By(ConsumerHead()), name, EndGround::kAchieved, "核定完毕").ok());
  return name;
}
// Clocks of this subject in the lists of this owner.
std::vector<ClockRow> ClocksOf(TestDesk& t, const std::string& owner, absl::string_view subject) {
  std::vector<ClockRow> rows;
  const Page<ClockRow> page =
      t.store
          .ListClocks({owner}, "", 1000,
                      [](const ClockRow&, const Request*, const Dispute*) { return true; })
          .value();
  for (const Stored<ClockRow>& row : page.values) {
    if (row.value.subject == subject) rows.push_back(row.value);
  }
  return rows;
}

TEST_CASE("The end of a grant opens its disposal in the same batch, with its clock",
          "[grantlife]") {
  TestDesk t;
  const std::string name = Ended(t);
  const Disposal disposal = DisposalOf(t, name).value;
  CHECK(disposal.state == Disposal::State::kOwed);
  CHECK(disposal.grant == name);
  for (const char* owner : {kTax, kCivil}) {
    const std::vector<ClockRow> clocks = ClocksOf(t, owner, disposal.name);
    REQUIRE(clocks.size() == 1);
    CHECK(clocks[0].debtor == kTax);
    CHECK(clocks[0].clock.kind == statute::ClockKind::kDisposal);
  }
  const auto events = t.Events();
  CHECK(events[events.size() - 2].kind() == RecordKind::GRANT_ENDED);
  CHECK(events[events.size() - 2].reason() == "ACHIEVED");
  CHECK(events[events.size() - 2].has_act());
  CHECK(events.back().kind() == RecordKind::DISPOSAL_CHANGED);
  CHECK(absl::StrContains(events.back().rule(), "R25 第二十七条第一款"));
  CHECK(events.back().state() == Encode(disposal));
}

TEST_CASE("An accepted disposal closes the grant for good, a rejected one is due at once",
          "[grantlife]") {
  TestDesk t;
  Disposals disposals(&t.desk);
  const std::string name = Ended(t);
  const std::string of = Disposal::NameFor(name);
  Stored<Disposal> disposal =
      disposals.Report(t.By(Applicant()), of, Etag(DisposalOf(t, name)), GoodReport(t)).value();
  CHECK(StateOf(t, name) == State::kEnded);
  disposal =
      disposals.Reject(t.By(ProviderHead()), of, Etag(disposal), "清单不全").value();
  CHECK(StateOf(t, name) == State::kDisposalDue);
  CHECK(t.Events().back().object() == name);
  disposal = disposals.Report(t.By(Applicant()), of, Etag(disposal), GoodReport(t)).value();
  CHECK(absl::IsAborted(disposals.Accept(t.By(Reviewer()), of, "v1").status()));
  const Errand accept = t.By(Reviewer(), "once", "body");
  disposal = disposals.Accept(accept, of, Etag(disposal)).value();
  CHECK(disposals.Accept(accept, of, Etag(disposal))->version == disposal.version);
  CHECK(StateOf(t, name) == State::kDisposed);
  CHECK(ClocksOf(t, kTax, of).empty());
  CHECK(DisposalsDue(t.desk).value() == 0);

  CHECK(ReasonOf(disposals.Report(t.By(Stranger()), of, Etag(disposal), GoodReport(t)).status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(disposals.cases().Get(Stranger(), "disposals/none").status()) ==
        ReasonOf(disposals.cases().Get(Stranger(), of).status()));
  CHECK(absl::IsPermissionDenied(
      disposals.Accept(t.By(ConsumerHead()), of, Etag(disposal)).status()));
}

TEST_CASE("A disposal that is not reported in time is due by rule, once", "[grantlife]") {
  TestDesk t;
  Disposals disposals(&t.desk);
  const std::string name = Ended(t);
  const absl::Time due = statute::DueInstant(DisposalOf(t, name).value.clock);
  t.clock.Advance(due - absl::Nanoseconds(1) - t.clock.Now());
  CHECK(DisposalsDue(t.desk).value() == 0);
  CHECK(StateOf(t, name) == State::kEnded);
  t.clock.Advance(absl::Nanoseconds(1));
  CHECK(DisposalsDue(t.desk).value() == 1);
  CHECK(DisposalsDue(t.desk).value() == 0);
  CHECK(StateOf(t, name) == State::kDisposalDue);
  const Stored<Disposal> overdue = DisposalOf(t, name);
  CHECK(overdue.value.state == Disposal::State::kOverdue);
  const Stored<Disposal> reported =
      disposals.Report(t.By(Applicant()), overdue.value.name, Etag(overdue), GoodReport(t)).value();
  REQUIRE(disposals.Accept(t.By(Reviewer()), overdue.value.name, Etag(reported)).ok());
  CHECK(StateOf(t, name) == State::kDisposed);
}

TEST_CASE("A grant whose period is over expires by rule and owes its disposal from that day",
          "[grantlife]") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  const std::string renewed = t.NameOf(t.Granted());
  REQUIRE(t.grants.AskRenewal(t.By(ConsumerHead()), renewed, kLater, "仍需核定税种").ok());
  REQUIRE(t.grants.Renew(t.By(ProviderHead()), renewed, kLater).ok());
  const absl::Time end = t.store.LoadGrant(name)->value.fields().end_time;
  t.clock.Advance(end - absl::Nanoseconds(1) - t.clock.Now());
  CHECK(GrantsDue(t.desk).value() == 0);
  t.clock.Advance(absl::Hours(24 * 3));
  CHECK(GrantsDue(t.desk).value() == 1);
  CHECK(GrantsDue(t.desk).value() == 0);
  CHECK(StateOf(t, name) == State::kExpired);
  CHECK(StateOf(t, renewed) == State::kActive);
  const Disposal disposal = DisposalOf(t, name).value;
  CHECK(disposal.clock.trigger == end - absl::Nanoseconds(1));
  CHECK(t.Events().back().kind() == RecordKind::DISPOSAL_CHANGED);
  t.clock.Advance(absl::Hours(24 * 365));
  CHECK(GrantsDue(t.desk).value() == 1);
  CHECK(StateOf(t, renewed) == State::kExpired);
}

TEST_CASE("Hundreds of grants that end on one day all expire in one round", "[grantlife]") {
  TestDesk t;
  const Grant::Fields model = t.Granted().value.fields();
  Change change{.owners = {kTax, kCivil}};
  for (int i = 0; i < 250; ++i) {
    Grant::Fields fields = model;
    fields.name = absl::StrCat("grants/g", i);
    change.grants.push_back({Grant::Restore(fields), 0});
  }
  REQUIRE(t.store.Commit(change, t.clock.Now()).ok());
  t.clock.Advance(model.end_time - t.clock.Now());
  CHECK(GrantsDue(t.desk).value() == 251);
  CHECK(t.store.Woken("grants", absl::InfiniteFuture() - absl::Hours(1), 10)->empty());
}

// What the reviewer grants in part, of personal data.
Decision Reduced() {
  Scope granted = ScopeOver(Marriages());
  granted.items.pop_back();
  return {.verdict = Decision::Verdict::kApproveReduced,
          .scope = granted,
          .cuts = {{"wife", "核税不需要"}}};
}

TEST_CASE("A reduced grant over personal data serves nobody until its terms are accepted",
          "[grantlife]") {
  TestDesk t;
  const std::string name = t.Answered(Reduced()).value.fields().grant;
  CHECK(StateOf(t, name) == State::kPendingTerms);
  CHECK(absl::IsPermissionDenied(t.grants.AcceptTerms(t.By(ProviderHead()), name).status()));
  CHECK(ReasonOf(t.grants.Suspend(t.By(ProviderHead()), name, SuspendGround::kDataFault, "x")
                     .status()) == Reason::kStateForbids);
  const Stored<Grant> accepted = t.grants.AcceptTerms(t.By(ConsumerHead()), name).value();
  CHECK(accepted.value.fields().state == State::kActive);
  CHECK(accepted.value.fields().number == 2);
  CHECK(t.Events().back().kind() == RecordKind::TERMS_ACCEPTED);
  CHECK(t.Events().back().has_act());
}

TEST_CASE("A grant that was never in force ends without a disposal", "[grantlife]") {
  TestDesk t;
  const std::string ended = t.Answered(Reduced()).value.fields().grant;
  REQUIRE(t.grants.End(t.By(ConsumerHead()), ended, EndGround::kNoLongerNeeded, "不要了").ok());
  const std::string left = t.Answered(Reduced()).value.fields().grant;
  t.clock.Advance(absl::Hours(24 * 400));
  CHECK(GrantsDue(t.desk).value() == 1);
  for (const std::string& name : {ended, left}) {
    CHECK(absl::IsNotFound(t.store.LoadCase<Disposal>(Disposal::NameFor(name)).status()));
  }
  CHECK(StateOf(t, left) == State::kExpired);
}

TEST_CASE("A revocation opens the disposal, and is not the consumer's to make", "[grantlife]") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  REQUIRE(t.grants.Revoke(t.By(ProviderHead()), name, RevokeGround::kBasisChanged, "某法修订").ok());
  CHECK(StateOf(t, name) == State::kRevoked);
  CHECK(DisposalOf(t, name).value.state == Disposal::State::kOwed);
  t.agencies[kTax].active = false;
  const std::string gone = t.NameOf(t.Granted());
  CHECK(ReasonOf(t.grants.Revoke(t.By(ProviderHead()), gone, RevokeGround::kConsumerEnded, "")
                     .status()) == Reason::kGroundRequired);
  CHECK(t.grants.Revoke(t.By(ProviderHead()), gone, RevokeGround::kConsumerEnded, "撤并文件3号")
            .ok());
}

TEST_CASE("The renewal of a grant rests on its resource as it is now", "[grantlife]") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  REQUIRE(t.grants.AskRenewal(t.By(ConsumerHead()), name, kLater, "仍需核定税种").ok());
  Resource without = Marriages();
  without.items.pop_back();
  without.revision = 4;
  REQUIRE(t.grants.Follow(without).ok());
  CHECK(ReasonOf(t.grants.Renew(t.By(ProviderHead()), name, kLater).status()) ==
        Reason::kNotShared);
  REQUIRE(t.grants.DeclineRenewal(t.By(ProviderHead()), name, "该项已停").ok());
  CHECK(absl::StrContains(t.Events().back().rule(), "R25 第二十一条第二款"));
}

TEST_CASE("Who reported or asked is known after the write, and answers nothing from the other side",
          "[grantlife]") {
  TestDesk t;
  Actor moved = ProviderHead();
  moved.name = ConsumerHead().name;
  const std::string renewed = t.NameOf(t.Granted());
  REQUIRE(t.grants.AskRenewal(t.By(ConsumerHead()), renewed, kLater, "仍需核定税种").ok());
  CHECK(ReasonOf(t.grants.Renew(t.By(moved), renewed, kLater).status()) == Reason::kOwnRequest);
  CHECK(t.grants.Renew(t.By(ProviderHead()), renewed, kLater).ok());

  Disposals disposals(&t.desk);
  const std::string name = Disposal::NameFor(Ended(t));
  const Stored<Disposal> owed = t.store.LoadCase<Disposal>(name).value();
  const Stored<Disposal> reported =
      disposals.Report(t.By(ConsumerHead()), name, Etag(owed), GoodReport(t)).value();
  CHECK(ReasonOf(disposals.Accept(t.By(moved), name, Etag(reported)).status()) ==
        Reason::kOwnRequest);
  CHECK(disposals.Accept(t.By(ProviderHead()), name, Etag(reported)).ok());
}

// Grants of the consumer over this resource, straight into the store.
void PutGrants(TestDesk& t, const std::string& provider, int from, int count) {
  Grant::Fields model = {.consumer = kTax,
                         .provider = provider,
                         .resource = Marriages().name,
                         .items = {"cert_no"},
                         .end_time = t.clock.Now() + absl::Hours(24 * 100),
                         .state = State::kActive,
                         .rule = "cn-2025-809@1 R25 第二十一条第一款",
                         .create_time = t.clock.Now()};
  Change change{.owners = {kTax, provider, "authorities/city"}};
  for (int i = from; i < from + count; ++i) {
    model.name = absl::StrCat("grants/", i);
    change.grants.push_back({Grant::Restore(model), 0});
  }
  REQUIRE(t.store.Commit(change, t.clock.Now()).ok());
}
int CountIn(TestDesk& t, State state, const std::string& provider) {
  const auto grants = t.AllGrants();
  return static_cast<int>(std::count_if(grants.begin(), grants.end(), [&](const auto& grant) {
    return grant.value.fields().state == state && grant.value.fields().provider == provider;
  }));
}

TEST_CASE("A consumer's grants of one provider are stopped together, those of others go on",
          "[grantlife]") {
  TestDesk t;
  PutGrants(t, kCivil, 0, 120);
  PutGrants(t, kHousing, 200, 3);
  const auto stop = [&](const Actor& actor, const std::string& id) {
    return t.grants.SuspendConsumer(t.By(actor, id, id), kTax, SuspendGround::kSecurityIncident,
                                    "账号失窃");
  };
  CHECK(DetailsOf(stop(ProviderHead(), "").status())->fields.front().field == "request_id");
  CHECK(stop(Applicant(), "a").value() == 0);
  CHECK(stop(ConsumerHead(), "b").value() == 0);
  CHECK(CountIn(t, State::kSuspended, kCivil) == 0);
  CHECK(stop(ProviderHead(), "c").value() == 120);
  CHECK(CountIn(t, State::kSuspended, kCivil) == 120);
  CHECK(CountIn(t, State::kSuspended, kHousing) == 0);
  CHECK(stop(ProviderHead(), "c").value() == 0);  // the same call again finds nothing left
  // The authority in charge stops the rest; what it stopped, the provider does not resume.
  CHECK(stop(Officer(), "d").value() == 3);
  CHECK(t.store.LoadGrant("grants/200")->value.fields().by_authority);
  const auto events = t.Events();
  const auto acts = std::count_if(events.begin(), events.end(), [](const auto& event) {
    return event.kind() == RecordKind::GRANT_SUSPENDED && event.has_act();
  });
  CHECK(acts == 2);  // one act a call, in the event of the consumer
}

TEST_CASE("A suspension of a consumer that was cut off goes on under its request id",
          "[grantlife]") {
  for (const bool applied : {false, true}) {
    TestDesk t;
    PutGrants(t, kCivil, 0, 120);
    int commits = 0;
    t.kv.on_commit = [&](const kv::Batch&) {
      if (++commits != 2) return kv::Outcome{};
      return kv::Outcome{applied, absl::UnavailableError("the wire broke")};
    };
    const Errand errand = t.By(ProviderHead(), "once", "body");
    CHECK_FALSE(t.grants.SuspendConsumer(errand, kTax, SuspendGround::kMisuse, "超出用途").ok());
    t.kv.on_commit = nullptr;
    CHECK(t.grants.SuspendConsumer(errand, kTax, SuspendGround::kMisuse, "超出用途").value() ==
          (applied ? 20 : 70));
    CHECK(CountIn(t, State::kSuspended, kCivil) == 120);
    // Each suspension for misuse has its notice.
    CHECK(t.store.ListNotices({kTax}, "", 1000, [](const Notice&) { return true; })
              .value()
              .values.size() == 120);
  }
}

TEST_CASE("A disposal's due date is computed anew when its year is loaded", "[grantlife]") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  REQUIRE(t.grants.AskRenewal(t.By(ConsumerHead()), name, kLater, "仍需核定税种").ok());
  REQUIRE(t.grants.Renew(t.By(ProviderHead()), name, kLater).ok());
  t.clock.Advance(statute::StartOfDay(absl::CivilDay(2026, 12, 28)) - Morning());
  REQUIRE(t.grants.End(t.By(ConsumerHead()), name, EndGround::kAchieved, "核定完毕").ok());
  const Disposal before = DisposalOf(t, name).value;
  REQUIRE(before.clock.due.provisional);
  REQUIRE(t.desk
              .AddCalendar({.area = "cn",
                            .year = 2027,
                            .version = 1,
                            .notice = "https://www.gov.cn/example",
                            .working_days = 260,
                            .holidays = {{"元旦", absl::CivilDay(2027, 1, 1),
                                          absl::CivilDay(2027, 1, 5), {}}}})
              .ok());
  CHECK(RecomputeClocks(t.desk).value() >= 1);
  const Disposal after = DisposalOf(t, name).value;
  CHECK_FALSE(after.clock.due.provisional);
  CHECK(after.clock.due.day > before.clock.due.day);
  CHECK(after.clock.superseded.size() == 1);
  // The rule wakes at the new date, not at the old one.
  t.clock.Advance(statute::DueInstant(before.clock) - t.clock.Now());
  CHECK(DisposalsDue(t.desk).value() == 0);
  t.clock.Advance(statute::DueInstant(after.clock) - t.clock.Now());
  CHECK(DisposalsDue(t.desk).value() == 1);
}

}  // namespace
}  // namespace shareway::sharing
