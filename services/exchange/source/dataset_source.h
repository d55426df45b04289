// SPDX-License-Identifier: Apache-2.0
// Reads the datasets that a node hosts: only the items asked for, only the rows
// that match, pinned to one version.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/filter/row_filter.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// The values of one row, in the order of the items asked for, and then of the keys. No value: null.
using Row = std::vector<std::optional<std::string>>;

// How long a position is good, and a minute longer at most. A version that was rolled back is not
// read on for longer, whatever was loaded since.
inline constexpr absl::Duration kPositionLife = absl::Minutes(15);

// What is read.
struct ReadRequest {
  std::string resource = {};            // resources/{r}
  std::vector<std::string> items = {};  // ids, granted ones only: what may leave
  // Key items besides, which tell records apart at this node and never leave: their values follow
  // those of `items`, null where the version does not have the item. Nothing else is decoded.
  std::vector<std::string> keys = {};
  filter::RowFilter where = {};         // all conditions, the grant's and the query's
  // Ids of the items whose values the reader may compare: granted, unmasked, within clearance. Rows
  // never come in the order of another item, of which `where` may have a condition of the grant's:
  // order tells what comparing tells. The order of the key is told, whatever stands here.
  std::vector<std::string> compared = {};
  // Continue after this position, which an earlier read for the same holder gave; empty: from the
  // start.
  std::string after = {};
  std::string holder = {};  // for whom it is read; another one's positions are none. No NUL.
  absl::Time time = {};     // of the request: positions are good for kPositionLife
  int limit = 100;                      // rows, for Read
};

// A page of rows.
struct RowPage {
  std::string version = {};         // of the dataset
  std::vector<ItemType> types = {};  // of the items asked for
  std::vector<Row> rows = {};
  // Position to continue after; empty: no row is left. A page may hold fewer rows than asked
  // for, or none, and still name one: the work for a page is limited, and more so while it
  // finds nothing.
  std::string next = {};
};

// A run over all matching rows of one version. One thread.
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  virtual const std::string& version() const = 0;
  virtual const std::vector<ItemType>& types() const = 0;
  // Up to `max_rows` more rows; none at the end.
  virtual absl::StatusOr<std::vector<Row>> Next(int max_rows) = 0;
};

// Where a provider's rows come from. Thread-safe.
class DatasetSource {
 public:
  virtual ~DatasetSource() = default;
  // FAILED_PRECONDITION, DATASET_MISSING, if the node hosts no dataset of the
  // resource; INVALID_ARGUMENT if no item is asked for, if an item of `items` or
  // `where` is not in it, if `after` is not from a page of these conditions for this holder, is
  // older than kPositionLife or its version is gone or was rolled back, or if no condition of
  // `where` (equal or prefix) is on the first key item or on one that the version is indexed by.
  virtual absl::StatusOr<RowPage> Read(const ReadRequest& request) const = 0;
  // All rows that match; `limit` is not used and no condition is needed. The
  // version stays readable while the cursor lives.
  virtual absl::StatusOr<std::unique_ptr<RowCursor>> Open(const ReadRequest& request) const = 0;
};

}  // namespace shareway::exchange
