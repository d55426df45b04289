// SPDX-License-Identifier: Apache-2.0
// What was given, by whom, and what of it counts.
#include "services/audit/staging.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "services/audit/store/run.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

constexpr size_t kPage = 1024;
constexpr size_t kMaxRivals = 16;
constexpr size_t kMaxRivalsByOne = 3;
// A producer waits for an answer before it sends the next batch, so that in truth it has one run.
constexpr size_t kMaxRunsByOne = 8;
constexpr size_t kMaxRunEntriesByOne = 2048;
constexpr size_t kMaxRunBytesByOne = 4 << 20;
constexpr size_t kMaxRunEntries = 65536;
constexpr size_t kMaxRunBytes = 64 << 20;
// Of an own entry that was staged before the start; all others come from their producers.
constexpr uint32_t kForgotten = 1;

Hash32 LeafOf(const Hash32& commitment) { return crypto::LogHasher().leaf(commitment.view()); }

}  // namespace

absl::StatusOr<Staging> Staging::Open(kv::Store* store, std::string own) {
  Staging staging(store, std::move(own));
  SHAREWAY_RETURN_IF_ERROR(staging.Load());
  return staging;
}

Staging::Giver Staging::GiverOf(absl::string_view producer) {
  const auto known = givers_.find(producer);
  if (known != givers_.end()) return known->second;
  const auto next = static_cast<Giver>(kForgotten + 1 + givers_.size());
  return givers_.emplace(producer, next).first->second;
}

absl::Status Staging::Load() {
  std::vector<StagedEntry> page;
  do {
    const uint64_t from = page.empty() ? 0 : page.back().index + 1;
    SHAREWAY_ASSIGN_OR_RETURN(page, ReadStaged(*store_, from, kPage));
    for (const auto& [index, first, entry] : page) {
      const Giver giver = entry->producer == own_ ? kForgotten : GiverOf(entry->producer);
      if (index == kUnknownIndex) {
        Run& run = runs_[{entry->stream, first}];
        run.giver = giver;
        run.bytes += entry->sealed.record().size() + kEntryOverhead;
        run.commitments.push_back(entry->commitment);
        continue;
      }
      const auto [at, added] = staged_.try_emplace(
          index, Staged{entry->commitment, entry->stream, entry->sequence, giver});
      if (added || at->second.commitment == entry->commitment) continue;
      std::vector<Rival>& all = rivals_[index];
      if (all.empty()) all.push_back({at->second.commitment, {at->second.giver}});
      all.push_back({entry->commitment, {giver}});
    }
  } while (page.size() >= kPage && page.back().index != kUnknownIndex);
  return absl::OkStatus();
}

absl::StatusOr<bool> Staging::Take(absl::string_view giver,
                                   const std::vector<RestoredEntry>& entries, uint64_t begin,
                                   uint64_t end) {
  const Giver by = GiverOf(giver);
  kv::Batch batch;
  std::map<uint64_t, Staged> fresh;
  std::vector<RestoredEntry> placed, unplaced;
  for (const RestoredEntry& restored : entries) {
    const auto& [index, entry] = restored;
    if (index == kUnknownIndex) unplaced.push_back(restored);
    if (index < begin || index >= end) continue;
    placed.push_back(restored);
    if (staged_.contains(index)) continue;
    const Staged one{entry->commitment, entry->stream, entry->sequence, by};
    if (fresh.emplace(index, one).second) PutStaged(index, *entry, &batch);
  }
  bool any = !fresh.empty();
  if (any) SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
  staged_.merge(fresh);
  SHAREWAY_ASSIGN_OR_RETURN(const bool rivals, TakeRivals(by, placed, giver));
  SHAREWAY_ASSIGN_OR_RETURN(const bool runs, TakeRuns(by, unplaced, giver));
  return any || rivals || runs;
}

