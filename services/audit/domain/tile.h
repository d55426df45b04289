// SPDX-License-Identifier: Apache-2.0
// The tree cut into tiles of eight levels, as C2SP tlog-tiles cuts it, with all
// inner hashes kept: a proof reads one tile for every eight levels and hashes little.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/merkle/hasher.h"

namespace shareway::audit {

inline constexpr int kTileHeight = 8;
inline constexpr uint64_t kTileWidth = uint64_t{1} << kTileHeight;
// All nodes of a tile but its root, which is a leaf of the tile above: 256 + 128 + … + 2.
inline constexpr size_t kTileNodes = 2 * kTileWidth - 2;

// Tile `index` of a level has the tree's nodes of levels 8·level to 8·level + 7
// above the leaves [index · 256^(level+1), (index + 1) · 256^(level+1)).
struct TileId {
  int level = 0;
  uint64_t index = 0;
  friend bool operator==(const TileId&, const TileId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TileId& id) {
    return H::combine(std::move(h), id.level, id.index);
  }
};

// The tile that holds a node, and the node's place in it.
TileId TileOf(merkle::NodeId node);
size_t PlaceInTile(merkle::NodeId node);

// A complete tile: level by level from its leaves, each left to right. A value.
class Tile {
 public:
  // The tile over 256 leaves of its own.
  static Tile Over(const merkle::Hasher& hasher, std::vector<Hash32> leaves);
  // DATA_LOSS unless `bytes` has as many hashes as a tile.
  static absl::StatusOr<Tile> Parse(absl::string_view bytes);

  std::string bytes() const;
  const Hash32& at(size_t place) const { return nodes_[place]; }
  Hash32 Root(const merkle::Hasher& hasher) const;
  friend bool operator==(const Tile&, const Tile&) = default;

 private:
  friend class RightEdge;
  explicit Tile(std::vector<Hash32> nodes) : nodes_(std::move(nodes)) {}
  std::vector<Hash32> nodes_;
};

// The incomplete last tile of every level: all that an append, and the root at
// the tree's size, need. A value.
class RightEdge {
 public:
  struct Completed {
    TileId id;
    Tile tile;
  };

  uint64_t size() const { return size_; }
  // Adds a leaf; returns the tiles that it completes, lowest first.
  std::vector<Completed> Append(const merkle::Hasher& hasher, const Hash32& leaf);
  // A node of the edge; nothing if it lies in a complete tile or is not complete yet.
  std::optional<Hash32> Node(merkle::NodeId node) const;
  // The root over all leaves so far. Needs nothing but the edge.
  Hash32 Root(const merkle::Hasher& hasher) const;

  // The edge of a tree of `size`, read back: `leaves[level]` are the leaves of
  // the incomplete tile of each level. INVALID_ARGUMENT unless their numbers are size's.
  static absl::StatusOr<RightEdge> Restore(const merkle::Hasher& hasher, uint64_t size,
                                           const std::vector<std::vector<Hash32>>& leaves);
  // How many leaves the incomplete tile of `level` has in a tree of `size`.
  static uint64_t Width(int level, uint64_t size) {
    return (size >> (kTileHeight * level)) % kTileWidth;
  }
  // How many levels have tiles, complete or not, in a tree of `size`.
  static int Levels(uint64_t size);

 private:
  struct Partial {
    uint64_t width = 0;              // leaves so far, below 256
    std::vector<Hash32> nodes = {};  // kTileNodes places
  };
  // Adds a leaf to the tile of `level`; true if that completes it.
  bool AddTo(const merkle::Hasher& hasher, size_t level, const Hash32& leaf);

  uint64_t size_ = 0;
  std::vector<Partial> levels_;
};

}  // namespace shareway::audit
