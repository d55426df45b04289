// SPDX-License-Identifier: Apache-2.0
// State tables: who may call which method on an object in which state.
#include "services/sharing/domain/transition.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

bool Has(const std::vector<int>& states, int state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

std::string Names(const StateTable& table, const std::vector<int>& states) {
  return absl::StrJoin(states, " or ", [&](std::string* out, int state) {
    absl::StrAppend(out, table.name(state));
  });
}

const Transition* Find(const StateTable& table, absl::string_view method) {
  for (const Transition& transition : table.transitions) {
    if (transition.method == method) return &transition;
  }
  return nullptr;
}

bool HoldsAny(const Transition& transition, const Actor& actor, const Parties& parties) {
  return std::any_of(transition.who.begin(), transition.who.end(),
                     [&](const Who& who) { return Holds(who, actor, parties); });
}

bool InPost(Post post, const Actor& actor) {
  switch (post) {
    case Post::kAnyone: return true;
    case Post::kApplicant: return actor.applicant;
    case Post::kHead: return actor.head;
    case Post::kReviewer: return actor.reviewer;
    case Post::kOfficer: return actor.officer;
    case Post::kRecorder: return actor.recorder;
    case Post::kClerk: return actor.clerk;
    case Post::kSteward: return actor.steward;
  }
  return false;
}

}  // namespace

bool Holds(const Who& who, const Actor& actor, const Parties& parties) {
  if (!InPost(who.post, actor)) return false;
  switch (who.side) {
    case Side::kConsumer: return parties.OfConsumer(actor);
    case Side::kProvider: return parties.OfProvider(actor);
    case Side::kAuthority: return parties.InCharge(actor);
  }
  return false;
}

absl::Status Admit(const StateTable& table, absl::string_view method, absl::string_view name,
                   int state, const Actor& actor, const Parties& parties) {
  const Transition* transition = Find(table, method);
  if (transition == nullptr) {
    return absl::InternalError(absl::StrCat(table.object, " has no method ", method));
  }
  if (!HoldsAny(*transition, actor, parties)) return WrongPerson(name, transition->by);
  if (Has(transition->from, state)) return absl::OkStatus();
  std::vector<absl::string_view> allowed;
  for (const Transition& other : table.transitions) {
    if (!other.who.empty() && Has(other.from, state)) allowed.push_back(other.method);
  }
  const std::string want = Names(table, transition->from);
  const std::string can = allowed.empty() ? "nothing" : absl::StrJoin(allowed, ", ");
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " is ", table.name(state), ", want ", want, " for ", method,
                            "; allowed now: ", can))
      .With("name", name)
      .With("state", table.name(state))
      .With("want", want)
      .With("allowed", can);
}

std::vector<std::string> Allowed(const StateTable& table, int state, const Actor& actor,
                                 const Parties& parties) {
  std::vector<std::string> allowed;
  for (const Transition& transition : table.transitions) {
    if (Has(transition.from, state) && HoldsAny(transition, actor, parties)) {
      allowed.emplace_back(transition.method);
    }
  }
  return allowed;
}

std::string Fault(const StateTable& table) {
  std::set<absl::string_view> methods;
  for (const Transition& transition : table.transitions) {
    if (!methods.insert(transition.method).second) {
      return absl::StrCat(transition.method, " stands twice");
    }
    if (transition.from.empty() || transition.to.empty() || transition.by.empty()) {
      return absl::StrCat(transition.method, " leads from, to or by nothing");
    }
    for (const std::vector<int>* states : {&transition.from, &transition.to}) {
      for (const int state : *states) {
        if (!Has(table.states, state)) {
          return absl::StrCat(transition.method, " names the unknown state ", state);
        }
      }
    }
  }
  std::set<int> reached = {table.states.front()};
  for (size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const Transition& transition : table.transitions) {
      const bool leads = std::any_of(transition.from.begin(), transition.from.end(),
                                     [&](int state) { return reached.count(state) != 0; });
      if (leads) reached.insert(transition.to.begin(), transition.to.end());
    }
  }
  for (const int state : table.states) {
    if (reached.count(state) == 0) return absl::StrCat(table.name(state), " is never reached");
  }
  return "";
}

std::string Diagram(const StateTable& table) {
  std::string out = absl::StrCat("stateDiagram-v2\n  [*] --> ",
                                 table.name(table.states.front()), "\n");
  for (const Transition& transition : table.transitions) {
    for (const int from : transition.from) {
      for (const int to : transition.to) {
        absl::StrAppend(&out, "  ", table.name(from), " --> ", table.name(to), ": ",
                        transition.method, "\n");
      }
    }
  }
  return out;
}

}  // namespace shareway::sharing
