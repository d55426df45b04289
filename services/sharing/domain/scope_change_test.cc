// SPDX-License-Identifier: Apache-2.0
// Changes of a live grant: what may be asked for, and what an approval makes of it.
#include "services/sharing/domain/scope_change.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/request_states.h"

namespace shareway::sharing {
namespace {

using Kind = ScopeChange::Kind;

// cert_no and husband for verification, until 30 September 2026.
Grant Live() {
  return Grant::Restore({.name = "grants/g",
                         .consumer = kTax,
                         .provider = kCivil,
                         .resource = Marriages().name,
                         .resource_revision = 3,
                         .items = {"cert_no", "husband"},
                         .purposes = {Purpose::kDataVerification},
                         .methods = {Method::kQuery},
                         .start_time = statute::StartOfDay(absl::CivilDay(2025, 9, 1)),
                         .end_time = statute::EndOfDay(absl::CivilDay(2026, 9, 30)),
                         .day = {.calls = 100},
                         .state = Grant::State::kActive});
}
Scope Present() { return ScopeOf(Live(), absl::CivilDay(2025, 9, 30)); }

ChangeAsked Wider() {
  Scope scope = Present();
  scope.items.push_back("wife");
  return {.change = {Kind::kWiderScope, "grants/g", ""},
          .legal_basis = "《演示市税务征管办法》第三条",
          .scenario = "核定税种",
          .scope = scope};
}
ChangeAsked NewPurpose() {
  ChangeAsked asked = Wider();
  asked.change.kind = Kind::kNewPurpose;
  asked.scope = Present();
  asked.scope->purposes.push_back(Purpose::kAdministrativeBasis);
  return asked;
}
ChangeAsked PassOn() {
  ChangeAsked asked = Wider();
  asked.change = {Kind::kThirdParty, "grants/g", kHousing};
  asked.scope.reset();
  asked.third = AgencyOf(kHousing);
  return asked;
}

absl::StatusOr<Request> Ask(const ChangeAsked& asked, const Grant& grant = Live(),
                            const Actor& actor = Applicant(), absl::Time now = Morning()) {
  return DraftChange(asked, grant, actor, TaxAsksCivil(), Marriages(), R25(), "requests/c", now);
}

TEST_CASE("A change names the grant and takes the path of every request", "[request]") {
  for (const ChangeAsked& asked : {Wider(), NewPurpose(), PassOn()}) {
    const Request draft = Ask(asked).value();
    INFO(ChangeKindName(asked.change.kind));
    CHECK(draft.fields().state == Request::State::kDraft);
    CHECK(draft.fields().change == asked.change);
    CHECK(draft.fields().scope == (asked.scope ? *asked.scope : Present()));
    const Request submitted =
        Submit(draft.SignOff(ConsumerHead(), TaxAsksCivil(), R25(), Morning()).value(), Marriages())
            .value();
    CHECK(submitted.fields().state == Request::State::kInReview);
    CHECK(submitted.fields().clock->due.day == absl::CivilDay(2025, 10, 21));
  }
}

TEST_CASE("A change is refused by field where it breaks its kind's rule", "[request]") {
  const struct {
    const char* field;
    ChangeAsked asked;
    std::function<void(ChangeAsked&)> spoil;
  } table[] = {
      {"kind", Wider(), [](ChangeAsked& a) { a.change.kind = Kind::kUnspecified; }},
      {"scope", Wider(), [](ChangeAsked& a) { a.scope.reset(); }},
      {"scope", Wider(), [](ChangeAsked& a) { a.scope = Present(); }},
      {"scope.purposes", Wider(),
       [](ChangeAsked& a) { a.scope->purposes.push_back(Purpose::kOther); }},
      {"scope.start_date", Wider(), [](ChangeAsked& a) { a.scope->start += 1; }},
      {"scope.start_date", Wider(), [](ChangeAsked& a) { a.scope->start -= 1; }},
      {"scope.items[2]", Wider(), [](ChangeAsked& a) { a.scope->items[2] = "no_such"; }},
      {"legal_basis", Wider(), [](ChangeAsked& a) { a.legal_basis = ""; }},
      {"scenario", Wider(), [](ChangeAsked& a) { a.scenario = std::string(1001, 'x'); }},
      {"third_party", Wider(), [](ChangeAsked& a) { a.change.third_party = kHousing; }},
      {"scope.purposes", NewPurpose(), [](ChangeAsked& a) { a.scope->purposes.pop_back(); }},
      {"scope", PassOn(), [](ChangeAsked& a) { a.scope = Present(); }},
      {"third_party", PassOn(), [](ChangeAsked& a) { a.change.third_party = ""; }},
      {"third_party", PassOn(), [](ChangeAsked& a) { a.change.third_party = kTax; }},
      {"third_party", PassOn(), [](ChangeAsked& a) { a.change.third_party = kCivil; }},
      {"third_party", PassOn(), [](ChangeAsked& a) { a.third = {.name = kHousing}; }},
      {"third_party", PassOn(), [](ChangeAsked& a) { a.change.third_party = "agencies/x"; }},
  };
  for (const auto& row : table) {
    ChangeAsked asked = row.asked;
    row.spoil(asked);
    const absl::Status status = Ask(asked).status();
    INFO(row.field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
}

TEST_CASE("Only a live grant is changed, by an applicant of its consumer", "[request]") {
  CHECK(absl::IsPermissionDenied(Ask(Wider(), Live(), ConsumerHead()).status()));
  CHECK(absl::IsPermissionDenied(Ask(Wider(), Live(), Reviewer()).status()));
  for (const auto state : {Grant::State::kSuspended, Grant::State::kRevoked}) {
    Grant::Fields fields = Live().fields();
    fields.state = state;
    CHECK(ReasonOf(Ask(Wider(), Grant::Restore(fields)).status()) == Reason::kStateForbids);
  }
  const absl::Time end = Live().fields().end_time;
  CHECK(CheckLive(Live(), end - absl::Seconds(1)).ok());
  CHECK(ReasonOf(CheckLive(Live(), end)) == Reason::kStateForbids);
}

TEST_CASE("Passing on is never answered at once and is decided whole", "[request]") {
  ChangeAsked asked = PassOn();
  Grant::Fields fields = Live().fields();
  fields.items = {"cert_no"};  // unconditional
  const Request draft = Ask(asked, Grant::Restore(fields)).value();
  for (const StatuteText& text : {R25(), M16()}) {
    const Request submitted =
        Submit(draft.SignOff(ConsumerHead(), TaxAsksCivil(), text, Morning()).value(), Marriages(),
               text)
            .value();
    CHECK(submitted.fields().state == Request::State::kInReview);
    Decision reduced{.verdict = Decision::Verdict::kApproveReduced,
                     .scope = submitted.fields().scope,
                     .cuts = {{"period", "期限过长"}}};
    reduced.scope->end -= 1;
    CHECK(absl::IsInvalidArgument(
        submitted.Decide(Reviewer(), TaxAsksCivil(), Marriages(), reduced, text, Morning())
            .status()));
    const Request decided = submitted
                                .Decide(Reviewer(), TaxAsksCivil(), Marriages(),
                                        {.verdict = Decision::Verdict::kApprove}, text, Morning())
                                .value();
    const Request approved = SignDecision(decided, ProviderHead(), Marriages(), text).value();
    // Nothing is supplied again.
    CHECK(approved.fields().supply.state == Supply::State::kUnspecified);
    CHECK(approved.AvailableActions(Reviewer(), TaxAsksCivil()).empty());
  }
}

TEST_CASE("A change that is approved replaces the grant or bears the third party", "[request]") {
  const Request wider =
      Request::Restore({.name = "requests/c", .grant = "grants/new", .change = Wider().change});
  const Grant replaced = Changed(Live(), wider);
  CHECK(replaced.fields().state == Grant::State::kRevoked);
  CHECK(replaced.fields().ended_reason == "REPLACED: grants/new by requests/c");

  const Request third = Request::Restore({.name = "requests/c", .change = PassOn().change});
  const Grant bears = Changed(Live(), third);
  CHECK(bears.fields().state == Grant::State::kActive);
  CHECK(bears.fields().third_parties == std::vector<std::string>{kHousing});
  CHECK(absl::IsInvalidArgument(Ask(PassOn(), bears).status()));  // once
}

TEST_CASE("Data are passed on to none but whom the provider consents to", "[request]") {
  const Grant bears = Changed(Live(), Request::Restore({.change = PassOn().change}));
  CHECK(MayPassOn(bears, kHousing, R25()).ok());
  CHECK(MayPassOn(Live(), kTax, R25()).ok());
  CHECK(MayPassOn(Live(), kCivil, R25()).ok());  // back to where they came from
  for (const Grant& grant : {Live(), bears}) {
    const absl::Status status = MayPassOn(grant, kBureau, R25());
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(ReasonOf(status) == Reason::kConsentRequired);
    CHECK(absl::StrContains(DetailsOf(status)->metadata.at("rule"), "第二十五条"));
  }
  CHECK(ReasonOf(MayPassOn(Live(), kHousing, R25())) == Reason::kConsentRequired);
}

TEST_CASE("A decision on a change takes nothing that the grant gives", "[request]") {
  const Scope asked = *Wider().scope;
  const struct {
    const char* about;
    std::function<void(Scope&)> cut;
    bool keeps;
  } table[] = {
      {"nothing", [](Scope&) {}, true},
      {"the new item", [](Scope& s) { s.items.pop_back(); }, true},
      {"an item of the grant", [](Scope& s) { s.items.erase(s.items.begin()); }, false},
      {"a day", [](Scope& s) { s.end -= 1; }, false},
      {"calls", [](Scope& s) { s.day.calls = 99; }, false},
      {"rows",
       [](Scope& s) {
         s.rows.conditions = {{"cert_no", filter::Op::kPrefix, "99"}};
       },
       false},
      {"a mask on what was open", [](Scope& s) { s.masked_items = {"husband"}; }, false},
      {"a mask on what is new", [](Scope& s) { s.masked_items = {"wife"}; }, true},
  };
  for (const auto& row : table) {
    Scope granted = asked;
    row.cut(granted);
    const absl::Status status = CheckKeeps(granted, asked, Live(), Morning());
    INFO(row.about << ": " << status.ToString());
    CHECK(status.ok() == row.keeps);
    if (!row.keeps) CHECK(ReasonOf(status) == Reason::kGroundRequired);
  }
  // What the consumer gives up itself is not kept for it.
  Scope fewer = asked;
  fewer.items = {"husband", "wife"};
  fewer.end -= 30;
  CHECK(CheckKeeps(fewer, fewer, Live(), Morning()).ok());
}

}  // namespace
}  // namespace shareway::sharing
