// SPDX-License-Identifier: Apache-2.0
// Disputes: who coordinates, who may move them, how they end.
#include "services/sharing/domain/dispute.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using Stage = Dispute::Stage;
using Outcome = Dispute::Outcome;

absl::StatusOr<Dispute> Open(const Parties& parties = TaxAsksCivil(),
                             const std::string& claim = "依职责确需") {
  return Dispute::OverResource(Adoptions(), Applicant(), parties, claim, R25(), "disputes/d",
                               Morning());
}
absl::StatusOr<Dispute> Escalate(const Dispute& dispute, const Actor& actor = Applicant(),
                                 absl::Time now = Morning()) {
  return dispute.Escalate(actor, TaxAsksCivil(), "协商未果", R25(), now);
}
// The consumer asks for coordination, the provider for the decision.
Dispute At(Stage stage) {
  Dispute dispute = Open().value();
  if (stage == Stage::kNegotiation) return dispute;
  dispute = Escalate(dispute).value();
  if (stage == Stage::kCoordination) return dispute;
  return Escalate(dispute, Reviewer()).value();
}
Ruling Good() {
  return {.body = "演示市人民政府",
          .number = "演政决1号",
          .date = absl::CivilDay(2025, 9, 30),
          .reasons = "维持"};
}

TEST_CASE("The coordinator and the deciding government are computed") {
  const Dispute dispute = Open().value();
  CHECK(dispute.fields().stage == Stage::kNegotiation);
  CHECK(dispute.fields().coordinator == "authorities/city");
  CHECK(dispute.fields().decider == "演示市人民政府");
  CHECK(dispute.running()->due.day == absl::CivilDay(2025, 10, 21));
}

TEST_CASE("Parties of other constellations are refused by name") {
  Parties apart = TaxAsksCivil();
  apart.provider.authority.name = "authorities/province";
  apart.provider.level = Level::kProvince;
  Parties vertical = TaxAsksCivil();
  vertical.consumer.vertical = true;
  Parties unknown = TaxAsksCivil();
  unknown.consumer.authority = unknown.provider.authority = {};
  for (const Parties& parties : {apart, vertical, unknown}) {
    const absl::Status status = Open(parties).status();
    INFO(status.ToString());
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(ReasonOf(status) == Reason::kStageUnavailable);
    CHECK(absl::StrContains(status.message(), "CITY"));
  }
  CHECK(absl::StrContains(Open(apart).status().message(), "PROVINCE"));
}

TEST_CASE("A dispute is over a refusal, cut items or a resource that is not shared") {
  const auto over = [](Request::State state, std::vector<Cut> cuts) {
    Request::Fields fields = Asked(Marriages());
    fields.state = state;
    fields.decision = Decision{.verdict = Decision::Verdict::kApproveReduced,
                               .scope = {},
                               .cuts = std::move(cuts)};
    return Dispute::OverRequest(Request::Restore(fields), Applicant(), TaxAsksCivil(), "理由",
                                R25(), "disputes/d", Morning());
  };
  CHECK(over(Request::State::kRefused, {}).ok());
  CHECK(over(Request::State::kApproved, {{"wife", "不需要"}}).ok());
  CHECK(absl::IsFailedPrecondition(over(Request::State::kApproved, {}).status()));
  CHECK(absl::IsFailedPrecondition(over(Request::State::kInReview, {}).status()));
  CHECK(absl::IsFailedPrecondition(
      Dispute::OverResource(Marriages(), Applicant(), TaxAsksCivil(), "理由", R25(), "disputes/d",
                            Morning())
          .status()));
  CHECK(absl::IsInvalidArgument(Open(TaxAsksCivil(), "").status()));
  CHECK(absl::IsInvalidArgument(Open(TaxAsksCivil(), std::string(2001, 'x')).status()));
}

TEST_CASE("Either party escalates stage by stage and nothing follows the decision") {
  Dispute dispute = Open().value();
  CHECK(absl::IsPermissionDenied(Escalate(dispute, ConsumerHead()).status()));
  CHECK(absl::IsPermissionDenied(Escalate(dispute, Officer()).status()));
  dispute = Escalate(dispute, Reviewer()).value();
  CHECK(dispute.fields().stage == Stage::kCoordination);
  CHECK(dispute.fields().clocks.size() == 2);
  CHECK(dispute.fields().clocks[0].stop == Morning());
  CHECK(dispute.running()->due.day == absl::CivilDay(2025, 11, 4));
  dispute = Escalate(dispute).value();
  CHECK(dispute.fields().stage == Stage::kDecision);
  CHECK(dispute.running() == nullptr);
  CHECK(absl::IsFailedPrecondition(Escalate(dispute).status()));
}

