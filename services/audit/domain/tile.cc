// SPDX-License-Identifier: Apache-2.0
// Places of nodes in tiles, and the growth of the right edge.
#include "services/audit/domain/tile.h"

#include <bit>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/merkle/proof.h"

namespace shareway::audit {
namespace {

// Where the row of nodes `height` levels above the tile's leaves begins.
constexpr size_t RowStart(int height) { return 2 * kTileWidth - (2 * kTileWidth >> height); }

}  // namespace

TileId TileOf(merkle::NodeId node) {
  const int height = node.level % kTileHeight;
  return {node.level / kTileHeight, node.index >> (kTileHeight - height)};
}

size_t PlaceInTile(merkle::NodeId node) {
  const int height = node.level % kTileHeight;
  return RowStart(height) + (node.index & ((kTileWidth >> height) - 1));
}

Tile Tile::Over(const merkle::Hasher& hasher, std::vector<Hash32> leaves) {
  std::vector<Hash32> nodes = std::move(leaves);
  nodes.reserve(kTileNodes);
  for (size_t left = 0; nodes.size() < kTileNodes; left += 2) {
    nodes.push_back(hasher.node(nodes[left], nodes[left + 1]));
  }
  return Tile(std::move(nodes));
}

absl::StatusOr<Tile> Tile::Parse(absl::string_view bytes) {
  if (bytes.size() != kTileNodes * 32) {
    return absl::DataLossError(
        absl::StrCat("a tile has ", bytes.size(), " bytes, want ", kTileNodes * 32));
  }
  // A proof reads a tile for every eight levels and needs a few of its hashes.
  static_assert(sizeof(Hash32) == 32);
  std::vector<Hash32> nodes(kTileNodes);
  std::memcpy(nodes.data(), bytes.data(), bytes.size());
  return Tile(std::move(nodes));
}

std::string Tile::bytes() const {
  std::string bytes;
  bytes.reserve(kTileNodes * 32);
  for (const Hash32& node : nodes_) bytes.append(node.view().data(), 32);
  return bytes;
}

Hash32 Tile::Root(const merkle::Hasher& hasher) const {
  return hasher.node(nodes_[kTileNodes - 2], nodes_[kTileNodes - 1]);
}

bool RightEdge::AddTo(const merkle::Hasher& hasher, size_t level, const Hash32& leaf) {
  if (level == levels_.size()) levels_.emplace_back();
  Partial& partial = levels_[level];
  partial.nodes.resize(kTileNodes);
  uint64_t index = partial.width++;
  partial.nodes[index] = leaf;
  for (int height = 0; index % 2 == 1 && height < kTileHeight - 1; ++height, index /= 2) {
    const size_t right = RowStart(height) + index;
    partial.nodes[RowStart(height + 1) + index / 2] =
        hasher.node(partial.nodes[right - 1], partial.nodes[right]);
  }
  return partial.width == kTileWidth;
}

std::vector<RightEdge::Completed> RightEdge::Append(const merkle::Hasher& hasher,
                                                    const Hash32& leaf) {
  std::vector<Completed> completed;
  ++size_;
  Hash32 carried = leaf;
  for (size_t level = 0; AddTo(hasher, level, carried); ++level) {
    Tile tile(std::exchange(levels_[level].nodes, {}));
    levels_[level].width = 0;
    carried = tile.Root(hasher);
    const int up = static_cast<int>(level);
    completed.push_back({{up, (size_ >> (kTileHeight * (up + 1))) - 1}, std::move(tile)});
  }
  return completed;
}

std::optional<Hash32> RightEdge::Node(merkle::NodeId node) const {
  const TileId tile = TileOf(node);
  if (static_cast<size_t>(tile.level) >= levels_.size()) return std::nullopt;
  if (tile.index != size_ >> (kTileHeight * (tile.level + 1))) return std::nullopt;
  if ((node.index + 1) << node.level > size_) return std::nullopt;
  return levels_[tile.level].nodes[PlaceInTile(node)];
}

Hash32 RightEdge::Root(const merkle::Hasher& hasher) const {
  // The subtrees that make up the root are odd ones out at their levels, and so
  // lie in the incomplete tiles.
  std::optional<Hash32> root;
  const std::vector<merkle::NodeId> cover = merkle::CoveringNodes(0, size_);
  for (auto node = cover.rbegin(); node != cover.rend(); ++node) {
    const Hash32 hash = *Node(*node);
    root = root ? hasher.node(hash, *root) : hash;
  }
  return root.value_or(hasher.empty);
}

int RightEdge::Levels(uint64_t size) {
  return size == 0 ? 0 : (std::bit_width(size) - 1) / kTileHeight + 1;
}

absl::StatusOr<RightEdge> RightEdge::Restore(const merkle::Hasher& hasher, uint64_t size,
                                             const std::vector<std::vector<Hash32>>& leaves) {
  RightEdge edge;
  if (leaves.size() != static_cast<size_t>(Levels(size))) {
    return absl::InvalidArgumentError(absl::StrCat("a tree of ", size, " has ", Levels(size),
                                                   " levels of tiles, not ", leaves.size()));
  }
  for (size_t level = 0; level < leaves.size(); ++level) {
    const uint64_t width = Width(static_cast<int>(level), size);
    if (leaves[level].size() != width) {
      return absl::InvalidArgumentError(absl::StrCat("level ", level, " of a tree of ", size,
                                                     " has ", width, " leaves, not ",
                                                     leaves[level].size()));
    }
    edge.levels_.emplace_back();
    for (const Hash32& leaf : leaves[level]) edge.AddTo(hasher, level, leaf);
  }
  edge.size_ = size;
  return edge;
}

}  // namespace shareway::audit
