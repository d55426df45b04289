// SPDX-License-Identifier: Apache-2.0
// Serves the datasets that lie in the node's own store.
#pragma once

#include <memory>

#include "services/exchange/source/dataset_source.h"
#include "services/exchange/store/dataset_store.h"

namespace shareway::exchange {

// Keys are scanned in the order of their bytes, over the range that conditions on
// the key items leave, or an index in the order of its values and then keys, by the
// heavier of both (source/index_plan.h); of each row only the cells asked for and
// those in conditions are looked at. Where the order of an index would tell of an item
// that is not in ReadRequest.compared, the rows that it leads to come in the order of
// their keys: up to 10,000 entries are sorted for each page; beyond, a lighter index
// that may order or the keys are scanned. A page looks at no more than 100,000 rows, or
// 20,000 by an index, no more than 10,000 since the last one that matched, and takes
// no more than 2 MiB of values. A position is bound to
// its version, which goes on being read while it is kept, and to its order; it does
// not tell the key or value that it holds. Thread-safe.
class HostedSource final : public DatasetSource {
 public:
  // `store` must outlive it and its cursors.
  explicit HostedSource(DatasetStore* store) : store_(store) {}

  absl::StatusOr<RowPage> Read(const ReadRequest& request) const override;
  // The snapshot of no read lasts longer than one call of Next.
  absl::StatusOr<std::unique_ptr<RowCursor>> Open(const ReadRequest& request) const override;

 private:
  DatasetStore* const store_;
};

}  // namespace shareway::exchange
