// SPDX-License-Identifier: Apache-2.0
// What a Merkle tree of RFC 6962 is made of: two hash rules, and names for nodes.
#pragma once

#include <bit>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"

namespace shareway::merkle {

// The hash rules of one tree. The shape of the tree is RFC 6962's for every
// hasher; only the rules differ (log: SHA-256; batch signatures: other leaves,
// maybe SM3). The functions must be pure.
struct Hasher {
  // The hash of a leaf's bytes; RFC 6962: H(0x00 ‖ data).
  Hash32 (*leaf)(absl::string_view data) = nullptr;
  // The hash of an inner node; RFC 6962: H(0x01 ‖ left ‖ right).
  Hash32 (*node)(const Hash32& left, const Hash32& right) = nullptr;
  // The root of the tree without leaves; RFC 6962: H of the empty string.
  Hash32 empty = {};
};

// A complete subtree: the leaves [index · 2^level, (index + 1) · 2^level). Its
// hash never changes once its last leaf is there, so a log can store it.
// Level 0 is a leaf.
struct NodeId {
  int level = 0;
  uint64_t index = 0;

  friend bool operator==(const NodeId&, const NodeId&) = default;
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// How many of `size` >= 2 leaves are under the root's left child: the largest
// power of two below `size`.
inline uint64_t LeftLeaves(uint64_t size) { return std::bit_floor(size - 1); }

}  // namespace shareway::merkle
