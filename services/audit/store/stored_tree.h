// SPDX-License-Identifier: Apache-2.0
// The tree as it lies in the store: a second opinion on every head that is signed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/kv/store.h"
#include "services/audit/domain/tile.h"

namespace shareway::audit {

// Recomputes roots from stored bytes alone: the leaves of complete tiles, and of
// the incomplete bundle the records themselves. Shares nothing with the writer, so
// that a bit that flips in the writer's memory gives another root. Each complete
// tile is read back once, and its inner hashes are compared. For one thread.
class StoredTree {
 public:
  // `store` must outlive it.
  explicit StoredTree(const kv::Store* store) : store_(store) {}

  // The root of the first `size` entries, which must be durable. DATA_LOSS if what is
  // stored does not fit together; then all is read again the next time.
  absl::StatusOr<Hash32> Root(uint64_t size);

 private:
  absl::Status AddTile(uint64_t index);
  absl::StatusOr<RightEdge> WithTail(uint64_t size) const;

  const kv::Store* store_;
  std::optional<RightEdge> edge_;  // over complete bundles
};

// The edge of the first `size` entries, a multiple of kBundle, from the roots of
// the stored tiles. DATA_LOSS if one is missing.
absl::StatusOr<RightEdge> ReadEdge(const kv::Store& store, uint64_t size);

// The leaves of the incomplete tile of `level` >= 1 in a tree of `size`: the roots
// of the tiles below. DATA_LOSS if one is missing.
absl::StatusOr<std::vector<Hash32>> ReadTileLeaves(const kv::Store& store, int level,
                                                   uint64_t size);

}  // namespace shareway::audit
