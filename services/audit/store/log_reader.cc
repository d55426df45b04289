// SPDX-License-Identifier: Apache-2.0
// Entries, nodes and searches from memory where the log ends and from the store before.
#include "services/audit/store/log_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/run.h"

namespace shareway::audit {
namespace {

// 16 KiB each. Upper ones: all of a log of 16 million entries.
constexpr size_t kLowestPerGeneration = 128;
constexpr size_t kUpperPerGeneration = 256;
// Entries that are looked at for one waiting half, and for a page of them.
constexpr size_t kMaxExaminedForHalf = 2000;
constexpr size_t kMaxExaminedForPage = 20000;

StoredEntry StoredOf(const Entry& entry) { return {entry.commitment, entry.sealed}; }

}  // namespace

absl::StatusOr<Found> OpenFound(uint64_t index, StoredEntry stored) {
  Found found{.index = index, .stored = std::move(stored)};
  if (!found.stored.sealed.record().empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(Entry entry, OpenStored(index, found.stored));
    found.facts = std::move(entry.facts);
  }
  return found;
}

absl::StatusOr<LogReader::Bundle> LogReader::ReadBundle(uint64_t bundle) const {
  const uint64_t first = bundle * kBundle;
  Bundle read;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      store_->Scan(BundleKey(first), BundleKey(first + kBundle),
                   [&](absl::string_view key, absl::string_view value, uint64_t) {
                     // A deque: what lies in it stays where it is, and the views with it.
                     read.parts.emplace_back(value);
                     absl::StatusOr<std::vector<EntryView>> part = ParseEntries(read.parts.back());
                     if (key != BundleKey(first + read.entries.size())) {
                       part = absl::DataLossError("the bundle has a gap");
                     }
                     if (!part.ok()) {
                       status = Damaged(key, part.status().message());
                       return false;
                     }
                     read.entries.insert(read.entries.end(), part->begin(), part->end());
                     return true;
                   }));
  SHAREWAY_RETURN_IF_ERROR(status);
  if (read.parts.empty() && archive_ != nullptr) {
    absl::StatusOr<std::string> archived = archive_->ReadBundle(bundle);
    if (!archived.ok() && !absl::IsNotFound(archived.status())) return archived.status();
    if (archived.ok()) {
      read.parts.push_back(*std::move(archived));
      SHAREWAY_ASSIGN_OR_RETURN(read.entries, ParseEntries(read.parts.back()));
    }
  }
  if (read.entries.size() != kBundle) {
    return Damaged(BundleKey(first), absl::StrCat("a bundle of ", read.entries.size(), " entries"));
  }
  return read;
}

absl::StatusOr<std::string> LogReader::BundleBytes(const LogState& state, uint64_t bundle) const {
  std::string bytes;
  if (bundle * kBundle >= state.tail_begin()) {
    for (const EntryPtr& entry : state.tail) AppendEntry(*entry, &bytes);
    return bytes;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Bundle read, ReadBundle(bundle));
  for (const std::string& part : read.parts) bytes += part;
  return bytes;
}

absl::StatusOr<std::vector<Found>> LogReader::Entries(const LogState& state, uint64_t begin,
                                                      uint64_t end, size_t max_bytes) const {
  std::vector<Found> all;
  size_t bytes = 0;
  Bundle bundle;
  for (uint64_t index = begin; index < end; ++index) {
    const bool in_tail = index >= state.tail_begin();
    if (!in_tail && (bundle.entries.empty() || index % kBundle == 0)) {
      SHAREWAY_ASSIGN_OR_RETURN(bundle, ReadBundle(index / kBundle));
    }
    StoredEntry stored = in_tail ? StoredOf(*state.tail[index - state.tail_begin()])
                                 : bundle.entries[index % kBundle].Copy();
    bytes += stored.sealed.record().size() + kEntryOverhead;
    if (!all.empty() && bytes > max_bytes) break;
    // Without its record only the tree vouches for a commitment.
    if (stored.sealed.record().empty()) {
      SHAREWAY_ASSIGN_OR_RETURN(const Hash32 leaf, Node(state, {.level = 0, .index = index}));
      if (crypto::LogHasher().leaf(stored.commitment.view()) != leaf) {
        return absl::DataLossError(absl::StrCat("entry ", index, " is not the one in the tree"));
      }
    }
    SHAREWAY_ASSIGN_OR_RETURN(Found found, OpenFound(index, std::move(stored)));
    all.push_back(std::move(found));
  }
  return all;
}

