// SPDX-License-Identifier: Apache-2.0
// The authority's check, two reviewers, grounds of a refusal, and who is competent.
#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/request_states.h"

namespace shareway::sharing {
namespace {

using State = Request::State;
using Day = absl::CivilDay;
using Verdict = Decision::Verdict;
using Ground = Decision::Ground;

absl::StatusOr<Request> Decide(const Request& request, Decision decision,
                               const Resource& resource = Marriages(),
                               const Actor& actor = Reviewer(), const StatuteText& text = R25()) {
  return request.Decide(actor, TaxAsksCivil(), resource, std::move(decision), text, Morning());
}

// The consumer is under another government than the provider.
Parties Apart() {
  Parties parties = TaxAsksCivil();
  parties.consumer.authority.name = "authorities/county";
  parties.consumer.authority.agency = kHousing;
  return parties;
}
// The provider is itself the agency that acts for its authority.
Parties Own() {
  Parties parties = TaxAsksCivil();
  parties.provider.authority.agency = kCivil;
  parties.provider.authority.superior = "authorities/province";
  return parties;
}

TEST_CASE("A county's authority checks within two days and the provider answers within five",
          "[request]") {
  const Request checked = Checked();
  CHECK(checked.fields().state == State::kAuthorityCheck);
  CHECK(checked.fields().check_clock->due.day == Day(2025, 10, 10));
  CHECK_FALSE(checked.fields().clock.has_value());
  REQUIRE(checked.Clocks().size() == 1);
  CHECK(checked.Clocks()[0].debtor == kBureau);

  const Request forwarded =
      checked.Forward(Officer(), TaxAsksCivil(), Marriages(), County(), At(10, 10)).value();
  CHECK(forwarded.fields().check_clock->stop == At(10, 10));
  CHECK(forwarded.fields().clock->due.day == Day(2025, 10, 16));
  CHECK(forwarded.fields().profile == "cn-2025-809/county-2-5-10@1");
  // Receipt by the provider is what counts for its questions.
  CHECK(forwarded.AskSupplement(Reviewer(), TaxAsksCivil(), Missing(), County(), At(10, 15)).ok());
}

TEST_CASE("A request that the authority returns is a draft, signed anew and checked anew",
          "[request]") {
  CHECK(
      absl::IsInvalidArgument(Checked().Return(Officer(), TaxAsksCivil(), "", Morning()).status()));
  const Request returned =
      Checked().Return(Officer(), TaxAsksCivil(), "依据不明", At(10, 9)).value();
  CHECK(returned.fields().state == State::kDraft);
  CHECK(returned.fields().steps.back().note == "依据不明");
  CHECK(ReasonOf(Submit(returned, Marriages(), County()).status()) == Reason::kStateForbids);
  const Request again =
      Submit(returned.SignOff(ConsumerHead(), TaxAsksCivil(), County(), At(10, 9)).value(),
             Marriages(), County(), nullptr, At(10, 9))
          .value();
  CHECK(again.fields().check_clock->due.day == Day(2025, 10, 11));
  REQUIRE(again.fields().earlier.size() == 1);
  CHECK(again.fields().earlier[0].due.day == Day(2025, 10, 10));
}

TEST_CASE("A suspended resource is asked for only where the text gives a term to publish it",
          "[request]") {
  Resource suspended = Marriages();
  suspended.state = Resource::State::kSuspended;
  CHECK(absl::IsFailedPrecondition(
      Request::Draft(Asked(suspended), Applicant(), suspended, R25(), "requests/r", Morning())
          .status()));
  const Request checked = Checked(suspended);
  const Request forwarded =
      checked.Forward(Officer(), TaxAsksCivil(), suspended, County(), At(10, 10)).value();
  CHECK(forwarded.fields().clock->kind == statute::ClockKind::kReplyUnpublished);
  CHECK(forwarded.fields().clock->due.day == Day(2025, 10, 23));
  const Request decided = forwarded
                              .Decide(Reviewer(), TaxAsksCivil(), suspended,
                                      {.verdict = Verdict::kApprove}, County(), At(10, 13))
                              .value();
  const auto sign = [&](const Resource& resource) {
    return decided.SignOffDecision(ProviderHead(), TaxAsksCivil(), resource, "grants/g", County(),
                                   At(10, 13));
  };
  CHECK(absl::IsFailedPrecondition(sign(suspended).status()));
  CHECK(sign(Marriages()).ok());

  Resource withdrawn = Marriages();
  withdrawn.state = Resource::State::kWithdrawn;
  CHECK(absl::IsFailedPrecondition(
      Request::Draft(Asked(withdrawn), Applicant(), withdrawn, County(), "requests/r", Morning())
          .status()));
  // No standing consent answers for what is not published.
  Resource free = Divisions();
  const Consent consent = GiveConsent(ProviderHead(), free, "consents/c", "act", Morning()).value();
  free.state = Resource::State::kSuspended;
  CHECK(Submit(SignedOff(free, County()), free, County(), &consent)->fields().state ==
        State::kAuthorityCheck);
}

TEST_CASE("Only the officer of the provider's authority is competent, and no party's own",
          "[request]") {
  const Actor others = {.name = "people/o2", .agency = kHousing, .officer = true};
  const Actor own = {.name = "people/o3", .agency = kCivil, .officer = true};
  const struct {
    const char* about;
    Parties parties;
    Actor officer;
    Reason reason;
  } table[] = {
      {"the provider's", Apart(), Officer(), Reason::kUnspecified},
      {"the consumer's", Apart(), others, Reason::kNotCompetent},
      {"a party's own", Own(), own, Reason::kNotCompetent},
      {"a recorder", Apart(), Recorder(), Reason::kPolicyDenied},
  };
  for (const auto& row : table) {
    INFO(row.about);
    const std::vector<std::string> extension =
        Extending().AvailableActions(row.officer, row.parties);
    const std::vector<std::string> check = Checked().AvailableActions(row.officer, row.parties);
    for (const absl::Status& status :
         {Checked().Forward(row.officer, row.parties, Marriages(), County(), Morning()).status(),
          Checked().Return(row.officer, row.parties, "不明", Morning()).status(),
          Extending().ConsentExtension(row.officer, row.parties, "1号", R25(), Morning()).status(),
          Extending().RefuseExtension(row.officer, row.parties, "不足", Morning()).status()}) {
      INFO(status.ToString());
      CHECK(ReasonOf(status) == row.reason);
      CHECK(status.ok() == (row.reason == Reason::kUnspecified));
    }
    CHECK(extension.size() == (row.reason == Reason::kUnspecified ? 2u : 0u));
    CHECK(check.size() == (row.reason == Reason::kUnspecified ? 2u : 0u));
  }
  const absl::Status status =
      Extending().ConsentExtension(own, Own(), "1号", R25(), Morning()).status();
  CHECK(absl::StrContains(status.message(), "authorities/province"));
}

TEST_CASE("Nobody checks his own request: the check falls away where its body is a party",
          "[request]") {
  const Request submitted =
      Submit(SignedOff(Marriages(), County()), Marriages(), County(), nullptr, Morning(), Own())
          .value();
  CHECK(submitted.fields().state == State::kInReview);
  CHECK(submitted.fields().clock->due.day == Day(2025, 10, 14));
  Parties nobody = TaxAsksCivil();
  nobody.provider.authority = {.name = "authorities/unknown"};
  CHECK(Submit(SignedOff(Marriages(), County()), Marriages(), County(), nullptr, Morning(), nobody)
            ->fields()
            .state == State::kInReview);
}

TEST_CASE("Who answered a supplement for the consumer does not review it for the provider",
          "[request]") {
  Actor moved = Applicant();
  moved.name = "people/a2";
  const Request answered =
      Supplementing().AnswerSupplement(moved, TaxAsksCivil(), Answers(), R25(), Morning()).value();
  moved.agency = kCivil;
  moved.reviewer = true;
  const Decision yes{.verdict = Verdict::kApprove};
  CHECK(ReasonOf(Decide(answered, yes, Marriages(), moved).status()) == Reason::kOwnRequest);
  Actor deputy = Reviewer();
  deputy.reviewer_for = "people/a2";  // acts for one who took part
  CHECK(ReasonOf(Decide(answered, yes, Marriages(), deputy).status()) == Reason::kOwnRequest);
  CHECK(Decide(answered, yes).ok());
}

TEST_CASE("Core data are decided by two reviewers before the head signs", "[request]") {
  const Resource core = CoreMarriages();
  const Parties parties = TaxAsksCivil();
  for (const Decision& decision : {Decision{.verdict = Verdict::kApprove}, Refusal()}) {
    const Request decided = Decided(decision, core);
    CHECK(ReasonOf(SignDecision(decided, ProviderHead(), core).status()) ==
          Reason::kSecondReviewRequired);
    CHECK(ReasonOf(decided.Confirm(Reviewer(), parties, Morning()).status()) ==
          Reason::kOwnRequest);
    const Request confirmed = decided.Confirm(SecondReviewer(), parties, Morning()).value();
    CHECK(confirmed.fields().decision == decided.fields().decision);
    CHECK(SignDecision(confirmed, ProviderHead(), core).ok());
    CHECK(ReasonOf(confirmed.Confirm(SecondReviewer(), parties, Morning()).status()) ==
          Reason::kStateForbids);
    // The second reviewer is no head of the same decision.
    Actor both = SecondReviewer();
    both.head = true;
    CHECK(ReasonOf(SignDecision(confirmed, both, core).status()) == Reason::kOwnRequest);
    // Decided anew, it is confirmed anew.
    const Request anew = Decide(confirmed, Refusal(), core, SecondReviewer()).value();
    CHECK(ReasonOf(SignDecision(anew, ProviderHead(), core).status()) ==
          Reason::kSecondReviewRequired);
    CHECK(SignDecision(anew.Confirm(Reviewer(), parties, Morning()).value(), ProviderHead(), core)
              .ok());
  }
  // Two items of grading 2, or a text that asks for one reviewer, need none.
  Resource important = core;
  important.items[1].grading = 2;
  CHECK(SignDecision(Decided({.verdict = Verdict::kApprove}, important), ProviderHead(), important)
            .ok());
  CHECK(ReasonOf(Decided().Confirm(SecondReviewer(), parties, Morning()).status()) ==
        Reason::kStateForbids);
  // Graded higher after the decision.
  CHECK(ReasonOf(SignDecision(Decided(), ProviderHead(), core).status()) ==
        Reason::kSecondReviewRequired);
  statute::Profile one = *R25().profile;
  one.second_review_grading.reset();
  const StatuteText text{&one, &Calendars()};
  CHECK(SignDecision(
            Decide(InReview(core), {.verdict = Verdict::kApprove}, core, Reviewer(), text).value(),
            ProviderHead(), core, text)
            .ok());
}

TEST_CASE("The second review is the provider's own until the head has signed", "[request]") {
  const Request confirmed = Decided(Refusal(), CoreMarriages())
                                .Confirm(SecondReviewer(), TaxAsksCivil(), Morning())
                                .value();
  const Request seen = confirmed.SeenBy(Applicant(), TaxAsksCivil());
  CHECK(seen.fields().second_reviewer.empty());
  for (const Request::Step& step : seen.fields().steps) {
    const bool hidden = step.action == "DecideRequest" || step.action == "ConfirmDecision";
    CHECK(step.actor.empty() == hidden);
  }
  CHECK(confirmed.SeenBy(ProviderHead(), TaxAsksCivil()).fields().second_reviewer == "people/r2");
}

TEST_CASE("A refusal rests on a condition or a legal bar, never on missing material", "[request]") {
  const auto refuse = [](Ground ground, std::string condition, std::string citation) {
    return Decision{.verdict = Verdict::kRefuse,
                    .reason = "不行",
                    .condition = std::move(condition),
                    .citation = std::move(citation),
                    .ground = ground};
  };
  const struct {
    Decision decision;
    Reason reason;
    Ground ground;
  } table[] = {
      {refuse(Ground::kUnspecified, "", ""), Reason::kUnspecified, Ground::kOther},
      {refuse(Ground::kUnspecified, "c1", ""), Reason::kUnspecified, Ground::kCondition},
      {refuse(Ground::kUnspecified, "", "某法"), Reason::kUnspecified, Ground::kLegalBar},
      {refuse(Ground::kOther, "", ""), Reason::kUnspecified, Ground::kOther},
      {refuse(Ground::kCondition, "c1", ""), Reason::kUnspecified, Ground::kCondition},
      {refuse(Ground::kCondition, "c1", "某法"), Reason::kUnspecified, Ground::kCondition},
      {refuse(Ground::kLegalBar, "", "某法"), Reason::kUnspecified, Ground::kLegalBar},
      {refuse(Ground::kCondition, "", ""), Reason::kFieldInvalid, {}},
      {refuse(Ground::kCondition, "c9", ""), Reason::kFieldInvalid, {}},
      {refuse(Ground::kLegalBar, "", ""), Reason::kFieldInvalid, {}},
      {refuse(Ground::kLegalBar, "c1", "某法"), Reason::kFieldInvalid, {}},
      {refuse(Ground::kOther, "", "某法"), Reason::kFieldInvalid, {}},
      {refuse(Ground::kIncomplete, "", ""), Reason::kIncompleteIsNoGround, {}},
      {refuse(Ground::kIncomplete, "c1", "某法"), Reason::kIncompleteIsNoGround, {}},
      {{.verdict = Verdict::kApprove, .ground = Ground::kOther}, Reason::kFieldInvalid, {}},
  };
  for (const StatuteText& text : {R25(), M16()}) {
    for (const auto& row : table) {
      const absl::StatusOr<Request> decided =
          Decide(InReview(Marriages(), text), row.decision, Marriages(), Reviewer(), text);
      INFO(decided.status().ToString());
      CHECK(ReasonOf(decided.status()) == row.reason);
      if (!decided.ok()) continue;
      CHECK(decided->fields().decision->ground == row.ground);
      CHECK(decided->fields().decision->WithoutGround() == (row.ground == Ground::kOther));
    }
  }
  const absl::Status status = Decide(InReview(), refuse(Ground::kIncomplete, "", "")).status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(DetailsOf(status)->metadata.at("article") == "R25 21");
}

TEST_CASE("What is marked as a state or work secret is refused in every text and not quoted",
          "[request]") {
  const Parties parties = TaxAsksCivil();
  const std::string secret = "密级：机密";
  const auto draft = [&](std::function<void(Request::Fields&)> spoil) {
    Request::Fields asked = Asked(Marriages());
    spoil(asked);
    return Request::Draft(asked, Applicant(), Marriages(), M16(), "requests/r", Morning()).status();
  };
  for (const absl::Status& status :
       {draft([&](Request::Fields& f) { f.legal_basis = secret; }),
        draft([&](Request::Fields& f) { f.scenario = secret; }), draft([&](Request::Fields& f) {
          f.scope.rows.conditions = {{"no_such", filter::Op::kEquals, secret}};
        }),
        Draft()
            .Update(Applicant(), parties, {.scenario = secret}, Marriages(), R25(), Morning())
            .status(),
        Checked().Return(Officer(), parties, secret, Morning()).status(),
        InReview()
            .AskSupplement(Reviewer(), parties, {{secret, "x", ""}}, R25(), Morning())
            .status(),
        Supplementing()
            .AnswerSupplement(Applicant(), parties, {{"other", "", secret}}, R25(), Morning())
            .status(),
        InReview().AskExtension(Reviewer(), parties, 99, secret, R25(), Morning()).status(),
        Extending().ConsentExtension(Officer(), parties, secret, R25(), Morning()).status(),
        Extending().RefuseExtension(Officer(), parties, secret, Morning()).status(),
        Decide(InReview(), {.verdict = Verdict::kRefuse, .reason = secret}).status(),
        Approved().ReportSupply(Steward(), parties, secret, Morning()).status(),
        Reported().DisputeSupply(Applicant(), parties, secret, R25(), Morning()).status()}) {
    INFO(status.ToString());
    CHECK(absl::IsInvalidArgument(status));
    CHECK(ReasonOf(status) == Reason::kSecretRefused);
    CHECK_FALSE(absl::StrContains(status.ToString(), "机密"));
    CHECK(absl::StrContains(status.message(), "R25 第三条"));
  }
}

TEST_CASE("A decision that widens the scope is refused as that", "[request]") {
  Decision wider{.verdict = Verdict::kApproveReduced, .scope = ScopeOver(Marriages())};
  wider.scope->end += 1;
  CHECK(ReasonOf(Decide(InReview(), wider).status()) == Reason::kScopeWidened);
  // Also by an item that the resource does not have.
  wider.scope = ScopeOver(Marriages());
  wider.scope->items.push_back("dowry");
  const absl::Status unknown = Decide(InReview(), wider).status();
  CHECK(ReasonOf(unknown) == Reason::kScopeWidened);
  CHECK(DetailsOf(unknown)->fields.front().field == "decision.scope.items");
}

}  // namespace
}  // namespace shareway::sharing
