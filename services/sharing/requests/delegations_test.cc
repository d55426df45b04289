// SPDX-License-Identifier: Apache-2.0
// A delegate acts in the post for the time of the delegation, and takes no second part in a case.
#include "services/sharing/requests/delegations.h"

#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

const Actor kDeputy{.name = "people/d", .agency = kCivil};

struct Staff {
  TestDesk t;
  std::map<std::string, Actor, std::less<>> people = {{"people/ph", ProviderHead()},
                                                      {"people/r", Reviewer()},
                                                      {"people/d", kDeputy},
                                                      {"people/a", Applicant()}};
  Delegations delegations{&t.desk, [this](absl::string_view name) -> std::optional<Actor> {
                            const auto found = people.find(name);
                            if (found == people.end()) return std::nullopt;
                            return found->second;
                          }};

  Delegation Asked(Delegation::Post post, const std::string& delegate = "people/d") const {
    const absl::CivilDay today = statute::LawDay(t.clock.Now());
    return {.delegate = delegate, .post = post, .start = today, .end = today + 9, .reason = "休假"};
  }
  Stored<Delegation> Give(const Actor& giver, Delegation::Post post,
                          const std::string& delegate = "people/d") {
    return delegations.Give(t.By(giver), Asked(post, delegate), false).value();
  }
  Actor In(const Actor& actor) const { return delegations.InPosts(actor).value(); }
};

TEST_CASE("A delegate signs in the post of the head, and the step names both", "[delegation]") {
  Staff s;
  const Stored<Request> decided = s.t.Decided();
  CHECK(ReasonOf(s.t.sharing
                     .SignOffDecision(s.t.By(s.In(kDeputy)), s.t.NameOf(decided),
                                      s.t.EtagOf(decided))
                     .status()) == Reason::kPolicyDenied);
  s.Give(ProviderHead(), Delegation::Post::kHead);
  const Stored<Request> approved =
      s.t.sharing
          .SignOffDecision(s.t.By(s.In(kDeputy)), s.t.NameOf(decided), s.t.EtagOf(decided))
          .value();
  CHECK(approved.value.fields().state == Request::State::kApproved);
  CHECK(approved.value.fields().provider_head == "people/d");
  const Request::Step& step = approved.value.fields().steps.back();
  CHECK(step.actor == "people/d");
  CHECK(step.note.find("for people/ph") == 0);
}

TEST_CASE("A delegate does not sign what he or his principal took part in", "[delegation]") {
  Staff s;
  // The reviewer stands in for the head: not on what he reviewed himself.
  s.Give(ProviderHead(), Delegation::Post::kHead, "people/r");
  const Stored<Request> decided = s.t.Decided();
  CHECK(ReasonOf(s.t.sharing
                     .SignOffDecision(s.t.By(s.In(Reviewer())), s.t.NameOf(decided),
                                      s.t.EtagOf(decided))
                     .status()) == Reason::kOwnRequest);
}

TEST_CASE("A delegation ends by its last day, by its end, and when its giver loses the post",
          "[delegation]") {
  Staff s;
  const Stored<Delegation> given = s.Give(ProviderHead(), Delegation::Post::kHead);
  CHECK(s.In(kDeputy).head);
  CHECK(s.In(kDeputy).head_for == "people/ph");
  CHECK_FALSE(s.In(Reviewer()).head);
  s.people["people/ph"].head = false;
  CHECK_FALSE(s.In(kDeputy).head);
  s.people["people/ph"].head = true;
  CHECK(s.In(kDeputy).head);
  const Stored<Delegation> ended =
      s.delegations.End(s.t.By(kDeputy), given.value.name, Desk::EtagOf(given.version)).value();
  CHECK_FALSE(s.In(kDeputy).head);
  CHECK(ended.value.ended_by == "people/d");
  CHECK(ReasonOf(s.delegations
                     .End(s.t.By(Stranger()), given.value.name, Desk::EtagOf(ended.version))
                     .status()) == Reason::kNotVisible);
  s.Give(ProviderHead(), Delegation::Post::kHead);
  s.t.clock.Advance(absl::Hours(24 * 10));
  CHECK_FALSE(s.In(kDeputy).head);
}

TEST_CASE("A post is lent to one person at a time", "[delegation]") {
  Staff s;
  s.Give(ProviderHead(), Delegation::Post::kHead);
  s.people["people/e"] = {.name = "people/e", .agency = kCivil};
  const auto again = [&](absl::CivilDay start) {
    Delegation asked = s.Asked(Delegation::Post::kHead, "people/e");
    asked.start = start;
    asked.end = start + 3;
    return s.delegations.Give(s.t.By(ProviderHead()), asked, false);
  };
  const absl::CivilDay today = statute::LawDay(s.t.clock.Now());
  CHECK(ReasonOf(again(today + 9).status()) == Reason::kDelegationInvalid);
  CHECK(again(today + 10).ok());
  CHECK(s.delegations.List(ProviderHead(), false, "", 10)->values.size() == 2);
  CHECK(s.delegations.List(ProviderHead(), true, "", 10)->values.size() == 1);
  CHECK(s.delegations.List(Stranger(), false, "", 10)->values.empty());
}

TEST_CASE("A delegation that is only checked is not stored", "[delegation]") {
  Staff s;
  const Stored<Delegation> checked =
      s.delegations.Give(s.t.By(ProviderHead()), s.Asked(Delegation::Post::kHead), true).value();
  CHECK(checked.version == 0);
  CHECK_FALSE(s.In(kDeputy).head);
  CHECK(ReasonOf(s.delegations
                     .Give(s.t.By(ProviderHead()), s.Asked(Delegation::Post::kHead, "people/a"),
                           true)
                     .status()) == Reason::kDelegationInvalid);
}

}  // namespace
}  // namespace shareway::sharing
