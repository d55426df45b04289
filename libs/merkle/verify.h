// SPDX-License-Identifier: Apache-2.0
// Checks of proofs that someone else made. Nothing here trusts its input: sizes
// may be anything, and a proof must have exactly the hashes that its tree asks for.
//
// All functions return INVALID_ARGUMENT if the numbers make no sense or the
// proof has too many or too few hashes, and DATA_LOSS if it leads to another
// root; both carry the reason PROOF_INVALID.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/merkle/hasher.h"

namespace shareway::merkle {

// What shows that a run of leaves lies in a tree: the hashes of what is left and
// of what is right of the run, each from left to right.
struct RangeProof {
  std::vector<Hash32> left = {};
  std::vector<Hash32> right = {};
};

// The number of hashes in the audit path of leaf `index` in a tree of `size`,
// at most 64. Needs `index` < `size`.
int PathLength(uint64_t index, uint64_t size);

// The root that `path` (RFC 6962 section 2.1.1) leads to from a leaf. Never DATA_LOSS.
absl::StatusOr<Hash32> RootFromPath(const Hasher& hasher, const Hash32& leaf_hash, uint64_t index,
                                    uint64_t size, absl::Span<const Hash32> path);

// OK if the leaf is number `index` (from 0) of the tree with `size` leaves and `root`.
absl::Status VerifyInclusion(const Hasher& hasher, const Hash32& leaf_hash, uint64_t index,
                             uint64_t size, absl::Span<const Hash32> proof, const Hash32& root);

// OK if the old tree is the beginning of the new one (RFC 6962 section 2.1.2).
// Every tree begins with the empty one: old size 0 takes `hasher.empty` and an
// empty proof. Equal sizes take equal roots and an empty proof.
absl::Status VerifyConsistency(const Hasher& hasher, uint64_t old_size, const Hash32& old_root,
                               uint64_t new_size, const Hash32& new_root,
                               absl::Span<const Hash32> proof);

// OK if `leaf_hashes`, at least one, are the leaves from number `begin` of the
// tree with `size` leaves and `root`. Costs one node hash a leaf.
absl::Status VerifyRange(const Hasher& hasher, uint64_t begin, absl::Span<const Hash32> leaf_hashes,
                         uint64_t size, const RangeProof& proof, const Hash32& root);

}  // namespace shareway::merkle
