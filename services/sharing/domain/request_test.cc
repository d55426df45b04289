// SPDX-License-Identifier: Apache-2.0
// Requests: every state against every actor, the answers of both texts, the clocks.
#include "services/sharing/domain/request.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/request_states.h"

namespace shareway::sharing {
namespace {

using State = Request::State;

// One request in each state.
std::vector<Request> Each() {
  return {Draft(),     SignedOff(), Checked(),  InReview(), Supplementing(), Decided(),
          Approved(),  Refused(),
          Draft().Withdraw(Applicant(), TaxAsksCivil(), Morning()).value()};
}

TEST_CASE("A stranger with every role may do nothing and sees nothing") {
  for (const Request& request : Each()) {
    CHECK(request.AvailableActions(Stranger(), TaxAsksCivil()).empty());
    CHECK_FALSE(request.VisibleTo(Stranger(), TaxAsksCivil()));
  }
}

TEST_CASE("The provider and the authority see a request once it was submitted") {
  for (const Request& request : Each()) {
    const bool submitted = request.fields().submit_time.has_value();
    CHECK(request.VisibleTo(Applicant(), TaxAsksCivil()));
    CHECK(request.VisibleTo(Reviewer(), TaxAsksCivil()) == submitted);
    CHECK(request.VisibleTo(Officer(), TaxAsksCivil()) == submitted);
  }
  Actor clerk{.name = "people/c", .agency = kBureau};  // of the bureau, but no officer
  CHECK_FALSE(InReview().VisibleTo(clerk, TaxAsksCivil()));
}

TEST_CASE("Nobody decides on a request in which he took part") {
  Actor moved = ConsumerHead();  // signed off, then changed to the provider
  moved.agency = kCivil;
  moved.reviewer = moved.head = true;
  CHECK(ReasonOf(InReview()
                     .Decide(moved, TaxAsksCivil(), Marriages(),
                             {.verdict = Decision::Verdict::kApprove}, R25(), Morning())
                     .status()) == Reason::kOwnRequest);
  CHECK(ReasonOf(SignDecision(Decided(), moved).status()) == Reason::kOwnRequest);

  Actor both = Applicant();  // the applicant is head as well
  both.head = true;
  CHECK(ReasonOf(Draft().SignOff(both, TaxAsksCivil(), R25(), Morning()).status()) ==
        Reason::kOwnRequest);

  Actor reviewer_and_head = Reviewer();
  reviewer_and_head.head = true;
  CHECK(ReasonOf(SignDecision(Decided(), reviewer_and_head).status()) == Reason::kOwnRequest);
}

TEST_CASE("A draft needs the five elements, each in its limits") {
  const Resource resource = Marriages();
  const struct {
    const char* field;
    std::function<void(Request::Fields&)> spoil;
  } table[] = {
      {"request.legal_basis", [](Request::Fields& f) { f.legal_basis = ""; }},
      {"request.scenario", [](Request::Fields& f) { f.scenario = std::string(1001, 'x'); }},
      {"request.scenario", [](Request::Fields& f) { f.scenario = "\xff"; }},
      {"request.scope.items", [](Request::Fields& f) { f.scope.items.clear(); }},
      {"request.scope.purposes", [](Request::Fields& f) { f.scope.purposes.clear(); }},
      {"request.scope.methods", [](Request::Fields& f) { f.scope.methods.clear(); }},
      {"request.scope.start_date",
       [](Request::Fields& f) { f.scope.start = absl::CivilDay(2025, 9, 29); }},
  };
  for (const auto& row : table) {
    Request::Fields asked = Asked(resource);
    row.spoil(asked);
    const absl::Status status =
        Request::Draft(asked, Applicant(), resource, R25(), "requests/r", Morning()).status();
    INFO(row.field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
  Actor own = Applicant();
  own.agency = kCivil;
  CHECK(absl::IsInvalidArgument(
      Request::Draft(Asked(resource), own, resource, R25(), "requests/r", Morning()).status()));
}

TEST_CASE("A resource that is not published is not asked for") {
  Resource resource = Marriages();
  for (auto state : {Resource::State::kSuspended, Resource::State::kWithdrawn}) {
    resource.state = state;
    CHECK(absl::IsFailedPrecondition(
        Request::Draft(Asked(resource), Applicant(), resource, R25(), "requests/r", Morning())
            .status()));
    CHECK(absl::IsFailedPrecondition(Submit(SignedOff(), resource).status()));
    CHECK(absl::IsFailedPrecondition(
        SignDecision(Decided(), ProviderHead(), resource).status()));
  }
}

TEST_CASE("Conditional data wait for the provider under a clock of ten working days") {
  const Request request = InReview();
  CHECK(request.fields().state == State::kInReview);
  CHECK(request.fields().clock->due.day == absl::CivilDay(2025, 10, 21));
  CHECK_FALSE(request.fields().clock->due.provisional);
  CHECK(request.fields().profile == "cn-2025-809@1");
  CHECK(absl::StrContains(request.fields().steps.back().note, "c1"));
}

TEST_CASE("Due dates follow the published calendars") {
  using Day = absl::CivilDay;
  const struct {
    Day received;
    bool unconditional;
    Day due;
  } table[] = {
      {Day(2024, 2, 8), false, Day(2024, 2, 28)},
      {Day(2024, 4, 30), false, Day(2024, 5, 16)},
      {Day(2025, 1, 24), true, Day(2025, 1, 26)},
      {Day(2025, 1, 24), false, Day(2025, 2, 13)},
      {Day(2025, 4, 30), false, Day(2025, 5, 19)},
      {Day(2025, 8, 1), false, Day(2025, 8, 15)},
      {Day(2025, 9, 26), true, Day(2025, 9, 28)},
      {Day(2025, 9, 26), false, Day(2025, 10, 16)},
      {Day(2025, 9, 30), true, Day(2025, 10, 9)},
      {Day(2025, 9, 30), false, Day(2025, 10, 21)},
      {Day(2026, 2, 13), true, Day(2026, 2, 14)},
      {Day(2026, 2, 13), false, Day(2026, 3, 5)},
      {Day(2026, 4, 30), false, Day(2026, 5, 18)},
      {Day(2026, 9, 18), false, Day(2026, 10, 9)},
  };
  for (const auto& row : table) {
    const Resource resource = row.unconditional ? Divisions() : Marriages();
    const absl::Time now = statute::StartOfDay(row.received) + absl::Hours(15);
    Request::Fields asked = Asked(resource);
    asked.scope.start = row.received;
    asked.scope.end = row.received + 365;
    const Request submitted =
        Submit(Request::Draft(asked, Applicant(), resource, R25(), "requests/r", now)
                   .value()
                   .SignOff(ConsumerHead(), TaxAsksCivil(), R25(), now)
                   .value(),
               resource, R25(), nullptr, now)
            .value();
    INFO(absl::FormatCivilTime(row.received));
    CHECK(submitted.fields().clock->due.day == row.due);
    CHECK_FALSE(submitted.Overdue(statute::EndOfDay(row.due) - absl::Seconds(1)));
    CHECK(submitted.Overdue(statute::EndOfDay(row.due)));
  }
  const absl::Time new_year = statute::StartOfDay(absl::CivilDay(2026, 12, 31));
  Request::Fields asked = Asked(Marriages());
  asked.scope.start = absl::CivilDay(2027, 1, 1);
  asked.scope.end = absl::CivilDay(2027, 12, 31);
  const Request late =
      Submit(Request::Draft(asked, Applicant(), Marriages(), R25(), "requests/r", new_year)
                 .value()
                 .SignOff(ConsumerHead(), TaxAsksCivil(), R25(), new_year)
                 .value(),
             Marriages(), R25(), nullptr, new_year)
          .value();
  CHECK(late.fields().clock->due.provisional);
}

TEST_CASE("Unconditional data are granted at once under a standing consent of the whole resource") {
  const Resource divisions = Divisions();
  const Consent consent =
      GiveConsent(ProviderHead(), divisions, "consents/c", "act", Morning()).value();
  const Request approved = Submit(SignedOff(divisions), divisions, R25(), &consent).value();
  CHECK(approved.fields().state == State::kApproved);
  CHECK(approved.fields().grant == "grants/g");
  CHECK(absl::StrContains(approved.fields().steps.back().note, "consents/c"));
  CHECK_FALSE(approved.fields().clock.has_value());

  const Request waiting = Submit(SignedOff(divisions), divisions).value();
  CHECK(waiting.fields().state == State::kInReview);
  CHECK(waiting.fields().clock->due.day == absl::CivilDay(2025, 10, 9));

  const Consent withdrawn = WithdrawConsent(consent, Morning()).value();
  CHECK(Submit(SignedOff(divisions), divisions, R25(), &withdrawn)->fields().state ==
        State::kInReview);
  Resource stricter = divisions;
  stricter.share_class = ShareClass::kConditional;
  CHECK(Submit(SignedOff(divisions), stricter, R25(), &consent)->fields().state ==
        State::kInReview);
}

TEST_CASE("Unconditional items of a conditional resource take the unconditional path") {
  const Resource resource = Marriages();
  Request::Fields asked = Asked(resource);
  asked.scope.items = {"cert_no"};
  const Request draft =
      Request::Draft(asked, Applicant(), resource, R25(), "requests/r", Morning()).value();
  const Request submitted =
      Submit(draft.SignOff(ConsumerHead(), TaxAsksCivil(), R25(), Morning()).value(), resource)
          .value();
  CHECK(submitted.fields().share_class == ShareClass::kUnconditional);
  CHECK(submitted.fields().clock->kind == statute::ClockKind::kReplyUnconditional);
}

TEST_CASE("Unconditional data need no answer under the 2016 measure") {
  const Request approved =
      Submit(SignedOff(Divisions(), M16()), Divisions(), M16()).value();
  CHECK(approved.fields().state == State::kApproved);
  CHECK(approved.fields().profile == "cn-2016-51@1");
  CHECK(absl::StrContains(approved.fields().article, "M16"));
}

TEST_CASE("Data that are not shared are refused with their basis or left to negotiation") {
  const Request refused = Submit(SignedOff(Adoptions()), Adoptions()).value();
  CHECK(refused.fields().state == State::kRefused);
  CHECK(refused.fields().decision->citation == Adoptions().basis_text());
  CHECK(absl::StrContains(refused.fields().article, "第十五条"));
  CHECK(refused.Disputable());

  const absl::Status negotiate =
      Submit(SignedOff(Adoptions(), M16()), Adoptions(), M16()).status();
  CHECK(absl::IsFailedPrecondition(negotiate));
  CHECK(ReasonOf(negotiate) == Reason::kNotShared);
  CHECK(absl::StrContains(negotiate.message(), "OpenDispute"));
}

TEST_CASE("A scope that the newest revision no longer offers is not submitted or granted") {
  Resource revised = Marriages();
  revised.revision = 4;
  revised.items.pop_back();
  const absl::Status submit = Submit(SignedOff(), revised).status();
  CHECK(absl::IsFailedPrecondition(submit));
  CHECK(absl::StrContains(submit.message(), "revision 4"));
  CHECK(absl::IsFailedPrecondition(SignDecision(Decided(), ProviderHead(), revised).status()));

  Resource closed = Marriages();
  for (Item& item : closed.items) item.share_class = ShareClass::kNotShared;
  CHECK(ReasonOf(SignDecision(Decided(), ProviderHead(), closed).status()) == Reason::kNotShared);
}

TEST_CASE("A refusal without ground holds and is marked for supervision") {
  const Request decided = Decided({.verdict = Decision::Verdict::kRefuse, .reason = "不行"});
  CHECK(decided.fields().decision->WithoutGround());
  CHECK(absl::StrContains(decided.fields().steps.back().note, "R25 39(2)"));
  const Request refused = SignDecision(decided).value();
  CHECK(refused.fields().state == State::kRefused);
  CHECK(refused.fields().grant.empty());
  CHECK(refused.fields().clock->stop == Morning());
}

TEST_CASE("Every step is kept, with who did it and what the request became") {
  const Request approved = SignDecision(Decided()).value();
  std::vector<std::string> actions;
  for (const Request::Step& step : approved.fields().steps) actions.push_back(step.action);
  CHECK(actions == std::vector<std::string>{"CreateRequest", "SignOffRequest", "SubmitRequest",
                                            "DecideRequest", "SignOffDecision"});
  CHECK(approved.fields().applicant == "people/a");
  CHECK(approved.fields().consumer_head == "people/ch");
  CHECK(approved.fields().reviewer == "people/r");
  CHECK(approved.fields().provider_head == "people/ph");
  CHECK(approved.fields().decide_time == Morning());
}

}  // namespace
}  // namespace shareway::sharing
