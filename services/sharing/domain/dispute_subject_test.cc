// SPDX-License-Identifier: Apache-2.0
// What can be disputed, what each matter can end in, and how much a grant then gives.
#include "services/sharing/domain/dispute_subject.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

Request RequestIn(Request::State state, const Request::Fields& asked = Asked(Marriages()),
                  std::optional<Decision> decision = std::nullopt) {
  Request::Fields fields = asked;
  fields.name = "requests/r";
  fields.consumer = kTax;
  fields.provider = kCivil;
  fields.state = state;
  fields.decision = std::move(decision);
  return Request::Restore(std::move(fields));
}

// Asked: all three items and both purposes, one year. Granted: cert_no, one purpose, half a year.
Request Struck() {
  const Request::Fields asked = Asked(Marriages());
  Scope granted = asked.scope;
  granted.items = {"cert_no"};
  granted.purposes = {Purpose::kAdministrativeBasis};
  granted.end = absl::CivilDay(2026, 3, 31);
  return RequestIn(Request::State::kApproved, asked,
                   Decision{.verdict = Decision::Verdict::kApproveReduced,
                            .scope = granted,
                            .cuts = {{"husband", "不需要"},
                                     {"wife", "不需要"},
                                     {"purposes", "不需要"},
                                     {"period", "过长"}}});
}

TEST_CASE("A dispute is over a refusal, cut items, late supply or what is not shared",
          "[dispute]") {
  const auto matter = [](const Request& request, Matter asked, bool late) {
    const auto subject = SubjectOf(request, asked, {}, late);
    return subject.ok() ? subject->matter : Matter::kUnspecified;
  };
  const Request refused = RequestIn(Request::State::kRefused);
  const Request approved = RequestIn(Request::State::kApproved);
  CHECK(matter(refused, Matter::kUnspecified, false) == Matter::kRefusal);
  CHECK(matter(refused, Matter::kCuts, false) == Matter::kUnspecified);
  CHECK(matter(Struck(), Matter::kUnspecified, true) == Matter::kCuts);
  CHECK(matter(Struck(), Matter::kLateSupply, true) == Matter::kLateSupply);
  CHECK(matter(Struck(), Matter::kLateSupply, false) == Matter::kUnspecified);
  CHECK(matter(Struck(), Matter::kRefusal, false) == Matter::kUnspecified);
  CHECK(matter(approved, Matter::kUnspecified, true) == Matter::kLateSupply);
  CHECK(matter(approved, Matter::kUnspecified, false) == Matter::kUnspecified);
  for (const Request::State state :
       {Request::State::kDraft, Request::State::kInReview, Request::State::kDecided,
        Request::State::kWithdrawn}) {
    CHECK(ReasonOf(SubjectOf(RequestIn(state), Matter::kUnspecified, {}, false).status()) ==
          Reason::kStateForbids);
  }
  CHECK(absl::IsInvalidArgument(SubjectOf(refused, Matter::kCorrection, {}, false).status()));

  CHECK(SubjectOf(Adoptions(), kTax)->matter == Matter::kClassification);
  CHECK(ReasonOf(SubjectOf(Marriages(), kTax).status()) == Reason::kStateForbids);
  CHECK(absl::IsInvalidArgument(SubjectOf(Adoptions(), kCivil).status()));
  Resource suspended = Adoptions();
  suspended.state = Resource::State::kSuspended;
  CHECK(ReasonOf(SubjectOf(suspended, kTax).status()) == Reason::kStateForbids);
}

