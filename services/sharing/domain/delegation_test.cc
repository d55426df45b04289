// SPDX-License-Identifier: Apache-2.0
// Who may lend which post to whom, for how long, and what it makes of him.
#include "services/sharing/domain/delegation.h"

#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using State = Delegation::State;

constexpr absl::CivilDay kToday(2025, 9, 30);

Actor Deputy() { return {.name = "people/d", .agency = kCivil, .applicant = true}; }
Delegation Asked() {
  return {.delegate = "people/d",
          .post = Delegation::Post::kHead,
          .start = kToday,
          .end = kToday + 9,
          .reason = "出差"};
}
Delegation Given() {
  return GiveDelegation(Asked(), ProviderHead(), Deputy(), "delegations/d", "cn-2025-809@1",
                        Morning())
      .value();
}
Reason Refusal(const Delegation& asked, const Actor& actor, const std::optional<Actor>& colleague) {
  return ReasonOf(
      GiveDelegation(asked, actor, colleague, "delegations/d", "p@1", Morning()).status());
}

TEST_CASE("A head lends his post to a colleague from day to day", "[delegation]") {
  const Delegation given = Given();
  CHECK(given.giver == "people/ph");
  CHECK(given.consumer == kCivil);
  CHECK(given.At(Morning()) == State::kHolds);
  CHECK(given.At(Morning() + absl::Hours(24 * 9)) == State::kHolds);
  CHECK(given.At(Morning() + absl::Hours(24 * 10)) == State::kOver);
  Delegation later = given;
  later.start = kToday + 1;
  CHECK(later.At(Morning()) == State::kComing);
}

TEST_CASE("What breaks a rule is not lent", "[delegation]") {
  Delegation asked = Asked();
  asked.post = Delegation::Post::kUnspecified;
  CHECK(Refusal(asked, ProviderHead(), Deputy()) == Reason::kFieldInvalid);
  asked = Asked();
  asked.reason = "";
  CHECK(Refusal(asked, ProviderHead(), Deputy()) == Reason::kFieldInvalid);
  asked = Asked();
  asked.start = kToday - 1;
  CHECK(Refusal(asked, ProviderHead(), Deputy()) == Reason::kFieldInvalid);
  asked = Asked();
  asked.end = asked.start - 1;
  CHECK(Refusal(asked, ProviderHead(), Deputy()) == Reason::kFieldInvalid);
  asked.end = asked.start + kMaxDelegationDays;
  CHECK(Refusal(asked, ProviderHead(), Deputy()) == Reason::kFieldInvalid);
  asked.end = asked.start + kMaxDelegationDays - 1;
  CHECK(Refusal(asked, ProviderHead(), Deputy()) == Reason::kUnspecified);  // a year is admitted
}

TEST_CASE("Only who holds a post himself lends it, to a colleague who does not", "[delegation]") {
  CHECK(Refusal(Asked(), Reviewer(), Deputy()) == Reason::kDelegationInvalid);
  Actor lent = Deputy();
  lent.head = true;
  lent.head_for = "people/ph";
  Actor third = Deputy();
  third.name = "people/t";
  Delegation onward = Asked();
  onward.delegate = "people/t";
  CHECK(Refusal(onward, lent, third) == Reason::kDelegationInvalid);  // no chains
  CHECK(Refusal(Asked(), ProviderHead(), std::nullopt) == Reason::kDelegationInvalid);
  Actor foreign = Deputy();
  foreign.agency = kTax;
  CHECK(Refusal(Asked(), ProviderHead(), foreign) == Reason::kDelegationInvalid);
  Actor head = Deputy();
  head.head = true;
  CHECK(Refusal(Asked(), ProviderHead(), head) == Reason::kDelegationInvalid);
  Delegation self = Asked();
  self.delegate = "people/ph";
  CHECK(Refusal(self, ProviderHead(), ProviderHead()) == Reason::kDelegationInvalid);
}

TEST_CASE("A delegate is in the post while the delegation holds, and nobody else is",
          "[delegation]") {
  const Delegation given = Given();
  const Actor in_post = InPost(Deputy(), given, Morning());
  CHECK(in_post.head);
  CHECK(in_post.head_for == "people/ph");
  CHECK_FALSE(in_post.reviewer);
  CHECK(InPost(Deputy(), given, Morning() + absl::Hours(24 * 10)) == Deputy());
  CHECK(InPost(Reviewer(), given, Morning()) == Reviewer());
  Actor moved = Deputy();
  moved.agency = kTax;
  CHECK(InPost(moved, given, Morning()) == moved);
  Actor head = Deputy();
  head.head = true;
  CHECK(InPost(head, given, Morning()) == head);  // acts in his own post
}

TEST_CASE("A delegation ends by who gave it, who has it, or a head", "[delegation]") {
  const Delegation given = Given();
  for (const Actor& actor : {ProviderHead(), Deputy()}) {
    const Delegation ended = EndDelegation(given, actor, Morning()).value();
    CHECK(ended.At(Morning()) == State::kOver);
    CHECK(ended.ended_by == actor.name);
    CHECK(ReasonOf(EndDelegation(ended, actor, Morning()).status()) ==
          Reason::kDelegationInvalid);
  }
  CHECK(ReasonOf(EndDelegation(given, Reviewer(), Morning()).status()) == Reason::kPolicyDenied);
}

TEST_CASE("A step in another's post names both", "[delegation]") {
  Request::Fields f = Request::Fields{.name = "requests/r"};
  f.steps.push_back({Morning(), "SignOffDecision", "people/d", Request::State::kApproved, ""});
  const Actor in_post = InPost(Deputy(), Given(), Morning());
  CHECK(InNameOf(Request::Restore(f), in_post).fields().steps.back().note == "for people/ph");
  CHECK(InNameOf(Request::Restore(f), Deputy()).fields().steps.back().note.empty());
  f.steps.back().action = "WithdrawRequest";  // no act of the post
  CHECK(InNameOf(Request::Restore(f), in_post).fields().steps.back().note.empty());
}

}  // namespace
}  // namespace shareway::sharing