TEST_CASE("The coordinator's officers record the outcome once there is one") {
  for (const Actor& actor : {Officer(), Recorder()}) {
    const Dispute closed =
        At(Stage::kCoordination).Record(actor, Outcome::kUpheld, Good(), "", Morning()).value();
    CHECK(closed.fields().stage == Stage::kClosed);
    CHECK(closed.fields().outcome == Outcome::kUpheld);
    CHECK(absl::StrContains(closed.fields().ruling, "演政决1号"));
    CHECK(absl::IsFailedPrecondition(
        closed.Record(actor, Outcome::kUpheld, Good(), "", Morning()).status()));
  }
  CHECK(absl::IsFailedPrecondition(
      Open()->Record(Officer(), Outcome::kUpheld, Good(), "", Morning()).status()));
  for (const Actor& actor : {Applicant(), Reviewer(), ProviderHead(), Stranger()}) {
    CHECK(absl::IsPermissionDenied(
        At(Stage::kDecision).Record(actor, Outcome::kUpheld, Good(), "", Morning()).status()));
  }
}

TEST_CASE("One side alone does not reach the decision before coordination is over") {
  for (const auto& [first, second] :
       {std::pair(Applicant(), Reviewer()), std::pair(Reviewer(), Applicant())}) {
    const Dispute coordinated = Escalate(Open().value(), first).value();
    const absl::Time due = statute::DueInstant(*coordinated.running());
    Actor colleague = first;
    colleague.name = "people/colleague";
    for (const Actor& same : {first, colleague}) {
      const absl::Status early =
          Escalate(coordinated, same, due - absl::Nanoseconds(1)).status();
      INFO(early.ToString());
      CHECK(absl::IsFailedPrecondition(early));
      CHECK(ReasonOf(early) == Reason::kStateForbids);
      CHECK(absl::StrContains(early.message(), "2025-11-04"));
      CHECK(Escalate(coordinated, same, due)->fields().stage == Stage::kDecision);
    }
    CHECK(Escalate(coordinated, second)->fields().stage == Stage::kDecision);
  }
}

TEST_CASE("An officer of a party records nothing") {
  for (const char* party : {kTax, kCivil}) {
    Parties own = TaxAsksCivil();
    own.provider.authority.agency = own.consumer.authority.agency = party;
    for (Actor actor : {Officer(), Recorder()}) {
      actor.agency = party;
      const Dispute coordinated = Escalate(Open(own).value()).value();
      for (const Dispute& dispute : {coordinated, Escalate(coordinated, Reviewer()).value()}) {
        const absl::Status status =
            dispute.Record(actor, Outcome::kGrant, Good(), "grants/g", Morning()).status();
        INFO(party << " " << status.ToString());
        CHECK(ReasonOf(status) == Reason::kOwnRequest);
      }
    }
  }
}

TEST_CASE("Whoever opened or escalated a dispute does not record its outcome") {
  Actor officer = Recorder();
  for (const char* before : {"people/a", "people/r"}) {
    officer.name = before;  // who went over to the coordinator's agency meanwhile
    const absl::Status status =
        At(Stage::kDecision).Record(officer, Outcome::kUpheld, Good(), "", Morning()).status();
    INFO(before << " " << status.ToString());
    CHECK(ReasonOf(status) == Reason::kOwnRequest);
  }
  officer.name = "people/a";
  CHECK(ReasonOf(At(Stage::kCoordination)
                     .Record(officer, Outcome::kUpheld, Good(), "", Morning())
                     .status()) == Reason::kOwnRequest);
}

TEST_CASE("A ruling states body, document, date and reasons") {
  const std::pair<const char*, std::function<void(Ruling&)>> table[] = {
      {"deciding_body", [](Ruling& r) { r.body = ""; }},
      {"document_number", [](Ruling& r) { r.number = std::string(101, 'x'); }},
      {"document_date", [](Ruling& r) { r.date = absl::CivilDay(2025, 10, 1); }},
      {"reasons", [](Ruling& r) { r.reasons = ""; }},
  };
  for (const auto& [field, spoil] : table) {
    Ruling ruling = Good();
    spoil(ruling);
    const absl::Status status =
        At(Stage::kDecision).Record(Officer(), Outcome::kGrant, ruling, "grants/g", Morning())
            .status();
    INFO(status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
  for (Outcome outcome : {Outcome::kUnspecified, Outcome::kWithdrawn}) {
    CHECK(absl::IsInvalidArgument(
        At(Stage::kDecision).Record(Officer(), outcome, Good(), "", Morning()).status()));
  }
}

TEST_CASE("The consumer withdraws what is not closed") {
  const Dispute dispute = At(Stage::kDecision);
  CHECK(absl::IsPermissionDenied(dispute.Withdraw(Reviewer(), TaxAsksCivil(), Morning()).status()));
  const Dispute closed = dispute.Withdraw(Applicant(), TaxAsksCivil(), Morning()).value();
  CHECK(closed.fields().outcome == Outcome::kWithdrawn);
  CHECK(absl::IsFailedPrecondition(
      closed.Withdraw(Applicant(), TaxAsksCivil(), Morning()).status()));
}

TEST_CASE("What is not shared is granted by a dispute under the 2016 measure only") {
  const Resource adoptions = Adoptions();
  CHECK(MayGrant(ScopeOver(adoptions), adoptions, M16()).ok());
  CHECK(ReasonOf(MayGrant(ScopeOver(adoptions), adoptions, R25())) == Reason::kNotShared);
  CHECK(MayGrant(ScopeOver(Marriages()), Marriages(), R25()).ok());
}

}  // namespace
}  // namespace shareway::sharing