absl::StatusOr<std::shared_ptr<const BundleTerms>> LogReader::Terms(const LogState& state,
                                                                    uint64_t bundle) const {
  const uint64_t begin = bundle * kBundle;
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<Found> found,
      Entries(state, begin, begin + kBundle, std::numeric_limits<size_t>::max()));
  auto terms = std::make_shared<BundleTerms>();
  for (const Found& one : found) terms->Add(static_cast<uint8_t>(one.index - begin), one.facts);
  return terms;
}

absl::StatusOr<uint64_t> LogReader::LastSequence(absl::string_view producer,
                                                 absl::string_view incarnation) const {
  return audit::LastSequence(*store_, StreamOf(producer, incarnation));
}

// A half that was said twice, before and after its match, waits for what is there already.
absl::StatusOr<bool> LogReader::HasHalf(const LogState& state, absl::string_view node,
                                        const Waiting& waiting, size_t* examined) const {
  Query query;
  query.exchange = std::string(ExchangeIdOf(waiting.exchange));
  size_t left = kMaxExaminedForHalf;
  for (uint64_t below = state.size(); below > 0 && left > 0;) {
    SHAREWAY_ASSIGN_OR_RETURN(const SearchPage page, Search(state, query, {.all = true}, below,
                                                            {.entries = left, .examined = left}));
    const bool there = std::any_of(page.found.begin(), page.found.end(), [&](const Found& found) {
      const std::optional<Half> half = HalfOf(found.facts);
      return half && half->side == waiting.missing && half->attempt == waiting.attempt &&
             half->node == node && half->exchange == waiting.exchange;
    });
    *examined += page.examined;
    if (there) return true;
    left -= std::min(left, std::max<size_t>(page.examined, 1));
    below = page.below;
  }
  return false;
}

absl::StatusOr<LogReader::WaitingPage> LogReader::WaitingFor(const LogState& state,
                                                             absl::string_view node, uint64_t from,
                                                             absl::Time until, size_t limit) const {
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<Waiting> all, ReadWaiting(*store_, node, from, limit));
  WaitingPage page;
  if (all.size() == limit) page.next = all.back().index + 1;
  size_t examined = 0;
  for (Waiting& waiting : all) {
    if (waiting.receipt >= until || waiting.index >= state.size()) continue;
    if (examined >= kMaxExaminedForPage) {
      page.next = waiting.index;
      break;
    }
    SHAREWAY_ASSIGN_OR_RETURN(const bool there, HasHalf(state, node, waiting, &examined));
    if (!there) page.waiting.push_back(std::move(waiting));
  }
  return page;
}

absl::StatusOr<std::shared_ptr<const Tile>> LogReader::ReadTile(TileId id) const {
  {
    absl::MutexLock lock(&mutex_);
    Tiles& tiles = id.level == 0 ? lowest_ : upper_;
    if (auto known = tiles.young.find(id); known != tiles.young.end()) return known->second;
    if (auto known = tiles.old.find(id); known != tiles.old.end()) {
      return tiles.young.emplace(id, known->second).first->second;
    }
  }
  const std::string key = TileKey(id);
  absl::StatusOr<kv::Entry> found = store_->Get(key);
  if (!found.ok()) return Damaged(key, found.status().message());
  SHAREWAY_ASSIGN_OR_RETURN(Tile parsed, Tile::Parse(found->value));
  std::shared_ptr<const Tile> tile = std::make_shared<const Tile>(std::move(parsed));
  absl::MutexLock lock(&mutex_);
  Tiles& tiles = id.level == 0 ? lowest_ : upper_;
  if (tiles.young.size() >= (id.level == 0 ? kLowestPerGeneration : kUpperPerGeneration)) {
    tiles.old = std::exchange(tiles.young, {});
  }
  tiles.young.emplace(id, tile);
  return tile;
}

absl::StatusOr<Hash32> LogReader::Node(const LogState& state, merkle::NodeId node) const {
  if (std::optional<Hash32> hash = state.edge.Node(node)) return *hash;
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<const Tile> tile, ReadTile(TileOf(node)));
  return tile->at(PlaceInTile(node));
}

}  // namespace shareway::audit
