// SPDX-License-Identifier: Apache-2.0
// How a request is read from one version: which keys, which cells, which rows.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/row.h"
#include "services/exchange/domain/schema.h"
#include "services/exchange/source/dataset_source.h"

namespace shareway::exchange {

// A value made once for a request; Take has scratch space, so one thread.
class RowPlan {
 public:
  // INVALID_ARGUMENT if no item is asked for or an item of the request is not in `schema`.
  static absl::StatusOr<RowPlan> Make(const ReadRequest& request, const DatasetSchema& schema);

  // The keys that can match: [start, limit); an empty limit means to the end.
  const std::string& start() const { return start_; }
  const std::string& limit() const { return limit_; }
  // True if the first key item has a condition, so that the range is narrower than all.
  bool bounded() const { return bounded_; }
  // True if the conditions name a whole key, start(): no more than that row can match.
  bool one_row() const { return one_row_; }
  // Weight of the conditions that bound the range (source/index_plan.h).
  size_t weight() const { return weight_; }
  const std::vector<ItemType>& types() const { return types_; }

  enum class Taken { kRow, kNoMatch, kDamaged };
  // Reads a stored row; if it matches, `row` becomes what was asked for.
  Taken Take(absl::string_view cells, Row* row);
  // The same without the row.
  Taken Match(absl::string_view cells);

 private:
  struct Tested {
    std::string item;
    size_t slot = 0;
  };
  void Bound(const DatasetSchema& schema);

  filter::RowFilter where_;
  std::string start_;
  std::string limit_;
  bool bounded_ = false;
  bool one_row_ = false;
  size_t weight_ = 0;
  std::vector<ItemType> types_;
  std::vector<size_t> places_;  // cells that are looked at, ascending
  std::vector<size_t> asked_;   // for each item asked for, and each key, its slot in places_
  std::vector<Tested> tested_;  // items in conditions
  std::vector<CellView> found_;
};

}  // namespace shareway::exchange
