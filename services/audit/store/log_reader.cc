// SPDX-License-Identifier: Apache-2.0
// Entries, nodes and searches from memory where the log ends and from the store before.
#include "services/audit/store/log_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/posting.h"
#include "services/audit/store/run.h"

namespace shareway::audit {
namespace {

constexpr size_t kTilesPerGeneration = 256;  // 16 KiB each
constexpr size_t kMaxHalves = 100;           // of one exchange that are looked at

absl::StatusOr<Found> FoundOf(uint64_t index, StoredEntry stored) {
  Found found{.index = index, .stored = std::move(stored)};
  if (!found.stored.sealed.record().empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(Entry entry, OpenStored(index, found.stored));
    found.facts = std::move(entry.facts);
  }
  return found;
}

StoredEntry StoredOf(const Entry& entry) { return {entry.commitment, entry.sealed}; }

}  // namespace

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
  if (read.entries.size() != kBundle) {
    return Damaged(BundleKey(first), absl::StrCat("a bundle of ", read.entries.size(), " entries"));
  }
  return read;
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
    SHAREWAY_ASSIGN_OR_RETURN(Found found, FoundOf(index, std::move(stored)));
    all.push_back(std::move(found));
  }
  return all;
}

absl::StatusOr<SearchPage> LogReader::Search(const LogState& state, const Query& query,
                                             const Reader& reader, uint64_t below,
                                             const SearchLimits& limits) const {
  SearchPage page;
  size_t bytes = 0;
  size_t examined = 0;
  below = std::min(below, state.size());
  // True if the page takes no more; the entry is then the next page's first.
  const auto full = [&](uint64_t index, const StoredEntry& stored) {
    const size_t size = stored.sealed.record().size() + kEntryOverhead;
    if (page.found.size() == limits.entries || examined >= limits.examined ||
        (!page.found.empty() && bytes + size > limits.bytes)) {
      page.below = index + 1;
      return true;
    }
    ++examined;
    return false;
  };
  const auto take = [&](Found found) {
    if (!query.Matches(found.facts) || !reader.MayRead(found.facts)) return;
    bytes += found.stored.sealed.record().size() + kEntryOverhead;
    page.found.push_back(std::move(found));
  };

  for (uint64_t index = below; index > state.tail_begin(); --index) {
    const Entry& entry = *state.tail[index - 1 - state.tail_begin()];
    if (!query.Matches(entry.facts) || !reader.MayRead(entry.facts)) continue;
    StoredEntry stored = StoredOf(entry);
    if (full(index - 1, stored)) return page;
    take({.index = index - 1, .stored = std::move(stored), .facts = entry.facts});
  }
  below = std::min(below, state.tail_begin());
  if (below == 0) return page;

  // The postings of as many entries as a page can examine; a posting names at least one.
  std::vector<Posting> postings;
  bool more = false;
  uint64_t skipped_to = 0;
  SHAREWAY_RETURN_IF_ERROR(ScanPostings(
      *store_, KeyOf(query.term()), (below - 1) / kBundle, [&](const Posting& posting) {
        ++examined;
        if (posting.MayMatch(query)) postings.push_back(posting);
        more = examined >= limits.examined || postings.size() > limits.entries;
        skipped_to = posting.bundle * kBundle;
        return !more;
      }));
  examined = 0;
  for (const Posting& posting : postings) {
    Bundle bundle;
    for (auto place = posting.places.rbegin(); place != posting.places.rend(); ++place) {
      const uint64_t index = posting.bundle * kBundle + place->place;
      if (index >= below || !posting.MayMatch(*place, query)) continue;
      if (bundle.entries.empty()) {
        SHAREWAY_ASSIGN_OR_RETURN(bundle, ReadBundle(posting.bundle));
      }
      StoredEntry stored = bundle.entries[place->place].Copy();
      if (full(index, stored)) return page;
      SHAREWAY_ASSIGN_OR_RETURN(Found found, FoundOf(index, std::move(stored)));
      take(std::move(found));
    }
  }
  if (more) page.below = skipped_to;
  return page;
}

absl::StatusOr<uint64_t> LogReader::LastSequence(absl::string_view producer,
                                                 absl::string_view incarnation) const {
  return audit::LastSequence(*store_, StreamOf(producer, incarnation));
}

// A half that was said twice, before and after its match, waits for what is there already.
absl::StatusOr<bool> LogReader::HasHalf(const LogState& state, absl::string_view node,
                                        const Waiting& waiting) const {
  Query query;
  query.exchange = waiting.exchange;
  SHAREWAY_ASSIGN_OR_RETURN(const SearchPage page, Search(state, query, {.all = true}, state.size(),
                                                          {.entries = kMaxHalves}));
  return std::any_of(page.found.begin(), page.found.end(), [&](const Found& found) {
    const std::optional<Half> half = HalfOf(found.facts);
    return half && half->side == waiting.missing && half->attempt == waiting.attempt &&
           half->node == node;
  });
}

absl::StatusOr<LogReader::WaitingPage> LogReader::WaitingFor(const LogState& state,
                                                             absl::string_view node, uint64_t from,
                                                             absl::Time until, size_t limit) const {
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<Waiting> all, ReadWaiting(*store_, node, from, limit));
  WaitingPage page;
  if (all.size() == limit) page.next = all.back().index + 1;
  for (Waiting& waiting : all) {
    if (waiting.receipt >= until || waiting.index >= state.size()) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const bool there, HasHalf(state, node, waiting));
    if (!there) page.waiting.push_back(std::move(waiting));
  }
  return page;
}

absl::StatusOr<std::shared_ptr<const Tile>> LogReader::ReadTile(TileId id) const {
  {
    absl::MutexLock lock(&mutex_);
    if (auto known = young_.find(id); known != young_.end()) return known->second;
    if (auto known = old_.find(id); known != old_.end()) {
      return young_.emplace(id, known->second).first->second;
    }
  }
  const std::string key = TileKey(id);
  absl::StatusOr<kv::Entry> found = store_->Get(key);
  if (!found.ok()) return Damaged(key, found.status().message());
  SHAREWAY_ASSIGN_OR_RETURN(Tile parsed, Tile::Parse(found->value));
  std::shared_ptr<const Tile> tile = std::make_shared<const Tile>(std::move(parsed));
  absl::MutexLock lock(&mutex_);
  if (young_.size() >= kTilesPerGeneration) old_ = std::exchange(young_, {});
  young_.emplace(id, tile);
  return tile;
}

absl::StatusOr<Hash32> LogReader::Node(const LogState& state, merkle::NodeId node) const {
  if (std::optional<Hash32> hash = state.edge.Node(node)) return *hash;
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<const Tile> tile, ReadTile(TileOf(node)));
  return tile->at(PlaceInTile(node));
}

}  // namespace shareway::audit
