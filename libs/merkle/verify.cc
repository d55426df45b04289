// SPDX-License-Identifier: Apache-2.0
// Verification by the recursive definitions of RFC 6962, with the recursion's
// depth bounded by 64 and the number of hashes checked before any hashing.
#include "libs/merkle/verify.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::merkle {
namespace {

using Hashes = absl::Span<const Hash32>;

absl::Status Malformed(absl::string_view message) {
  return Error(Reason::kProofInvalid, absl::StatusCode::kInvalidArgument, message);
}

absl::Status Mismatch(absl::string_view what, const Hash32& computed, const Hash32& root) {
  return Error(
      Reason::kProofInvalid, absl::StatusCode::kDataLoss,
      absl::StrCat(what, " leads to root ", ToHex(computed.view()), ", want ", ToHex(root.view())));
}

absl::Status CheckCount(absl::string_view what, size_t have, size_t want) {
  if (have == want) return absl::OkStatus();
  return Malformed(absl::StrCat(what, " has ", have, " hashes, want ", want));
}

Hash32 Pop(Hashes* hashes) {
  const Hash32 first = hashes->front();
  hashes->remove_prefix(1);
  return first;
}

// PATH(m, D[n]) of RFC 6962 read backwards: the last hash is the root's other child.
Hash32 Climb(const Hasher& hasher, const Hash32& leaf, uint64_t index, uint64_t size, Hashes path) {
  if (size == 1) return leaf;
  const uint64_t left = LeftLeaves(size);
  const Hash32& other = path.back();
  path.remove_suffix(1);
  if (index < left) return hasher.node(Climb(hasher, leaf, index, left, path), other);
  return hasher.node(other, Climb(hasher, leaf, index - left, size - left, path));
}

// The number of hashes in SUBPROOF(m, D[n], whole) of RFC 6962.
int SubproofLength(uint64_t m, uint64_t n, bool whole) {
  int length = 0;
  while (m != n) {
    const uint64_t left = LeftLeaves(n);
    ++length;
    if (m <= left) {
      n = left;
    } else {
      m -= left;
      n -= left;
      whole = false;
    }
  }
  return length + (whole ? 0 : 1);
}

// The roots that a consistency proof leads to.
struct Roots {
  Hash32 before;
  Hash32 after;
};

// SUBPROOF(m, D[n], whole) read forwards. Where the old tree is a whole left
// edge, its root is not in the proof: it is `old_root`.
Roots Subproof(const Hasher& hasher, uint64_t m, uint64_t n, bool whole, const Hash32& old_root,
               Hashes* proof) {
  if (m == n) {
    const Hash32 same = whole ? old_root : Pop(proof);
    return {same, same};
  }
  const uint64_t left = LeftLeaves(n);
  if (m <= left) {
    const Roots inner = Subproof(hasher, m, left, whole, old_root, proof);
    return {inner.before, hasher.node(inner.after, Pop(proof))};
  }
  const Roots inner = Subproof(hasher, m - left, n - left, false, old_root, proof);
  const Hash32 sibling = Pop(proof);
  return {hasher.node(sibling, inner.before), hasher.node(sibling, inner.after)};
}

// A run of leaves [begin, end) in a subtree that begins at leaf 0 of its own count.
struct Run {
  uint64_t begin;
  uint64_t end;
};

// How many whole subtrees lie beside the run, on its left and on its right.
struct Beside {
  size_t left = 0;
  size_t right = 0;
};

Beside CountBeside(Run run, uint64_t size) {
  if (run.begin == 0 && run.end == size) return {};
  const uint64_t left = LeftLeaves(size);
  if (run.end <= left) {
    Beside inner = CountBeside(run, left);
    ++inner.right;
    return inner;
  }
  if (run.begin >= left) {
    Beside inner = CountBeside({run.begin - left, run.end - left}, size - left);
    ++inner.left;
    return inner;
  }
  return {CountBeside({run.begin, left}, left).left,
          CountBeside({0, run.end - left}, size - left).right};
}

// The root of a subtree of `size` leaves around the run, whose leaves are `leaves`.
Hash32 Surround(const Hasher& hasher, Run run, uint64_t size, Hashes leaves, Hashes* left_hashes,
                Hashes* right_hashes) {
  if (size == 1) return leaves[0];
  const uint64_t left = LeftLeaves(size);
  if (run.end <= left) {
    const Hash32 inner = Surround(hasher, run, left, leaves, left_hashes, right_hashes);
    return hasher.node(inner, Pop(right_hashes));
  }
  if (run.begin >= left) {
    const Hash32 sibling = Pop(left_hashes);
    return hasher.node(sibling, Surround(hasher, {run.begin - left, run.end - left}, size - left,
                                         leaves, left_hashes, right_hashes));
  }
  const uint64_t in_left = left - run.begin;
  const Hash32 first = Surround(hasher, {run.begin, left}, left, leaves.subspan(0, in_left),
                                left_hashes, right_hashes);
  return hasher.node(first, Surround(hasher, {0, run.end - left}, size - left,
                                     leaves.subspan(in_left), left_hashes, right_hashes));
}

}  // namespace

