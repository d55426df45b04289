// SPDX-License-Identifier: Apache-2.0
// Which secondary index leaves the fewest rows to look at.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/filter/row_filter.h"

namespace shareway::exchange {

// How much a condition is expected to leave out, by the length of what it names: values of many
// characters repeat less than values of few, and an equal value says more than a prefix.
size_t Weight(const filter::Condition& condition);

// The heaviest condition on `item`; null if there is none.
const filter::Condition* Heaviest(const filter::RowFilter& where, absl::string_view item);

// A range of entries of one index.
struct IndexPlan {
  std::string item = {};
  std::string start = {};  // entries in [start, limit)
  std::string limit = {};
  size_t weight = 0;
  // The entries are of several values, and so in the item's order. Those of one value are in the
  // order of the rows' keys.
  bool several = false;

  // By the heaviest condition on an item of `indexes`; nothing if there is none.
  static std::optional<IndexPlan> Best(const filter::RowFilter& where,
                                       const std::vector<std::string>& indexes);
  // The same of those whose order tells nothing of an item that is not in `compared`.
  static std::optional<IndexPlan> BestInOrder(const filter::RowFilter& where,
                                              const std::vector<std::string>& indexes,
                                              const std::vector<std::string>& compared);
  // Whether rows may come in the order of the entries to who may compare the items in `compared`.
  bool MayOrder(const std::vector<std::string>& compared) const;
  // By the heaviest condition on `item`; nothing if there is none.
  static std::optional<IndexPlan> By(const filter::RowFilter& where, absl::string_view item);
};

}  // namespace shareway::exchange