absl::StatusOr<bool> Staging::TakeRivals(Giver giver, const std::vector<RestoredEntry>& entries,
                                         absl::string_view name) {
  kv::Batch batch;
  std::map<uint64_t, std::vector<Rival>> grown;
  uint64_t refused = 0;
  bool any = false;
  for (const auto& [index, entry] : entries) {
    const auto known = rivals_.find(index);
    const Staged& staged = staged_.at(index);
    if (known == rivals_.end() && !grown.contains(index) &&
        staged.commitment == entry->commitment) {
      continue;
    }
    std::vector<Rival>& all = grown[index];
    if (all.empty() && known != rivals_.end()) all = known->second;
    if (all.empty()) all.push_back({staged.commitment, {staged.giver}});
    const auto again = std::find_if(all.begin(), all.end(), [&e = *entry](const Rival& rival) {
      return rival.commitment == e.commitment;
    });
    if (again != all.end()) {
      any = again->givers.insert(giver).second || any;
      again->givers.erase(kForgotten);
      continue;
    }
    const auto by_one = std::count_if(all.begin(), all.end(), [giver](const Rival& rival) {
      return rival.givers.contains(giver);
    });
    if (static_cast<size_t>(by_one) >= kMaxRivalsByOne ||
        (all.size() >= kMaxRivals && by_one > 0)) {
      ++refused;
      continue;
    }
    // There is room for the first entry of each: many who lie must not keep the right one out.
    const auto surplus = all.size() < kMaxRivals ? all.end() : Surplus(&all, staged.commitment);
    if (surplus != all.end()) {
      DeleteStagedToo(index, surplus->commitment, &batch);
      all.erase(surplus);
      ++refused;
    }
    all.push_back({entry->commitment, {giver}});
    PutStagedToo(index, *entry, &batch);
    any = true;
  }
  if (!batch.empty() || refused > 0) {
    log::Error("rebuild-disputed", {{"index", grown.begin()->first},
                                    {"entries", grown.size()},
                                    {"not_kept", refused},
                                    {"by", name}});
  }
  if (!batch.empty()) SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
  for (auto& [index, all] : grown) {
    if (all.size() > 1) rivals_[index] = std::move(all);
  }
  return any;
}

std::vector<Staging::Rival>::iterator Staging::Surplus(std::vector<Rival>* all,
                                                       const Hash32& chosen) {
  std::map<Giver, size_t> given;
  for (const Rival& rival : *all) {
    for (const Giver giver : rival.givers) ++given[giver];
  }
  // The first one is stored as the index's own.
  for (auto at = all->end(); --at != all->begin();) {
    const bool spare = std::all_of(at->givers.begin(), at->givers.end(),
                                   [&given](Giver giver) { return given[giver] > 1; });
    if (spare && at->commitment != chosen) return at;
  }
  return all->end();
}

absl::StatusOr<bool> Staging::Knows(const Entry& entry) const {
  auto run = runs_.upper_bound({entry.stream, entry.sequence});
  if (run != runs_.begin() && (--run)->first.stream == entry.stream &&
      entry.sequence - run->first.first < run->second.commitments.size()) {
    return true;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<audit::Run> appended,
                            ReadRun(*store_, entry.stream, entry.sequence));
  return appended.has_value() && appended->IndexOf(entry.sequence).has_value();
}

bool Staging::HasRoomFor(const Run& run) const {
  size_t runs = 1, entries = run.commitments.size(), bytes = run.bytes;
  size_t all_entries = entries, all_bytes = bytes;
  for (const auto& [id, other] : runs_) {
    all_entries += other.commitments.size();
    all_bytes += other.bytes;
    if (other.giver != run.giver) continue;
    ++runs;
    entries += other.commitments.size();
    bytes += other.bytes;
  }
  return runs <= kMaxRunsByOne && entries <= kMaxRunEntriesByOne && bytes <= kMaxRunBytesByOne &&
         all_entries <= kMaxRunEntries && all_bytes <= kMaxRunBytes;
}

absl::StatusOr<bool> Staging::TakeRuns(Giver giver, const std::vector<RestoredEntry>& entries,
                                       absl::string_view name) {
  std::vector<std::vector<EntryPtr>> batches;
  for (const auto& [index, entry] : entries) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool known, Knows(*entry));
    if (known) continue;
    const Entry* last = batches.empty() ? nullptr : batches.back().back().get();
    if (last == nullptr || last->stream != entry->stream ||
        last->sequence + 1 != entry->sequence) {
      batches.emplace_back();
    }
    batches.back().push_back(entry);
  }
  bool any = false;
  for (const std::vector<EntryPtr>& together : batches) {
    const RunId id{together[0]->stream, together[0]->sequence};
    // What comes twice in one call is known by now.
    SHAREWAY_ASSIGN_OR_RETURN(const bool known, Knows(*together[0]));
    if (known) continue;
    Run run{.giver = giver};
    kv::Batch batch;
    for (const EntryPtr& entry : together) {
      run.bytes += entry->sealed.record().size() + kEntryOverhead;
      run.commitments.push_back(entry->commitment);
      PutUnplaced(id.first, *entry, &batch);
    }
    if (!HasRoomFor(run)) {
      log::Error("rebuild-unplaced-not-kept", {{"by", name}, {"entries", together.size()}});
      continue;
    }
    SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
    runs_.emplace(id, std::move(run));
    any = true;
  }
  return any;
}