int PathLength(uint64_t index, uint64_t size) {
  int length = 0;
  while (size > 1) {
    const uint64_t left = LeftLeaves(size);
    size = index < left ? left : size - left;
    index = index < left ? index : index - left;
    ++length;
  }
  return length;
}

absl::StatusOr<Hash32> RootFromPath(const Hasher& hasher, const Hash32& leaf_hash, uint64_t index,
                                    uint64_t size, absl::Span<const Hash32> path) {
  if (index >= size) {
    return Malformed(absl::StrCat("leaf ", index, " is outside a tree of ", size, " leaves"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckCount("the audit path", path.size(), PathLength(index, size)));
  return Climb(hasher, leaf_hash, index, size, path);
}

absl::Status VerifyInclusion(const Hasher& hasher, const Hash32& leaf_hash, uint64_t index,
                             uint64_t size, absl::Span<const Hash32> proof, const Hash32& root) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 computed,
                            RootFromPath(hasher, leaf_hash, index, size, proof));
  return computed == root ? absl::OkStatus() : Mismatch("the inclusion proof", computed, root);
}

absl::Status VerifyConsistency(const Hasher& hasher, uint64_t old_size, const Hash32& old_root,
                               uint64_t new_size, const Hash32& new_root,
                               absl::Span<const Hash32> proof) {
  if (old_size > new_size) {
    return Malformed(
        absl::StrCat("the old tree has ", old_size, " leaves, more than the new's ", new_size));
  }
  if (old_size == 0) {
    SHAREWAY_RETURN_IF_ERROR(CheckCount("the consistency proof", proof.size(), 0));
    if (old_root != hasher.empty) return Mismatch("the empty tree", hasher.empty, old_root);
    if (new_size == 0 && new_root != hasher.empty) {
      return Mismatch("the empty tree", hasher.empty, new_root);
    }
    return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(
      CheckCount("the consistency proof", proof.size(), SubproofLength(old_size, new_size, true)));
  const Roots roots = Subproof(hasher, old_size, new_size, true, old_root, &proof);
  if (roots.before != old_root) {
    return Mismatch("the consistency proof's old part", roots.before, old_root);
  }
  if (roots.after != new_root) {
    return Mismatch("the consistency proof", roots.after, new_root);
  }
  return absl::OkStatus();
}

absl::Status VerifyRange(const Hasher& hasher, uint64_t begin, absl::Span<const Hash32> leaf_hashes,
                         uint64_t size, const RangeProof& proof, const Hash32& root) {
  const uint64_t count = leaf_hashes.size();
  if (count == 0) return Malformed("a range of no leaves proves nothing, want at least 1");
  if (begin >= size || count > size - begin) {
    return Malformed(absl::StrCat(count, " leaves from number ", begin, " are outside a tree of ",
                                  size, " leaves"));
  }
  const Run run{begin, begin + count};
  const Beside beside = CountBeside(run, size);
  SHAREWAY_RETURN_IF_ERROR(
      CheckCount("the range proof's left side", proof.left.size(), beside.left));
  SHAREWAY_RETURN_IF_ERROR(
      CheckCount("the range proof's right side", proof.right.size(), beside.right));
  Hashes left = proof.left;
  Hashes right = proof.right;
  const Hash32 computed = Surround(hasher, run, size, leaf_hashes, &left, &right);
  return computed == root ? absl::OkStatus() : Mismatch("the range proof", computed, root);
}

}  // namespace shareway::merkle
