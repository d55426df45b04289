// SPDX-License-Identifier: Apache-2.0
// A tree that fits in memory, such as the messages signed together in a batch.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "libs/merkle/hasher.h"

namespace shareway::merkle {

// All nodes over a list of leaf hashes. Making it costs one node hash a leaf, so
// use it, not PathOf, when many paths are wanted. Thread-safe: it never changes.
class SmallTree {
 public:
  SmallTree(const Hasher& hasher, std::vector<Hash32> leaf_hashes);

  // `hasher.empty` without leaves.
  const Hash32& root() const { return root_; }
  size_t size() const { return levels_[0].size(); }

  // The audit path of RFC 6962 section 2.1.1 for leaf `index` < size(), from the
  // leaf's sibling upwards. Empty in a tree of one.
  std::vector<Hash32> Path(size_t index) const;

 private:
  // levels_[0] are the leaves. A node without a right sibling stands in for its parent.
  std::vector<std::vector<Hash32>> levels_;
  Hash32 root_;
};

// The root over `leaf_hashes`.
Hash32 RootOf(const Hasher& hasher, absl::Span<const Hash32> leaf_hashes);

// The audit path of leaf `index` < leaf_hashes.size().
std::vector<Hash32> PathOf(const Hasher& hasher, absl::Span<const Hash32> leaf_hashes,
                           size_t index);

}  // namespace shareway::merkle