uint64_t Staging::CountMissing(uint64_t begin, uint64_t end) const {
  if (end <= begin) return 0;
  // A start with fewer reports may aim lower than what was staged before.
  const auto below = std::distance(staged_.begin(), staged_.lower_bound(begin));
  const auto beyond = std::distance(staged_.lower_bound(end), staged_.end());
  return end - begin - (staged_.size() - static_cast<uint64_t>(below + beyond));
}

uint64_t Staging::FirstMissing(uint64_t begin) {
  gap_ = std::max(gap_, begin);
  for (auto at = staged_.lower_bound(gap_); at != staged_.end() && at->first == gap_; ++at) ++gap_;
  return gap_;
}

uint64_t Staging::unplaced() const {
  uint64_t count = 0;
  for (const auto& [id, run] : runs_) count += run.commitments.size();
  return count;
}

std::vector<uint64_t> Staging::Disputed(uint64_t begin, uint64_t end, size_t limit) const {
  std::vector<uint64_t> indices;
  for (auto at = rivals_.lower_bound(begin);
       at != rivals_.end() && at->first < end && indices.size() < limit; ++at) {
    indices.push_back(at->first);
  }
  return indices;
}

Pieces Staging::PiecesUpTo(const RightEdge& edge, uint64_t end) const {
  Pieces pieces{.edge = edge};
  const uint64_t begin = edge.size();
  pieces.places.resize(end - begin);
  std::map<RunId, uint64_t> from;
  for (auto at = staged_.lower_bound(begin); at != staged_.end() && at->first < end; ++at) {
    const auto& [index, staged] = *at;
    pieces.places[index - begin] = {LeafOf(staged.commitment), staged.giver};
    if (runs_.empty() || rivals_.contains(index)) continue;
    const auto run = runs_.upper_bound({staged.stream, staged.sequence});
    if (run != runs_.end() && run->first.stream == staged.stream) from[run->first] = index + 1;
  }
  for (auto at = rivals_.lower_bound(begin); at != rivals_.end() && at->first < end; ++at) {
    for (const auto& [commitment, givers] : at->second) {
      pieces.rivals[at->first].push_back({LeafOf(commitment), givers});
    }
  }
  std::map<Digest16, uint32_t> streams;
  for (const auto& [id, run] : runs_) {
    const auto number = static_cast<uint32_t>(streams.size());
    const uint32_t stream = streams.emplace(id.stream, number).first->second;
    pieces.runs.push_back({.giver = run.giver, .stream = stream, .from = from[id]});
    for (const Hash32& one : run.commitments) pieces.runs.back().leaves.push_back(LeafOf(one));
  }
  return pieces;
}

absl::Status Staging::Settle(const Arrangement& found) {
  for (const auto& [index, choice] : found.chosen) {
    staged_.at(index).commitment = rivals_.at(index)[choice].commitment;
  }
  if (found.placed.empty()) return absl::OkStatus();
  std::map<RunId, uint64_t> begins;
  for (const auto& [index, number] : found.placed) {
    begins[std::next(runs_.begin(), static_cast<ptrdiff_t>(number))->first] = index;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<StagedEntry> unplaced,
                            ReadStaged(*store_, kUnknownIndex, 1));
  kv::Batch batch;
  std::map<uint64_t, Staged> placed;
  for (const auto& [index, first, entry] : unplaced) {
    const auto begin = begins.find({entry->stream, first});
    if (begin == begins.end()) continue;
    const uint64_t place = begin->second + (entry->sequence - first);
    // Proven, so that nothing else that was given for the index counts any more.
    PutStaged(place, *entry, &batch);
    DeleteUnplaced(first, *entry, &batch);
    const Giver giver = runs_.at(begin->first).giver;
    placed[place] = {entry->commitment, entry->stream, entry->sequence, giver};
  }
  SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
  log::Info("rebuild-placed", {{"first", found.placed.begin()->first}, {"entries", placed.size()}});
  for (const auto& [index, staged] : placed) {
    staged_[index] = staged;
    rivals_.erase(index);
  }
  for (const auto& [id, index] : begins) runs_.erase(id);
  return absl::OkStatus();
}

bool Staging::IsChosen(uint64_t index, const Hash32& commitment) const {
  const auto chosen = staged_.find(index);
  return chosen != staged_.end() && chosen->second.commitment == commitment;
}

uint64_t Staging::DropBelow(uint64_t size) {
  const auto end = staged_.lower_bound(size);
  const auto dropped = static_cast<uint64_t>(std::distance(staged_.begin(), end));
  staged_.erase(staged_.begin(), end);
  rivals_.erase(rivals_.begin(), rivals_.lower_bound(size));
  return dropped;
}

absl::Status Staging::Forget() {
  staged_.clear();
  rivals_.clear();
  runs_.clear();
  return DeleteStaged(store_);
}

}  // namespace shareway::audit
