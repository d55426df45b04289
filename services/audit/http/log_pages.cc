// SPDX-License-Identifier: Apache-2.0
// Reads nodes and commitments; serves them only as the tree vouches for them.
#include "services/audit/http/log_pages.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "libs/merkle/small_tree.h"
#include "services/audit/domain/tile.h"
#include "services/audit/store/entry.h"

namespace shareway::audit {
namespace {

constexpr char kMutable[] = "no-cache";
constexpr char kImmutable[] = "public, max-age=31536000, immutable";
constexpr char kBytes[] = "application/octet-stream";
constexpr absl::string_view kCommitmentSize("\x00\x20", 2);  // of an entry in a bundle

// How many hashes the level of a tile has in a tree of `size`: one for each complete
// subtree of 256^level leaves.
uint64_t Count(int level, uint64_t size) {
  return level * kTileHeight < 64 ? size >> (level * kTileHeight) : 0;
}

// The tree of `size` has all of the tile or bundle that is asked for.
bool Has(uint64_t size, const Resource& resource) {
  const uint64_t count = Count(resource.level, size);
  return count >= resource.width && resource.index <= (count - resource.width) / kTileWidth;
}

HttpPage NotThere() { return {.status = 404, .body = "nothing is here, or not yet\n"}; }

}  // namespace

// A complete tile hangs in the one above it; where that is incomplete, it is the right edge, which
// the log keeps in memory and whose root it signs.
absl::Status LogPages::CheckTile(const LogState& state, int level, uint64_t index,
                                 const std::vector<Hash32>& hashes) const {
  const merkle::NodeId top{.level = (level + 1) * kTileHeight, .index = index};
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 above, sources_.reader->Node(state, top));
  if (merkle::RootOf(crypto::LogHasher(), hashes) != above) {
    return absl::DataLossError(
        absl::StrCat("tile ", index, " of level ", level, " does not hang in the tile above"));
  }
  const Resource parent{
      .kind = Resource::Kind::kTile, .level = level + 1, .index = index / kTileWidth};
  if (!Has(state.size(), parent)) return absl::OkStatus();
  return Hashes(state, parent).status();
}

// Needs Has(state.size(), tile).
absl::StatusOr<std::vector<Hash32>> LogPages::Hashes(const LogState& state,
                                                     const Resource& tile) const {
  Resource whole = tile;
  whole.width = kTileWidth;
  const bool complete = Has(state.size(), whole);
  std::vector<Hash32> hashes;
  for (uint64_t i = 0; i < (complete ? kTileWidth : tile.width); ++i) {
    const merkle::NodeId leaf{.level = tile.level * kTileHeight,
                              .index = tile.index * kTileWidth + i};
    SHAREWAY_ASSIGN_OR_RETURN(hashes.emplace_back(), sources_.reader->Node(state, leaf));
  }
  if (complete) SHAREWAY_RETURN_IF_ERROR(CheckTile(state, tile.level, tile.index, hashes));
  hashes.resize(tile.width);
  return hashes;
}

absl::StatusOr<std::string> LogPages::TileBytes(const LogState& state, const Resource& tile) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Hash32> hashes, Hashes(state, tile));
  std::string bytes;
  for (const Hash32& hash : hashes) absl::StrAppend(&bytes, hash.view());
  return bytes;
}

absl::StatusOr<std::string> LogPages::BundleBytes(const LogState& state,
                                                  const Resource& bundle) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Hash32> leaves, Hashes(state, bundle));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string stored,
                            sources_.reader->BundleBytes(state, bundle.index));
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<EntryView> entries, ParseEntries(stored));
  if (entries.size() < leaves.size()) {
    return absl::DataLossError(absl::StrCat("bundle ", bundle.index, " has ", entries.size(),
                                            " entries, want ", leaves.size()));
  }
  std::string bytes;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (crypto::LogHasher().leaf(entries[i].commitment) != leaves[i]) {
      return absl::DataLossError(
          absl::StrCat("entry ", bundle.index * kTileWidth + i, " is not the one in the tree"));
    }
    absl::StrAppend(&bytes, kCommitmentSize, entries[i].commitment);
  }
  return bytes;
}

HttpPage LogPages::Answer(absl::string_view path) const {
  const std::optional<Resource> resource = ParsePath(path);
  if (!resource) return NotThere();
  const std::optional<WitnessedCheckpoint> newest = sources_.newest();
  if (!newest) {
    return {.status = 503, .body = "the log waits for its witnesses' reports after a start\n"};
  }
  if (resource->kind == Resource::Kind::kKeys) {
    HttpPage page{.cache_control = kMutable};
    for (const std::string& key : sources_.keys()) absl::StrAppend(&page.body, key, "\n");
    return page;
  }
  if (resource->kind == Resource::Kind::kCheckpoint) {
    HttpPage page{.cache_control = kMutable, .body = newest->checkpoint.note};
    for (const std::string& line : newest->cosignatures) absl::StrAppend(&page.body, line);
    return page;
  }
  const std::shared_ptr<const LogState> state = sources_.state();
  if (!Has(newest->checkpoint.size, *resource)) return NotThere();
  absl::StatusOr<std::string> bytes = resource->kind == Resource::Kind::kTile
                                          ? TileBytes(*state, *resource)
                                          : BundleBytes(*state, *resource);
  if (!bytes.ok()) {
    log::Error("http-page-failed", {{"path", path}, {"status", bytes.status()}});
    return {.status = 500, .body = "the log cannot read this\n"};
  }
  return {.content_type = kBytes, .cache_control = kImmutable, .body = *std::move(bytes)};
}

}  // namespace shareway::audit
