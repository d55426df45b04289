// SPDX-License-Identifier: Apache-2.0
// Makes proofs from the complete subtrees that a log has stored.
//
// A proof's hashes are those of whole subtrees, except at the right edge of a
// tree whose size is no power of two: such a hash is composed from the complete
// subtrees under it. The ...Nodes functions name all that a prover reads, in
// the order in which the ...Proof functions ask for it; they return nothing for
// numbers that make no sense.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/merkle/hasher.h"
#include "libs/merkle/verify.h"

namespace shareway::merkle {

// Returns the hash of a complete subtree (or leaf, level 0).
using NodeReader = absl::FunctionRef<absl::StatusOr<Hash32>(NodeId)>;

// The complete subtrees that cover the leaves [begin, end), left to right.
std::vector<NodeId> CoveringNodes(uint64_t begin, uint64_t end);

std::vector<NodeId> InclusionNodes(uint64_t index, uint64_t size);
std::vector<NodeId> ConsistencyNodes(uint64_t old_size, uint64_t new_size);
std::vector<NodeId> RangeNodes(uint64_t begin, uint64_t end, uint64_t size);

// The functions below return INVALID_ARGUMENT for numbers that make no sense,
// and the first error of `read`.

// The root of the first `size` leaves, also long after the tree grew.
absl::StatusOr<Hash32> RootAt(const Hasher& hasher, uint64_t size, NodeReader read);

// The audit path of RFC 6962 section 2.1.1. Needs `index` < `size`.
absl::StatusOr<std::vector<Hash32>> MakeInclusionProof(const Hasher& hasher, uint64_t index,
                                                       uint64_t size, NodeReader read);

// The consistency proof of RFC 6962 section 2.1.2; empty if `old_size` is 0 or
// `new_size`. Needs `old_size` <= `new_size`.
absl::StatusOr<std::vector<Hash32>> MakeConsistencyProof(const Hasher& hasher, uint64_t old_size,
                                                         uint64_t new_size, NodeReader read);

// Shows that the leaves [begin, end) lie in the tree. Needs `begin` < `end` <= `size`.
absl::StatusOr<RangeProof> MakeRangeProof(const Hasher& hasher, uint64_t begin, uint64_t end,
                                          uint64_t size, NodeReader read);

}  // namespace shareway::merkle
