// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/domain/transition.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

enum Door { kShut, kOpen, kGone };

absl::string_view DoorName(int state) {
  switch (state) {
    case kShut: return "SHUT";
    case kOpen: return "OPEN";
    default: return "GONE";
  }
}

StateTable Doors() {
  return {.object = "door",
          .name = DoorName,
          .states = {kShut, kOpen, kGone},
          .transitions = {
              {.method = "Open",
               .from = {kShut},
               .to = {kOpen},
               .who = {{Side::kConsumer, Post::kApplicant}, {Side::kProvider, Post::kHead}},
               .by = "who has the key"},
              {.method = "Remove",
               .from = {kShut, kOpen},
               .to = {kGone},
               .who = {{Side::kAuthority}},
               .by = "the authority"},
              {.method = "fall", .from = {kOpen}, .to = {kGone}, .who = {}, .by = "age"}}};
}

Parties TaxAndCivil() { return {AgencyOf(kTax), AgencyOf(kCivil)}; }

TEST_CASE("A table admits whom and when it says, and tells others what is allowed", "[domain]") {
  const StateTable doors = Doors();
  const Parties parties = TaxAndCivil();
  CHECK(Admit(doors, "Open", "doors/d", kShut, Applicant(), parties).ok());
  CHECK(Admit(doors, "Open", "doors/d", kShut, ProviderHead(), parties).ok());
  const absl::Status person = Admit(doors, "Open", "doors/d", kGone, Reviewer(), parties);
  CHECK(person.code() == absl::StatusCode::kPermissionDenied);
  CHECK(absl::StrContains(person.message(), "who has the key"));
  const absl::Status state = Admit(doors, "Open", "doors/d", kOpen, Applicant(), parties);
  CHECK(ReasonOf(state) == Reason::kStateForbids);
  CHECK(absl::StrContains(state.message(), "is OPEN, want SHUT for Open; allowed now: Remove"));
  CHECK(absl::StrContains(Admit(doors, "Open", "doors/d", kGone, Applicant(), parties).message(),
                          "allowed now: nothing"));
  // What a rule does, nobody calls.
  CHECK(Admit(doors, "fall", "doors/d", kOpen, Officer(), parties).code() ==
        absl::StatusCode::kPermissionDenied);
}

TEST_CASE("Who may act is told the methods of the state, in the table's order", "[domain]") {
  const StateTable doors = Doors();
  const Parties parties = TaxAndCivil();
  CHECK(Allowed(doors, kShut, Applicant(), parties) == std::vector<std::string>{"Open"});
  CHECK(Allowed(doors, kOpen, Applicant(), parties).empty());
  CHECK(Allowed(doors, kOpen, Officer(), parties) == std::vector<std::string>{"Remove"});
  CHECK(Allowed(doors, kShut, Reviewer(), parties).empty());
}

TEST_CASE("A table with a hole is found out", "[domain]") {
  CHECK(Fault(Doors()).empty());
  StateTable unreached = Doors();
  unreached.transitions[1].to = {kOpen};
  unreached.transitions[2].to = {kOpen};
  CHECK(Fault(unreached) == "GONE is never reached");
  StateTable twice = Doors();
  twice.transitions[2].method = "Open";
  CHECK(Fault(twice) == "Open stands twice");
  StateTable unknown = Doors();
  unknown.transitions[0].from = {7};
  CHECK(Fault(unknown) == "Open names the unknown state 7");
  StateTable nobody = Doors();
  nobody.transitions[0].by = "";
  CHECK_FALSE(Fault(nobody).empty());
}

TEST_CASE("A table draws itself", "[domain]") {
  CHECK(Diagram(Doors()) ==
        "stateDiagram-v2\n  [*] --> SHUT\n  SHUT --> OPEN: Open\n  SHUT --> GONE: Remove\n"
        "  OPEN --> GONE: Remove\n  OPEN --> GONE: fall\n");
}

}  // namespace
}  // namespace shareway::sharing
