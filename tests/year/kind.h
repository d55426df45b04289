// SPDX-License-Identifier: Apache-2.0
// The kinds of objects that live through the year: what their records say, and how their methods
// are called with inputs that are good as a rule. One file a family of kinds.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/transition.h"
#include "services/sharing/store/case_row.h"
#include "tests/year/world.h"

namespace shareway::sharing {

// What a record says of its object.
struct YearFacts {
  std::string consumer = {};
  std::string provider = {};
  std::vector<int> states = {};  // one for each table of the kind; 0: that table does not apply yet
  std::vector<statute::Clock> clocks = {};
};

// A call of one method on one object.
struct YearAct {
  std::string name = {};    // of the object
  std::string bytes = {};   // its record, as the actor saw it
  uint64_t version = 0;
  std::string method = {};  // as in the table
  Actor actor = {};
};

// What a call answered; nothing: there was nothing fitting to call with.
using YearCall = std::optional<absl::Status>;

// An act that is not on one object: most make one.
struct YearOpening {
  std::string method = {};  // and, after a space, what else tells it from others of that method
  double a_day = 0;  // on average, on a working day
  std::function<YearCall(YearWorld&)> call = {};
  bool reads = false;  // it does not act: it must be answered, and leaves no trace
};

struct YearKind {
  std::string collection = {};
  std::vector<const StateTable*> tables = {};  // the first has every method
  std::function<absl::StatusOr<YearFacts>(absl::string_view bytes)> read = {};
  std::function<YearCall(YearWorld&, const YearAct&)> call = {};
  std::vector<YearOpening> openings = {};
  // The sides as the tables see them, for this actor; empty: as the directory says.
  std::function<Parties(const YearWorld&, absl::string_view bytes, const Actor&)> parties = {};
  // The object whose acts move this one by rule now; empty if there is none. May be empty itself.
  std::function<std::string(const YearWorld&, absl::string_view bytes)> mover = {};
  // True if the object offers the method to the actor beyond what the tables say; may be empty.
  std::function<bool(const YearWorld&, const YearAct&)> offers = {};
};

// The facts of a case (case_row.h).
template <typename T>
absl::StatusOr<YearFacts> FactsOfCase(absl::string_view bytes) {
  T value;
  SHAREWAY_RETURN_IF_ERROR(Decode(bytes, &value));
  YearFacts facts;
  if constexpr (requires { value.consumer; }) {
    facts.consumer = value.consumer;
    facts.provider = value.provider;
  }
  if constexpr (requires { static_cast<int>(value.state); }) {
    facts.states = {static_cast<int>(value.state)};
  }
  for (const CaseClock& owed : RowOf(value, 1).clocks) facts.clocks.push_back(owed.clock);
  return facts;
}

// A kind without a table: made once, or changed by no state.
template <typename T>
YearKind PlainKind(std::vector<YearOpening> openings = {}) {
  return {.collection = T::kCollection, .read = FactsOfCase<T>, .openings = std::move(openings)};
}

// The value of the act's object, as the actor saw it.
template <typename T>
T ValueOf(const YearAct& act) {
  T value;
  (void)Decode(act.bytes, &value);
  return value;
}

// Nothing, or the status of what was called.
template <typename T>
YearCall Called(const absl::StatusOr<T>& result) {
  return result.status();
}

// All kinds of the service.
std::vector<YearKind> YearKinds();
// What people and nodes read.
std::vector<YearOpening> YearReads();

// By file.
void AddRequestKinds(std::vector<YearKind>* kinds);
void AddGrantKinds(std::vector<YearKind>* kinds);
void AddGrantLifeKinds(std::vector<YearKind>* kinds);
void AddServiceKinds(std::vector<YearKind>* kinds);
void AddDisputeKinds(std::vector<YearKind>* kinds);
void AddCorrectionKinds(std::vector<YearKind>* kinds);
void AddSupervisionKinds(std::vector<YearKind>* kinds);
void AddDeskKinds(std::vector<YearKind>* kinds);

}  // namespace shareway::sharing
