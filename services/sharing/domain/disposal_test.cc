// SPDX-License-Identifier: Apache-2.0
// Disposals: the whole table, the proof, and the clock.
#include "services/sharing/domain/disposal.h"

#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/test_walk.h"

namespace shareway::sharing {
namespace {

using State = Disposal::State;

Grant GrantIn(Grant::State state) {
  return Grant::Restore({.name = "grants/g",
                         .consumer = kTax,
                         .provider = kCivil,
                         .resource = Marriages().name,
                         .end_time = Morning(),
                         .state = state,
                         .create_time = Morning() - absl::Hours(24 * 10)});
}
std::optional<Disposal> Opened(Grant::State before, Grant::State after,
                               absl::Time now = Morning()) {
  return OpenDisposal(GrantIn(before), GrantIn(after), R25(), now).value();
}
Disposal Owed() { return *Opened(Grant::State::kActive, Grant::State::kEnded); }
Disposal In(State state) {
  Disposal disposal = Owed();
  disposal.state = state;
  return disposal;
}
DisposalReport Good() {
  return {.method = DisposalMethod::kErased,
          .day = absl::CivilDay(2025, 9, 30),
          .person = "people/a",
          .manifest_digest = std::string(32, 'd'),
          .note = "三处副本均已清除"};
}
absl::StatusOr<Disposal> Report(const Disposal& disposal, const DisposalReport& report) {
  return ReportDisposal(disposal, Applicant(), TaxAsksCivil(), report, Morning());
}

TEST_CASE("Each act on a disposal is open to its people in its states and refused to all others",
          "[disposal]") {
  const Parties parties = TaxAsksCivil();
  WalkTable(DisposalTable(), [&](absl::string_view method, int state,
                                 const Actor& actor) -> absl::StatusOr<int> {
    const Disposal disposal = In(static_cast<State>(state));
    absl::StatusOr<Disposal> after = absl::InternalError("no attempt");
    if (method == "ReportDisposal") {
      after = ReportDisposal(disposal, actor, parties, Good(), Morning());
    } else if (method == "AcceptDisposal") {
      after = AcceptDisposal(disposal, actor, parties, Morning());
    } else if (method == "RejectDisposal") {
      after = RejectDisposal(disposal, actor, parties, "清单不全", Morning());
    }
    if (!after.ok()) return after.status();
    return static_cast<int>(after->state);
  });
}

TEST_CASE("What was in force owes a disposal, whatever ended it", "[disposal]") {
  for (const auto after :
       {Grant::State::kEnded, Grant::State::kExpired, Grant::State::kRevoked}) {
    const std::optional<Disposal> disposal = Opened(Grant::State::kActive, after);
    REQUIRE(disposal);
    CHECK(disposal->name == "disposals/g");
    CHECK(disposal->state == State::kOwed);
    CHECK(Opened(Grant::State::kSuspended, after));
    CHECK_FALSE(Opened(Grant::State::kPendingTerms, after));
  }
  CHECK(Owed().clock.due.day == absl::CivilDay(2025, 11, 4));  // 20 working days, over the holiday
}

TEST_CASE("The clock of what expired runs from the end of its period, not from its notice",
          "[disposal]") {
  const absl::Time noticed = Morning() + absl::Hours(24 * 30);
  const Disposal late = *Opened(Grant::State::kActive, Grant::State::kExpired, noticed);
  CHECK(late.clock.due.day == Owed().clock.due.day);
  CHECK(late.create_time == noticed);
  const Disposal ended = *Opened(Grant::State::kActive, Grant::State::kEnded, noticed);
  CHECK(ended.clock.due.day > Owed().clock.due.day);
}

TEST_CASE("A disposal is reported with method, day, person and the digest of its manifest",
          "[disposal]") {
  const Disposal reported = Report(Owed(), Good()).value();
  CHECK(reported.report.person == "people/a");
  CHECK(reported.report_time == Morning());
  DisposalReport nothing = Good();
  nothing.method = DisposalMethod::kNothingHeld;
  nothing.manifest_digest.clear();
  nothing.note.clear();
  CHECK(Report(Owed(), nothing).ok());

  DisposalReport unproved = Good();
  unproved.manifest_digest.clear();
  const absl::Status proof = Report(Owed(), unproved).status();
  CHECK(ReasonOf(proof) == Reason::kProofRequired);
  CHECK(absl::IsFailedPrecondition(proof));
  CHECK(absl::StrContains(proof.message(), "R25 27(1)"));

  const std::pair<std::string, std::function<void(DisposalReport&)>> table[] = {
      {"method", [](DisposalReport& r) { r.method = DisposalMethod::kUnspecified; }},
      {"disposed_date", [](DisposalReport& r) { r.day = absl::CivilDay(2025, 10, 1); }},
      {"disposed_date", [](DisposalReport& r) { r.day = absl::CivilDay(2025, 9, 19); }},
      {"person", [](DisposalReport& r) { r.person = "张三"; }},
      {"person", [](DisposalReport& r) { r.person = ""; }},
      {"manifest_digest", [](DisposalReport& r) { r.manifest_digest.pop_back(); }},
      {"note", [](DisposalReport& r) { r.note = std::string(1001, 'x'); }},
      {"note", [](DisposalReport& r) {
         r.method = DisposalMethod::kArchived;  // without the text that asks to keep them
         r.note = "";
       }}};
  for (const auto& [field, spoil] : table) {
    DisposalReport spoilt = Good();
    spoil(spoilt);
    const absl::Status status = Report(Owed(), spoilt).status();
    INFO(status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
}

TEST_CASE("The consumer is judged by the day of its report, and a rejection lets the clock run on",
          "[disposal]") {
  const Disposal reported = Report(Owed(), Good()).value();
  const absl::Time due = statute::DueInstant(reported.clock);
  const Disposal accepted =
      AcceptDisposal(reported, Reviewer(), TaxAsksCivil(), due + absl::Hours(24)).value();
  CHECK(accepted.clock.stop == Morning());
  CHECK(accepted.decider == "people/r");
  CHECK_FALSE(statute::ReadClock(accepted.clock, Calendars(), due + absl::Hours(24))->late);

  const auto reject = [&](absl::Time now, const std::string& reason = "清单不全") {
    return RejectDisposal(reported, ProviderHead(), TaxAsksCivil(), reason, now);
  };
  CHECK(reject(Morning())->state == State::kRejected);
  CHECK(reject(Morning())->rejection == "清单不全");
  CHECK(reject(due)->state == State::kOverdue);
  CHECK(DetailsOf(reject(Morning(), "").status())->fields.front().field == "reason");
  CHECK(Report(*reject(Morning()), Good()).ok());
}

TEST_CASE("Who reported a disposal does not answer it from the other side", "[disposal]") {
  const Disposal reported = Report(Owed(), Good()).value();
  CHECK(reported.reporter == Applicant().name);
  Actor moved = Reviewer();
  moved.name = Applicant().name;
  Actor deputy = Reviewer();
  deputy.reviewer_for = Applicant().name;
  for (const Actor& actor : {moved, deputy}) {
    CHECK(ReasonOf(AcceptDisposal(reported, actor, TaxAsksCivil(), Morning()).status()) ==
          Reason::kOwnRequest);
    CHECK(ReasonOf(
              RejectDisposal(reported, actor, TaxAsksCivil(), "清单不全", Morning()).status()) ==
          Reason::kOwnRequest);
  }
  CHECK(AcceptDisposal(reported, Reviewer(), TaxAsksCivil(), Morning()).ok());
}

TEST_CASE("By rule a disposal is overdue at the end of its last day unless the provider has it",
          "[disposal]") {
  const absl::Time due = statute::DueInstant(Owed().clock);
  CHECK_FALSE(DelayDisposal(Owed(), due - absl::Nanoseconds(1)));
  CHECK(DelayDisposal(Owed(), due)->state == State::kOverdue);
  CHECK(DelayDisposal(In(State::kRejected), due)->state == State::kOverdue);
  for (const State state : {State::kReported, State::kAccepted, State::kOverdue}) {
    CHECK_FALSE(DelayDisposal(In(state), due));
  }
}

}  // namespace
}  // namespace shareway::sharing
