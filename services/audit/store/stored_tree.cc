// SPDX-License-Identifier: Apache-2.0
// Reading back what the writer wrote.
#include "services/audit/store/stored_tree.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {
namespace {

absl::StatusOr<Tile> ReadTile(const kv::Store& store, TileId id) {
  const std::string key = TileKey(id);
  const absl::StatusOr<kv::Entry> found = store.Get(key);
  if (!found.ok()) return Damaged(key, found.status().message());
  return Tile::Parse(found->value);
}

// Adds the leaves of the entries in [first, end) that lie under keys from `key` on.
absl::Status AddEntries(const kv::Store& store, std::string (*key)(uint64_t), uint64_t first,
                        uint64_t end, RightEdge* edge) {
  absl::Status status;
  uint64_t next = first;
  SHAREWAY_RETURN_IF_ERROR(store.Scan(
      key(first), key(first + kBundle),
      [&](absl::string_view found, absl::string_view value, uint64_t) {
        if (found != key(next)) return false;
        const absl::StatusOr<std::vector<EntryView>> entries = ParseEntries(value);
        if (!entries.ok()) {
          status = Damaged(found, entries.status().message());
          return false;
        }
        for (const EntryView& entry : *entries) {
          if (next == end) return false;
          // What has no record has only its commitment.
          const Hash32 commitment = entry.record.empty() ? *Hash32::From(entry.commitment)
                                                         : CommitmentOf(entry.salt, entry.record);
          edge->Append(crypto::LogHasher(), crypto::LogHasher().leaf(commitment.view()));
          ++next;
        }
        return true;
      }));
  return status;
}

}  // namespace

absl::StatusOr<std::vector<Hash32>> ReadTileLeaves(const kv::Store& store, int level,
                                                   uint64_t size) {
  std::vector<Hash32> leaves;
  const uint64_t end = size >> (kTileHeight * level);
  for (uint64_t index = end - RightEdge::Width(level, size); index < end; ++index) {
    SHAREWAY_ASSIGN_OR_RETURN(const Tile tile, ReadTile(store, {level - 1, index}));
    leaves.push_back(tile.Root(crypto::LogHasher()));
  }
  return leaves;
}

absl::StatusOr<RightEdge> ReadEdge(const kv::Store& store, uint64_t size) {
  std::vector<std::vector<Hash32>> leaves;
  for (int level = 0; level < RightEdge::Levels(size); ++level) {
    leaves.emplace_back();
    if (level == 0) continue;  // there is no incomplete bundle
    SHAREWAY_ASSIGN_OR_RETURN(leaves.back(), ReadTileLeaves(store, level, size));
  }
  return RightEdge::Restore(crypto::LogHasher(), size, leaves);
}

absl::Status StoredTree::AddTile(uint64_t index) {
  SHAREWAY_ASSIGN_OR_RETURN(const Tile stored, ReadTile(*store_, {0, index}));
  std::vector<RightEdge::Completed> completed;
  for (uint64_t place = 0; place < kTileWidth; ++place) {
    completed = edge_->Append(crypto::LogHasher(), stored.at(place));
  }
  for (const RightEdge::Completed& made : completed) {
    SHAREWAY_ASSIGN_OR_RETURN(const Tile tile, ReadTile(*store_, made.id));
    if (tile != made.tile) return Damaged(TileKey(made.id), "is not what its leaves make it");
  }
  return absl::OkStatus();
}

absl::StatusOr<RightEdge> StoredTree::WithTail(uint64_t size) const {
  RightEdge edge = *edge_;
  const uint64_t first = edge.size();
  if (first == size) return edge;
  SHAREWAY_RETURN_IF_ERROR(AddEntries(*store_, TailKey, first, size, &edge));
  if (edge.size() == size) return edge;
  // The bundle was completed meanwhile.
  edge = *edge_;
  SHAREWAY_RETURN_IF_ERROR(AddEntries(*store_, BundleKey, first, size, &edge));
  if (edge.size() == size) return edge;
  return Damaged(BundleKey(first),
                 absl::StrCat("the store has ", edge.size(), " entries of ", size));
}

absl::StatusOr<Hash32> StoredTree::Root(uint64_t size) {
  const uint64_t complete = size / kBundle;
  const auto compute = [&]() -> absl::StatusOr<Hash32> {
    if (!edge_ || edge_->size() > size) {
      SHAREWAY_ASSIGN_OR_RETURN(edge_, ReadEdge(*store_, complete * kBundle));
    }
    while (edge_->size() < complete * kBundle) {
      SHAREWAY_RETURN_IF_ERROR(AddTile(edge_->size() / kBundle));
    }
    SHAREWAY_ASSIGN_OR_RETURN(const RightEdge edge, WithTail(size));
    return edge.Root(crypto::LogHasher());
  };
  absl::StatusOr<Hash32> root = compute();
  if (!root.ok()) edge_.reset();
  return root;
}

}  // namespace shareway::audit
