// SPDX-License-Identifier: Apache-2.0
// The right edge of a growing tree: enough to append and to know the root.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/merkle/hasher.h"

namespace shareway::merkle {

// The roots of the complete subtrees that cover the leaves [0, size), largest
// first: one for each bit of `size`, at most 64. A value; not thread-safe.
class Frontier {
 public:
  static constexpr uint64_t kMaxSize = uint64_t{1} << 62;

  Frontier() = default;

  // The frontier that hashes() and size() came from. INVALID_ARGUMENT unless
  // `hashes` has one hash for each bit set in `size` <= kMaxSize.
  static absl::StatusOr<Frontier> Restore(uint64_t size, std::vector<Hash32> hashes);

  // Appends one leaf. Calls `completed` for every inner node (level 1 and up)
  // that the leaf completes, lowest first: at most 62, on average one.
  void Append(const Hasher& hasher, const Hash32& leaf_hash,
              absl::FunctionRef<void(NodeId, const Hash32&)> completed);
  void Append(const Hasher& hasher, const Hash32& leaf_hash);

  // The root over all leaves so far; `hasher.empty` without leaves.
  Hash32 Root(const Hasher& hasher) const;

  uint64_t size() const { return size_; }
  const std::vector<Hash32>& hashes() const { return hashes_; }

 private:
  uint64_t size_ = 0;
  std::vector<Hash32> hashes_;
};

}  // namespace shareway::merkle
