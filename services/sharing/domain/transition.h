// SPDX-License-Identifier: Apache-2.0
// State tables: who may call which method on an object in which state, and what it becomes.
// The rules, the tests of every transition and the diagrams in the README read the same table.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/party.h"

namespace shareway::sharing {

// How the actor stands to the object.
enum class Side { kConsumer, kProvider, kAuthority };

// In which role it acts. kAnyone: any role of that side.
enum class Post { kAnyone, kApplicant, kHead, kReviewer, kOfficer, kRecorder, kClerk, kSteward };

struct Who {
  Side side = Side::kConsumer;
  Post post = Post::kAnyone;
};

// One method. States are the numbers of the object's own enum.
struct Transition {
  absl::string_view method;  // DecideRequest
  std::vector<int> from;     // in which it may be called
  std::vector<int> to;       // what the object may be after it
  std::vector<Who> who;      // any of these; none: the service itself does it, by a rule of law
  absl::string_view by;      // the same for people, with the article: "a reviewer of the provider (R25 21)"
};

// All methods of one kind of object.
struct StateTable {
  absl::string_view object;                     // request
  absl::string_view (*name)(int state) = nullptr;  // IN_REVIEW
  std::vector<int> states;                      // all, in the order of the path
  std::vector<Transition> transitions;          // in the order of the path
};

// True if the actor has the post at that side of the object.
bool Holds(const Who& who, const Actor& actor, const Parties& parties);

// PERMISSION_DENIED, POLICY_DENIED, unless the actor is one of those who may; then
// FAILED_PRECONDITION, STATE_FORBIDS, unless the state allows it, with the states that do and the
// methods that the state allows in `want` and `allowed`. `method` must be in the table.
absl::Status Admit(const StateTable& table, absl::string_view method, absl::string_view name,
                   int state, const Actor& actor, const Parties& parties);

// The methods that the actor may call in this state, in the table's order.
std::vector<std::string> Allowed(const StateTable& table, int state, const Actor& actor,
                                 const Parties& parties);

// Empty if each transition's states are in the table, every state but the first can be reached
// from it, and no method stands twice; else what is wrong.
std::string Fault(const StateTable& table);

// The table as a Mermaid state diagram, ending in a line feed.
std::string Diagram(const StateTable& table);

}  // namespace shareway::sharing