TEST_CASE("One struck item is disputed alone, and only what was struck", "[dispute]") {
  CHECK(SubjectOf(Struck(), Matter::kCuts, {}, false)->cuts ==
        std::vector<std::string>{"husband", "wife", "purposes", "period"});
  CHECK(SubjectOf(Struck(), Matter::kUnspecified, {"wife"}, false)->cuts ==
        std::vector<std::string>{"wife"});
  const std::pair<const char*, std::vector<std::string>> table[] = {
      {"cuts[0]", {"cert_no"}}, {"cuts[1]", {"wife", "methods"}}, {"cuts[0]", {"wife", "wife"}}};
  for (const auto& [field, cuts] : table) {
    const absl::Status status = SubjectOf(Struck(), Matter::kCuts, cuts, false).status();
    INFO(status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
  CHECK(absl::IsInvalidArgument(
      SubjectOf(RequestIn(Request::State::kRefused), Matter::kRefusal, {"wife"}, false).status()));
}

TEST_CASE("Each matter ends only in what it is about", "[dispute]") {
  const struct {
    Matter matter;
    std::vector<Outcome> fit;
  } table[] = {
      {Matter::kRefusal, {Outcome::kGrant, Outcome::kReclassify, Outcome::kUpheld}},
      {Matter::kCuts, {Outcome::kGrant, Outcome::kReclassify, Outcome::kUpheld}},
      {Matter::kClassification, {Outcome::kGrant, Outcome::kReclassify, Outcome::kUpheld}},
      {Matter::kLateSupply, {Outcome::kSupply, Outcome::kUpheld}},
      {Matter::kCorrection, {Outcome::kSupply, Outcome::kUpheld}},
      {Matter::kServiceChange, {Outcome::kSupply, Outcome::kUpheld}},
      {Matter::kReturnFlow, {Outcome::kSupply, Outcome::kUpheld}},
  };
  for (const auto& row : table) {
    for (const Outcome outcome :
         {Outcome::kUnspecified, Outcome::kGrant, Outcome::kReclassify, Outcome::kSupply,
          Outcome::kUpheld, Outcome::kWithdrawn}) {
      INFO(OutcomeName(outcome) << " over " << MatterName(row.matter));
      const bool fits = std::find(row.fit.begin(), row.fit.end(), outcome) != row.fit.end();
      CHECK(CheckOutcome(outcome, row.matter, "outcome").ok() == fits);
    }
  }
}

TEST_CASE("A grant over one cut restores that one and leaves the others", "[dispute]") {
  const Request struck = Struck();
  const Scope& asked = struck.fields().scope;
  const auto most = [&](std::vector<std::string> cuts) {
    return MostOf(struck, SubjectOf(struck, Matter::kCuts, std::move(cuts), false).value());
  };
  Scope expected = struck.granted_scope();
  expected.items = {"cert_no", "wife"};
  CHECK(most({"wife"}) == expected);
  expected = struck.granted_scope();
  expected.end = asked.end;
  CHECK(most({"period"}) == expected);
  expected = struck.granted_scope();
  expected.purposes = asked.purposes;
  CHECK(most({"purposes"}) == expected);
  CHECK(most({}) == asked);
  CHECK(MostOf(RequestIn(Request::State::kRefused),
               SubjectOf(RequestIn(Request::State::kRefused), Matter::kRefusal, {}, false)
                   .value()) == asked);
}

TEST_CASE("An item that comes back is masked as it was asked to be", "[dispute]") {
  Request::Fields asked = Asked(Marriages());
  asked.scope.masked_items = {"husband", "wife"};
  Scope granted = asked.scope;
  granted.items = {"cert_no"};
  granted.masked_items = {"cert_no"};
  const Request struck =
      RequestIn(Request::State::kApproved, asked,
                Decision{.verdict = Decision::Verdict::kApproveReduced,
                         .scope = granted,
                         .cuts = {{"husband", "x"}, {"wife", "x"}, {"masked_items", "x"}}});
  const auto most = [&](std::vector<std::string> cuts) {
    return MostOf(struck, SubjectOf(struck, Matter::kCuts, std::move(cuts), false).value());
  };
  CHECK(most({"wife"}).masked_items == std::vector<std::string>{"cert_no", "wife"});
  CHECK(most({"masked_items"}).masked_items.empty());
}

TEST_CASE("What is ruled over cuts goes neither beyond them nor below what was granted",
          "[dispute]") {
  const Request struck = Struck();
  const DisputeSubject wife = SubjectOf(struck, Matter::kCuts, {"wife"}, false).value();
  CHECK(CheckRuled(MostOf(struck, wife), struck, wife, "scope").ok());
  CHECK(CheckRuled(struck.granted_scope(), struck, wife, "scope").ok());
  const std::pair<const char*, std::function<void(Scope&)>> table[] = {
      {"another cut item", [](Scope& s) { s.items.push_back("husband"); }},
      {"another cut", [](Scope& s) { s.end = absl::CivilDay(2026, 9, 30); }},
      {"less items", [](Scope& s) { s.items = {"wife"}; }},
      {"less days", [](Scope& s) { s.end -= 1; }},
      {"less methods", [](Scope& s) { s.methods = {Method::kQuery}; }},
  };
  for (const auto& [what, spoil] : table) {
    Scope ruled = MostOf(struck, wife);
    spoil(ruled);
    INFO(what);
    CHECK(absl::IsInvalidArgument(CheckRuled(ruled, struck, wife, "scope")));
  }
}

TEST_CASE("What is not shared is granted by a dispute under the 2016 measure only", "[dispute]") {
  const Resource adoptions = Adoptions();
  CHECK(MayGrant(ScopeOver(adoptions), adoptions, M16()).ok());
  CHECK(ReasonOf(MayGrant(ScopeOver(adoptions), adoptions, R25())) == Reason::kNotShared);
  CHECK(MayGrant(ScopeOver(Marriages()), Marriages(), R25()).ok());
}

TEST_CASE("A grant that is replaced ends with its reason, but not if it is suspended or over",
          "[dispute]") {
  Grant::Fields fields = {.name = "grants/old", .state = Grant::State::kActive};
  const Grant after = Replaced(Grant::Restore(fields), "grants/new", "disputes/d").value();
  CHECK(after.fields().state == Grant::State::kRevoked);
  CHECK(absl::StartsWith(after.fields().ended_reason, "DISPUTE_DECISION: disputes/d"));
  CHECK(absl::StrContains(after.fields().ended_reason, "grants/new"));
  for (const Grant::State state : {Grant::State::kSuspended, Grant::State::kRevoked,
                                   Grant::State::kExpired, Grant::State::kEnded}) {
    fields.state = state;
    CHECK(ReasonOf(Replaced(Grant::Restore(fields), "grants/new", "disputes/d").status()) ==
          Reason::kStateForbids);
  }
}

}  // namespace
}  // namespace shareway::sharing
