// SPDX-License-Identifier: Apache-2.0
// Trees held whole in memory.
#include "libs/merkle/small_tree.h"

#include <utility>

namespace shareway::merkle {

SmallTree::SmallTree(const Hasher& hasher, std::vector<Hash32> leaf_hashes) {
  levels_.push_back(std::move(leaf_hashes));
  while (levels_.back().size() > 1) {
    const std::vector<Hash32>& below = levels_.back();
    std::vector<Hash32> level;
    level.reserve((below.size() + 1) / 2);
    for (size_t i = 0; i + 1 < below.size(); i += 2) {
      level.push_back(hasher.node(below[i], below[i + 1]));
    }
    if (below.size() % 2 == 1) level.push_back(below.back());
    levels_.push_back(std::move(level));
  }
  root_ = levels_.back().empty() ? hasher.empty : levels_.back()[0];
}

std::vector<Hash32> SmallTree::Path(size_t index) const {
  std::vector<Hash32> path;
  for (const std::vector<Hash32>& level : levels_) {
    if (const size_t sibling = index ^ 1; sibling < level.size()) path.push_back(level[sibling]);
    index >>= 1;
  }
  return path;
}

Hash32 RootOf(const Hasher& hasher, absl::Span<const Hash32> leaf_hashes) {
  return SmallTree(hasher, {leaf_hashes.begin(), leaf_hashes.end()}).root();
}

std::vector<Hash32> PathOf(const Hasher& hasher, absl::Span<const Hash32> leaf_hashes,
                           size_t index) {
  return SmallTree(hasher, {leaf_hashes.begin(), leaf_hashes.end()}).Path(index);
}

}  // namespace shareway::merkle
