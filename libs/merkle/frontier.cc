// SPDX-License-Identifier: Apache-2.0
// Appending to a Merkle tree by its right edge.
#include "libs/merkle/frontier.h"

#include <bit>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace shareway::merkle {

absl::StatusOr<Frontier> Frontier::Restore(uint64_t size, std::vector<Hash32> hashes) {
  if (size > kMaxSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frontier of ", size, " leaves, want at most ", kMaxSize));
  }
  if (hashes.size() != static_cast<size_t>(std::popcount(size))) {
    return absl::InvalidArgumentError(absl::StrCat("a frontier of ", hashes.size(),
                                                   " hashes, want ", std::popcount(size), " for ",
                                                   size, " leaves"));
  }
  Frontier frontier;
  frontier.size_ = size;
  frontier.hashes_ = std::move(hashes);
  return frontier;
}

void Frontier::Append(const Hasher& hasher, const Hash32& leaf_hash,
                      absl::FunctionRef<void(NodeId, const Hash32&)> completed) {
  hashes_.push_back(leaf_hash);
  // Each trailing one of the old size is a complete subtree that this leaf doubles.
  for (int level = 1; (size_ >> (level - 1)) & 1; ++level) {
    const Hash32 right = hashes_.back();
    hashes_.pop_back();
    hashes_.back() = hasher.node(hashes_.back(), right);
    completed({.level = level, .index = size_ >> level}, hashes_.back());
  }
  ++size_;
}

void Frontier::Append(const Hasher& hasher, const Hash32& leaf_hash) {
  Append(hasher, leaf_hash, [](NodeId, const Hash32&) {});
}

Hash32 Frontier::Root(const Hasher& hasher) const {
  if (hashes_.empty()) return hasher.empty;
  Hash32 root = hashes_.back();
  for (size_t i = hashes_.size() - 1; i-- > 0;) root = hasher.node(hashes_[i], root);
  return root;
}

}  // namespace shareway::merkle
