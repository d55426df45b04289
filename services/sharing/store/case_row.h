// SPDX-License-Identifier: Apache-2.0
// Cases of further kinds as the store keeps them: corrections, demands, findings and so on.
//
// A kind of case is a type T, a plain value, with
//   static constexpr char kCollection[]      the first part of its names: "corrections"
//   std::string Encode(const T&)             its record, canonical: equal values, equal bytes
//   absl::Status Decode(absl::string_view, T*)   DATA_LOSS for what does not read
//   CaseRow RowOf(const T&, uint64_t version)    what is written of it
// beside it, found by argument-dependent lookup. SharingStore::LoadCase and ListCases read it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/statute/clock.h"

namespace shareway::sharing {

// A clock of a case, and the agency, agencies/{a}, that owes the act.
struct CaseClock {
  statute::Clock clock = {};
  std::string debtor = {};
  // Another clock of the case has taken its place: it is kept as it was stopped, and stands in no
  // list: what it measured is no act that was owed, or owed by another day now.
  bool superseded = false;
};

// One case in a Change. Everything is written with it or nothing.
struct CaseRow {
  std::string name = {};   // {collection}/{id}
  std::string bytes = {};  // its record
  uint64_t version = 0;    // of what it replaces; 0: it is new
  absl::Time create_time = {};
  std::vector<CaseClock> clocks = {};  // of a kind the one that counts last, and superseded ones
  // Lists it stands in besides those of the change's owners, for example grants/{g}; and lists it
  // has left. Owners see it in ListCases by these names.
  std::vector<std::string> lists = {};
  std::vector<std::string> left = {};
  // Keys that one case alone may hold, for example open-correction/{resource}|{record}: ABORTED
  // if another holds one. And keys that it gives up.
  std::vector<std::string> takes = {};
  std::vector<std::string> gives_up = {};
  // When a rule has to look at it again; SharingStore::Woken tells. None: never, as it is now.
  std::optional<absl::Time> wake = {};
  // What evidence tells of it to agencies that may not read the whole record: the record without
  // what is not theirs. Empty: all that an event names may read it. `insiders` are those that may.
  std::string told = {};
  std::vector<std::string> insiders = {};
  // The log to which its record is appended for those who follow it, for example corrections; empty:
  // none.
  std::string log = {};
};

// A case or grant that a decision rested on and that may not have changed meanwhile.
struct RestsOn {
  std::string name = {};
  uint64_t version = 0;
};

}  // namespace shareway::sharing
