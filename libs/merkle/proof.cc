// SPDX-License-Identifier: Apache-2.0
// Proofs as lists of leaf ranges whose subtree roots the proof holds. Each such
// range begins at a multiple of a power of two no smaller than its length, so
// its covering nodes get smaller to the right and fold into its root from there.
#include "libs/merkle/proof.h"

#include <algorithm>
#include <bit>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace shareway::merkle {
namespace {

// The leaves [begin, end) under one node of the tree.
struct Subtree {
  uint64_t begin;
  uint64_t end;
};
using Subtrees = std::vector<Subtree>;

// What lies left and right of a run of leaves, each from left to right.
struct Beside {
  Subtrees left;
  Subtrees right;
};

void AddBeside(Subtree run, Subtree at, Beside* beside) {
  if (run.begin <= at.begin && at.end <= run.end) return;
  if (at.end <= run.begin) return beside->left.push_back(at);
  if (run.end <= at.begin) return beside->right.push_back(at);
  const uint64_t middle = at.begin + LeftLeaves(at.end - at.begin);
  AddBeside(run, {at.begin, middle}, beside);
  AddBeside(run, {middle, at.end}, beside);
}

Beside BesideOf(uint64_t begin, uint64_t end, uint64_t size) {
  Beside beside;
  if (begin < end && end <= size) AddBeside({begin, end}, {0, size}, &beside);
  return beside;
}

// The siblings on the way up from leaf `index`.
Subtrees InclusionSubtrees(uint64_t index, uint64_t size) {
  Subtrees path;
  if (index >= size) return path;
  for (Subtree at{0, size}; at.end - at.begin > 1;) {
    const uint64_t middle = at.begin + LeftLeaves(at.end - at.begin);
    const bool left = index < middle;
    path.push_back(left ? Subtree{middle, at.end} : Subtree{at.begin, middle});
    at = left ? Subtree{at.begin, middle} : Subtree{middle, at.end};
  }
  std::reverse(path.begin(), path.end());
  return path;
}

// PROOF(m, D[n]) of RFC 6962.
Subtrees ConsistencySubtrees(uint64_t old_size, uint64_t new_size) {
  Subtrees proof;
  if (old_size == 0 || old_size >= new_size) return proof;
  Subtree at{0, new_size};
  while (at.end != old_size) {
    const uint64_t middle = at.begin + LeftLeaves(at.end - at.begin);
    const bool left = old_size <= middle;
    proof.push_back(left ? Subtree{middle, at.end} : Subtree{at.begin, middle});
    at = left ? Subtree{at.begin, middle} : Subtree{middle, at.end};
  }
  // The verifier knows the old root; it needs the last old subtree only if the
  // old tree was more than that.
  if (at.begin != 0) proof.push_back(at);
  std::reverse(proof.begin(), proof.end());
  return proof;
}

std::vector<NodeId> NodesOf(const Subtrees& subtrees) {
  std::vector<NodeId> nodes;
  for (const Subtree& s : subtrees) {
    const std::vector<NodeId> cover = CoveringNodes(s.begin, s.end);
    nodes.insert(nodes.end(), cover.begin(), cover.end());
  }
  return nodes;
}

absl::StatusOr<Hash32> SubtreeRoot(const Hasher& hasher, Subtree subtree, NodeReader read) {
  std::vector<Hash32> hashes;
  for (const NodeId& node : CoveringNodes(subtree.begin, subtree.end)) {
    SHAREWAY_ASSIGN_OR_RETURN(hashes.emplace_back(), read(node));
  }
  Hash32 root = hashes.back();
  for (size_t i = hashes.size() - 1; i-- > 0;) root = hasher.node(hashes[i], root);
  return root;
}

absl::StatusOr<std::vector<Hash32>> RootsOf(const Hasher& hasher, const Subtrees& subtrees,
                                            NodeReader read) {
  std::vector<Hash32> roots;
  roots.reserve(subtrees.size());
  for (const Subtree& s : subtrees) {
    SHAREWAY_ASSIGN_OR_RETURN(roots.emplace_back(), SubtreeRoot(hasher, s, read));
  }
  return roots;
}

}  // namespace

std::vector<NodeId> CoveringNodes(uint64_t begin, uint64_t end) {
  std::vector<NodeId> nodes;
  while (begin < end) {
    const int fits = std::bit_width(end - begin) - 1;
    const int level = begin == 0 ? fits : std::min(std::countr_zero(begin), fits);
    nodes.push_back({.level = level, .index = begin >> level});
    begin += uint64_t{1} << level;
  }
  return nodes;
}

std::vector<NodeId> InclusionNodes(uint64_t index, uint64_t size) {
  return NodesOf(InclusionSubtrees(index, size));
}

std::vector<NodeId> ConsistencyNodes(uint64_t old_size, uint64_t new_size) {
  return NodesOf(ConsistencySubtrees(old_size, new_size));
}

std::vector<NodeId> RangeNodes(uint64_t begin, uint64_t end, uint64_t size) {
  Beside beside = BesideOf(begin, end, size);
  beside.left.insert(beside.left.end(), beside.right.begin(), beside.right.end());
  return NodesOf(beside.left);
}

absl::StatusOr<Hash32> RootAt(const Hasher& hasher, uint64_t size, NodeReader read) {
  if (size == 0) return hasher.empty;
  return SubtreeRoot(hasher, {0, size}, read);
}

absl::StatusOr<std::vector<Hash32>> MakeInclusionProof(const Hasher& hasher, uint64_t index,
                                                       uint64_t size, NodeReader read) {
  if (index >= size) {
    return absl::InvalidArgumentError(
        absl::StrCat("leaf ", index, " is outside a tree of ", size, " leaves"));
  }
  return RootsOf(hasher, InclusionSubtrees(index, size), read);
}

absl::StatusOr<std::vector<Hash32>> MakeConsistencyProof(const Hasher& hasher, uint64_t old_size,
                                                         uint64_t new_size, NodeReader read) {
  if (old_size > new_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("the old tree has ", old_size, " leaves, more than the new's ", new_size));
  }
  return RootsOf(hasher, ConsistencySubtrees(old_size, new_size), read);
}

absl::StatusOr<RangeProof> MakeRangeProof(const Hasher& hasher, uint64_t begin, uint64_t end,
                                          uint64_t size, NodeReader read) {
  if (begin >= end || end > size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "leaves ", begin, " to ", end, " (exclusive) are no range in a tree of ", size, " leaves"));
  }
  const Beside beside = BesideOf(begin, end, size);
  RangeProof proof;
  SHAREWAY_ASSIGN_OR_RETURN(proof.left, RootsOf(hasher, beside.left, read));
  SHAREWAY_ASSIGN_OR_RETURN(proof.right, RootsOf(hasher, beside.right, read));
  return proof;
}

}  // namespace shareway::merkle
