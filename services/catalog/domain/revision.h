// SPDX-License-Identifier: Apache-2.0
// What a revision of an entry takes away. law.md section 6; M16 8, R25 14, 15, 27(3).
#pragma once

#include <string>
#include <vector>

#include "services/catalog/domain/entry.h"

namespace shareway::catalog {

// One thing in which a revision gives less than the one before.
struct Narrowing {
  // With the numbers of revision.proto.
  enum class Kind {
    kUnspecified = 0,
    kItemDropped,
    kClassTightened,
    kConditionAdded,
    kCycleSlowed,
  };
  Kind kind = Kind::kUnspecified;
  std::string field = {};  // of Resource: items, declared_class, conditions, update_cycle
  std::string id = {};     // of the item or condition; empty: the entry's own
  std::string text = {};   // in words that quote no text of the entry, only ids and enumerators
  std::string condition = {};  // of kConditionAdded: the condition's id

  friend bool operator==(const Narrowing&, const Narrowing&) = default;
};

// All that `after` takes away from `before`, by field and in the order of the entries; empty if
// nothing. Pure. A condition whose words or kind changed counts as added, since nobody but a person
// can tell whether they became narrower, and so does one that admits fewer values. It counts only if it
// holds for an item that was conditional before and still is.
std::vector<Narrowing> Narrowings(const Entry& before, const Entry& after);

// The conditions that a revision added, changed or put on an item, by id and in their order; R25 39(2)
// makes who adds conditions to keep others from the data liable, so that whoever supervises is told.
std::vector<std::string> AddedConditions(const std::vector<Narrowing>& narrowings);

// UNCONDITIONAL and so on.
std::string ShareClassName(ShareClass share_class);
// DAILY and so on.
std::string UpdateCycleName(UpdateCycle cycle);

}  // namespace shareway::catalog
