// SPDX-License-Identifier: Apache-2.0
// Walks a state table: every method that people call, in every state, by every actor.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// What an attempt came to: an error, or the state that the object is in after it.
using Attempt = std::function<absl::StatusOr<int>(absl::string_view method, int state,
                                                  const Actor& actor)>;

// Everybody of the examples.
inline std::vector<Actor> Everybody() {
  return {Applicant(), ConsumerHead(), Reviewer(), ProviderHead(), Officer(), Recorder(), Stranger()};
}

// Checks that each method answers as the table says: PERMISSION_DENIED to whom it does not name,
// STATE_FORBIDS in a state that it does not name, and a state that it does where it does. Attempts
// are made with good values, over TaxAsksCivil().
inline void WalkTable(const StateTable& table, const Attempt& attempt) {
  REQUIRE(Fault(table) == "");
  for (const Transition& transition : table.transitions) {
    if (transition.who.empty()) continue;
    for (const int state : table.states) {
      for (const Actor& actor : Everybody()) {
        const absl::StatusOr<int> after = attempt(transition.method, state, actor);
        INFO(transition.method << " in " << table.name(state) << " by " << actor.name << ": "
                               << after.status().ToString());
        const bool may = std::any_of(
            transition.who.begin(), transition.who.end(),
            [&](const Who& who) { return Holds(who, actor, TaxAsksCivil()); });
        const bool now = std::find(transition.from.begin(), transition.from.end(), state) !=
                         transition.from.end();
        if (!may) {
          CHECK(ReasonOf(after.status()) == Reason::kPolicyDenied);
        } else if (!now) {
          CHECK(ReasonOf(after.status()) == Reason::kStateForbids);
        } else {
          REQUIRE(after.ok());
          CHECK(std::find(transition.to.begin(), transition.to.end(), *after) !=
                transition.to.end());
        }
      }
    }
  }
}

}  // namespace shareway::sharing
