// SPDX-License-Identifier: Apache-2.0
// The writes of disputes, and the grant that a decision can end in.
#include "services/sharing/disputes.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using Outcome = Dispute::Outcome;

Ruling Good() {
  return {.body = "演示市人民政府",
          .number = "演政决1号",
          .date = absl::CivilDay(2025, 9, 30),
          .reasons = "确需"};
}

// A dispute before the government.
Stored<Dispute> BeforeGovernment(TestDesk& t, const std::string& subject) {
  Stored<Dispute> dispute = t.disputes.Open(t.By(Applicant()), subject, "依职责确需").value();
  for (const Actor& side : {Applicant(), Reviewer()}) {
    dispute = t.disputes.Escalate(t.By(side), t.NameOf(dispute), t.EtagOf(dispute), "协商未果")
                  .value();
  }
  return dispute;
}
absl::StatusOr<Stored<Dispute>> Record(TestDesk& t, const Stored<Dispute>& dispute,
                                       Outcome outcome,
                                       const std::optional<Scope>& scope = std::nullopt) {
  return t.disputes.Record(t.By(Recorder()), t.NameOf(dispute), t.EtagOf(dispute), outcome, Good(),
                           scope);
}
std::string RefusedRequest(TestDesk& t) {
  return t.NameOf(
      t.Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不行", .condition = "c1"}));
}

TEST_CASE("A decision can grant what was refused, with an approved request beside the grant") {
  TestDesk t;
  const std::string refused = RefusedRequest(t);
  const Stored<Dispute> closed = Record(t, BeforeGovernment(t, refused), Outcome::kGrant).value();
  const Stored<Grant> grant = t.store.LoadGrant(closed.value.fields().grant).value();
  CHECK(grant.value.fields().dispute == t.NameOf(closed));
  CHECK(grant.value.fields().items.size() == 3);
  CHECK(absl::StrContains(grant.value.fields().rule, "第二十八条"));
  CHECK_FALSE(grant.value.fields().decision.empty());
  CHECK(grant.value.fields().request != refused);
  CHECK(t.store.LoadRequest(refused)->value.fields().state == Request::State::kRefused);
  const Stored<Request> made = t.store.LoadRequest(grant.value.fields().request).value();
  CHECK(made.value.fields().state == Request::State::kApproved);
  CHECK(made.value.fields().dispute == t.NameOf(closed));
  CHECK(t.Mismatch().empty());
}

TEST_CASE("A decision over a request grants no more than was asked") {
  const struct {
    const char* field;
    std::function<void(Scope&)> widen;
  } table[] = {
      {"scope.items", [](Scope& s) { s.items.push_back("wife"); }},
      {"scope.row_filter", [](Scope& s) { s.rows.conditions.clear(); }},
      {"scope.purposes", [](Scope& s) { s.purposes.push_back(Purpose::kOther); }},
      {"scope.methods", [](Scope& s) { s.methods.push_back(Method::kDownload); }},
      {"scope.end_date", [](Scope& s) { s.end += 1; }},
  };
  TestDesk t;
  Request::Fields asked = Asked(Marriages());
  asked.scope.items = {"cert_no", "husband"};
  asked.scope.rows.conditions = {{"cert_no", filter::Op::kPrefix, "99"}};
  asked.scope.methods = {Method::kQuery};
  const Stored<Request> refused =
      t.Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不行"}, asked);
  const Stored<Dispute> dispute = BeforeGovernment(t, t.NameOf(refused));
  for (const auto& row : table) {
    Scope scope = asked.scope;
    row.widen(scope);
    const absl::Status status = Record(t, dispute, Outcome::kGrant, scope).status();
    INFO(row.field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
  CHECK(t.AllGrants().empty());
  Scope less = asked.scope;
  less.items.pop_back();
  const Stored<Dispute> closed = Record(t, dispute, Outcome::kGrant, less).value();
  CHECK(t.store.LoadGrant(closed.value.fields().grant)->value.fields().items == less.items);
}

TEST_CASE("One agency that is its own authority does not grant itself what was refused") {
  TestDesk t;
  for (auto& [name, agency] : t.agencies) agency.authority.agency = kTax;
  Actor alone = Applicant();
  alone.officer = alone.recorder = true;
  Actor colleague = alone;
  colleague.name = "people/b";
  Stored<Dispute> dispute =
      t.disputes.Open(t.By(alone), RefusedRequest(t), "依职责确需").value();
  dispute = t.disputes.Escalate(t.By(alone), t.NameOf(dispute), t.EtagOf(dispute), "协商未果")
                .value();
  CHECK(absl::IsFailedPrecondition(
      t.disputes.Escalate(t.By(alone), t.NameOf(dispute), t.EtagOf(dispute), "协商未果").status()));
  t.clock.Advance(absl::Hours(24 * 60));
  dispute = t.disputes.Escalate(t.By(alone), t.NameOf(dispute), t.EtagOf(dispute), "协商未果")
                .value();
  for (const Actor& actor : {alone, colleague}) {
    CHECK(ReasonOf(t.disputes
                       .Record(t.By(actor), t.NameOf(dispute), t.EtagOf(dispute),
                               Outcome::kGrant, Good(), std::nullopt)
                       .status()) == Reason::kOwnRequest);
  }
  CHECK(t.AllGrants().empty());
}

TEST_CASE("A lost write or answer of a granting decision leaves dispute and grant together") {
  for (bool applied : {false, true}) {
    TestDesk t;
    const Stored<Dispute> dispute = BeforeGovernment(t, RefusedRequest(t));
    t.kv.on_commit = [&](const kv::Batch&) {
      return kv::Outcome{applied, absl::UnavailableError("the wire broke")};
    };
    CHECK(absl::IsUnavailable(Record(t, dispute, Outcome::kGrant).status()));
    t.kv.on_commit = nullptr;
    const bool closed = t.store.LoadDispute(t.NameOf(dispute))->value.fields().stage ==
                        Dispute::Stage::kClosed;
    CHECK(closed == applied);
    CHECK(t.AllGrants().size() == (applied ? 1u : 0u));
    CHECK(t.Mismatch().empty());
  }
}

TEST_CASE("What is not shared is granted by decision under the 2016 measure, not under 2025") {
  for (const char* profile : {"cn-2016-51", "cn-2025-809"}) {
    TestDesk t;
    t.Govern(profile);
    const Stored<Dispute> dispute = BeforeGovernment(t, Adoptions().name);
    CHECK(absl::IsInvalidArgument(Record(t, dispute, Outcome::kGrant).status()));  // no scope
    const auto granted = Record(t, dispute, Outcome::kGrant, ScopeOver(Adoptions()));
    INFO(profile << ": " << granted.status().ToString());
    if (std::string(profile) == "cn-2016-51") {
      REQUIRE(granted.ok());
      CHECK(t.AllGrants().size() == 1);
    } else {
      CHECK(ReasonOf(granted.status()) == Reason::kNotShared);
      CHECK(t.AllGrants().empty());
      CHECK(Record(t, dispute, Outcome::kReclassify).ok());
    }
    CHECK(t.Mismatch().empty());
  }
}

TEST_CASE("The other outcomes close the dispute and grant nothing") {
  for (Outcome outcome : {Outcome::kReclassify, Outcome::kSupply, Outcome::kUpheld}) {
    TestDesk t;
    const Stored<Dispute> dispute = BeforeGovernment(t, RefusedRequest(t));
    CHECK(absl::IsInvalidArgument(Record(t, dispute, outcome, ScopeOver(Marriages())).status()));
    CHECK(Record(t, dispute, outcome)->value.fields().outcome == outcome);
    CHECK(t.AllGrants().empty());
  }
}

TEST_CASE("One dispute is open over a subject, and after it another may be") {
  TestDesk t;
  const std::string refused = RefusedRequest(t);
  const Stored<Dispute> first = t.disputes.Open(t.By(Applicant()), refused, "确需").value();
  CHECK(absl::IsAlreadyExists(t.disputes.Open(t.By(Applicant()), refused, "确需").status()));
  REQUIRE(t.disputes.Withdraw(t.By(Applicant()), t.NameOf(first), t.EtagOf(first)).ok());
  CHECK(t.disputes.Open(t.By(Applicant()), refused, "确需").ok());
}

TEST_CASE("A dispute is opened over the agency's own request only") {
  TestDesk t;
  const std::string refused = RefusedRequest(t);
  for (const Actor& actor : {Reviewer(), Stranger()}) {
    CHECK(ReasonOf(t.disputes.Open(t.By(actor), refused, "确需").status()) ==
          Reason::kNotVisible);
  }
  CHECK(absl::IsInvalidArgument(t.disputes.Open(t.By(Applicant()), "grants/x", "x").status()));
  CHECK(ReasonOf(t.disputes.Open(t.By(Applicant()), "resources/none", "x").status()) ==
        Reason::kNotVisible);
}

TEST_CASE("Parties and the coordinator see a dispute, strangers one answer") {
  TestDesk t;
  const std::string name =
      t.NameOf(t.disputes.Open(t.By(Applicant()), Adoptions().name, "确需").value());
  for (const Actor& actor : {Applicant(), Reviewer(), Officer(), Recorder()}) {
    CHECK(t.disputes.Get(actor, name).ok());
  }
  CHECK(ReasonOf(t.disputes.Get(Stranger(), name).status()) == Reason::kNotVisible);
  CHECK(ReasonOf(t.disputes.Get(Stranger(), "disputes/aaaaaaaaaaaaaaaaaaaaaaaa").status()) ==
        Reason::kNotVisible);
}

}  // namespace
}  // namespace shareway::sharing
