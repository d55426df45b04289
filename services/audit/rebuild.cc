// SPDX-License-Identifier: Apache-2.0
// Staging, comparing, appending.
#include "services/audit/rebuild.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

constexpr size_t kMaxGroup = 1024;
constexpr size_t kMaxGroupBytes = 8 << 20;
// So many entries are kept for one index, and so many of them by one producer.
constexpr size_t kMaxRivals = 16;
constexpr size_t kMaxRivalsByOne = 3;
// Choices are tried until so many leaves were hashed: some ten seconds.
constexpr uint64_t kMaxTriedLeaves = 1 << 24;
constexpr size_t kMaxNamed = 10;
constexpr absl::Duration kTellEvery = absl::Seconds(10);
constexpr size_t kIncarnationBytes = 16;

absl::Status Refused(size_t place, absl::string_view producer, absl::string_view what) {
  return Error(Reason::kProducerUnknown, absl::StatusCode::kPermissionDenied,
               absl::StrCat("entries[", place, "] is by ", producer, ", ", what))
      .With("producer", producer);
}

// The writer gives the entries of one group indices in the order of their ids.
bool InOrder(const Entry& before, const Entry& after) {
  return std::tie(before.stream, before.sequence) < std::tie(after.stream, after.sequence);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Rebuild>> Rebuild::Open(Neighbours neighbours) {
  Staged staged;
  Rivals rivals;
  EntryPtr first;
  for (uint64_t from = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<StagedEntry> page,
                              ReadStaged(*neighbours.store, from, kMaxGroup));
    for (const StagedEntry& one : page) {
      if (staged.emplace(one.index, one.entry->commitment).second) {
        first = one.entry;
        continue;
      }
      if (one.entry->commitment == first->commitment) continue;
      std::vector<Rival>& all = rivals[one.index];
      if (all.empty()) all.push_back({first->commitment, first->producer});
      all.push_back({one.entry->commitment, one.entry->producer});
    }
    if (page.size() < kMaxGroup) break;
    from = page.back().index + 1;
  }
  return std::unique_ptr<Rebuild>(new Rebuild(
      std::move(neighbours), std::move(staged), std::move(rivals)));
}

absl::Status Rebuild::CheckSender(absl::string_view producer, const Entry& entry) {
  const bool own = entry.producer == of_.own->producer();
  if (!own && entry.producer != producer) {
    return absl::PermissionDeniedError(absl::StrCat("but the caller is ", producer));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(entry.sealed));
  const evidence::v1::Envelope& envelope = opened.envelope;
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 id, Hash32::From(envelope.signature().key_id()));
  if (own && id == of_.message_key.id()) {
    return evidence::Verify(&verifier_, of_.message_key, envelope.payload(), envelope.signature());
  }
  // A key that is closed today signed what was witnessed before.
  const std::optional<crypto::PublicKey> key = of_.message_key_of(id, entry.facts.producer);
  if (!key) return absl::PermissionDeniedError("and no key of its producer signed it");
  return evidence::Verify(&verifier_, *key, envelope.payload(), envelope.signature());
}

absl::Status Rebuild::Stage(absl::string_view producer,
                            const std::vector<RestoredEntry>& entries, uint64_t end) {
  const uint64_t begin = of_.audit->state()->size();
  kv::Batch batch;
  Staged fresh;
  std::vector<RestoredEntry> given;
  for (const RestoredEntry& restored : entries) {
    if (restored.index < begin || restored.index >= end) continue;
    given.push_back(restored);
    if (staged_.contains(restored.index)) continue;
    if (fresh.emplace(restored.index, restored.entry->commitment).second) {
      PutStaged(restored.index, *restored.entry, &batch);
    }
  }
  if (!batch.empty()) SHAREWAY_RETURN_IF_ERROR(of_.store->Commit(std::move(batch)).status());
  staged_.merge(fresh);
  return StageRivals(producer, given);
}

absl::Status Rebuild::StageRivals(absl::string_view producer,
                                  const std::vector<RestoredEntry>& entries) {
  kv::Batch batch;
  Rivals grown;
  uint64_t refused = 0;
  for (const auto& [index, entry] : entries) {
    if (staged_.at(index) == entry->commitment) continue;
    std::vector<Rival>& all = grown[index];
    if (const auto known = rivals_.find(index); all.empty() && known != rivals_.end()) {
      all = known->second;
    } else if (all.empty()) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::vector<StagedEntry> first,
                                ReadStaged(*of_.store, index, 1));
      if (first.empty() || first[0].index != index) {
        return absl::InternalError(absl::StrCat("entry ", index, " is not staged"));
      }
      all.push_back({first[0].entry->commitment, first[0].entry->producer});
    }
    size_t by_one = 0;
    bool again = false;
    for (const Rival& rival : all) {
      by_one += rival.producer == entry->producer;
      again = again || rival.commitment == entry->commitment;
    }
    if (again) continue;
    if (by_one >= kMaxRivalsByOne || all.size() >= kMaxRivals) {
      ++refused;
      continue;
    }
    all.push_back({entry->commitment, entry->producer});
    PutStagedToo(index, *entry, &batch);
  }
  if (batch.empty() && refused == 0) return absl::OkStatus();
  log::Error("rebuild-disputed", {{"index", grown.begin()->first},
                                  {"entries", grown.size()},
                                  {"not_kept", refused},
                                  {"by", producer}});
  if (batch.empty()) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(of_.store->Commit(std::move(batch)).status());
  for (auto& [index, all] : grown) {
    if (all.size() > 1) rivals_[index] = std::move(all);
  }
  return absl::OkStatus();
}

void Rebuild::DropAppended() {
  const auto end = staged_.lower_bound(of_.audit->state()->size());
  appended_ += static_cast<uint64_t>(std::distance(staged_.begin(), end));
  staged_.erase(staged_.begin(), end);
  rivals_.erase(rivals_.begin(), rivals_.lower_bound(of_.audit->state()->size()));
}

uint64_t Rebuild::CountMissing(uint64_t end) {
  DropAppended();
  const uint64_t begin = of_.audit->state()->size();
  if (end <= begin) return 0;
  gap_ = std::max(gap_, begin);
  for (auto at = staged_.lower_bound(gap_); at != staged_.end() && at->first == gap_; ++at) ++gap_;
  // A start with fewer reports may aim lower than what was staged before.
  const auto beyond = std::distance(staged_.lower_bound(end), staged_.end());
  const uint64_t missing = end - begin - (staged_.size() - static_cast<uint64_t>(beyond));
  of_.gate->Missing(missing, gap_);
  const absl::Duration now = of_.audit->clock().SinceBoot();
  if (missing == 0 || now - told_ >= kTellEvery) {
    log::Info("rebuild-waits", {{"missing", missing}, {"first_missing", gap_}, {"target", end}});
    told_ = now;
  }
  return missing;
}

absl::StatusOr<uint64_t> Rebuild::Restore(absl::string_view producer,
                                          const std::vector<RestoredEntry>& entries) {
  SHAREWAY_RETURN_IF_ERROR(of_.gate->CheckRebuilding());
  if (finishing_) return 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const absl::Status sender = CheckSender(producer, *entries[i].entry);
    if (!sender.ok()) return Refused(i, entries[i].entry->producer, sender.message());
  }
  absl::MutexLock lock(&mutex_);
  if (!of_.gate->CheckRebuilding().ok()) return 0;  // another call has just finished it
  // A larger head may be reported at any time; this one is what all below is about.
  const uint64_t end = of_.gate->target().size;
  SHAREWAY_RETURN_IF_ERROR(Stage(producer, entries, end));
  const uint64_t missing = CountMissing(end);
  if (missing == 0) {
    finishing_ = true;
    const absl::Status finished = Finish(end);
    finishing_ = false;
    SHAREWAY_RETURN_IF_ERROR(finished);
  }
  return missing;
}

absl::Status Rebuild::Finish(uint64_t end) {
  const absl::Status compared = CompareRoots(end);
  if (absl::IsDataLoss(compared)) {
    of_.gate->Fork(compared.message());
    staged_.clear();
    rivals_.clear();
    SHAREWAY_RETURN_IF_ERROR(DeleteStaged(of_.store));
    return of_.gate->Check();
  }
  SHAREWAY_RETURN_IF_ERROR(compared);
  SHAREWAY_RETURN_IF_ERROR(AppendStaged(end));
  DropAppended();
  SHAREWAY_RETURN_IF_ERROR(Renew());
  of_.gate->Grown();
  // Unless a larger head was reported meanwhile.
  return of_.gate->serving() ? RecordAndForget() : absl::OkStatus();
}

absl::Status Rebuild::RecordAndForget() {
  log::Info("log-restored", {{"entries", appended_}, {"size", of_.audit->state()->size()}});
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::LOG_RESTORED);
  record.set_object("log");
  record.set_record_count(appended_);
  SHAREWAY_RETURN_IF_ERROR(of_.own->Append(std::move(record)).status());
  staged_.clear();
  rivals_.clear();
  appended_ = 0;
  return DeleteStaged(of_.store);
}

absl::Status Rebuild::CompareRoots(uint64_t end) {
  std::map<uint64_t, std::pair<std::string, Hash32>> heads;
  for (const auto& [node, reported] : of_.gate->reports()) {
    heads.try_emplace(reported.size, node, reported.root);
  }
  RightEdge edge = of_.audit->state()->edge;
  while (edge.size() < end) {
    const auto head = heads.upper_bound(edge.size());
    if (head == heads.end() || head->first > end) {
      return absl::InternalError(absl::StrCat("no head of ", end, " entries is reported any more"));
    }
    const auto& [node, root] = head->second;
    SHAREWAY_ASSIGN_OR_RETURN(edge, Fit(edge, head->first, root));
    const Hash32 found = edge.Root(crypto::LogHasher());
    if (found == root) continue;
    std::vector<uint64_t> disputed;
    for (const auto& [index, rivals] : rivals_) {
      if (disputed.size() < kMaxNamed) disputed.push_back(index);
    }
    return absl::DataLossError(absl::StrCat(
        "the rebuilt log's first ", edge.size(), " entries have the root ", ToHex(found.view()),
        ", but ", node, " cosigned ", ToHex(root.view()),
        disputed.empty() ? std::string() : "; disputed: " + absl::StrJoin(disputed, ", ")));
  }
  return absl::OkStatus();
}

absl::StatusOr<RightEdge> Rebuild::Extended(RightEdge edge, uint64_t size) const {
  for (auto at = staged_.find(edge.size()); edge.size() < size; ++at) {
    if (at == staged_.end() || at->first != edge.size()) {
      return absl::InternalError(absl::StrCat("entry ", edge.size(), " is not staged"));
    }
    edge.Append(crypto::LogHasher(), crypto::LogHasher().leaf(at->second.view()));
  }
  return edge;
}

absl::StatusOr<RightEdge> Rebuild::Fit(const RightEdge& edge, uint64_t size, const Hash32& want) {
  const auto first = rivals_.lower_bound(edge.size());
  const auto last = rivals_.lower_bound(size);
  if (first == last) return Extended(edge, size);
  SHAREWAY_ASSIGN_OR_RETURN(const RightEdge before, Extended(edge, first->first));
  std::set<std::string> producers;
  for (auto at = first; at != last; ++at) {
    for (const Rival& rival : at->second) producers.insert(rival.producer);
  }
  // One who lies lies in many places: without them, or by them alone, all may fit at once.
  std::vector<std::function<bool(const Rival&)>> likely;
  for (const std::string& one : producers) {
    likely.push_back([&one](const Rival& rival) { return rival.producer != one; });
    likely.push_back([&one](const Rival& rival) { return rival.producer == one; });
  }
  RightEdge tried = before;
  uint64_t hashed = 0;
  for (uint64_t number = 0; number == 0 || hashed < kMaxTriedLeaves; ++number) {
    // After the likely ones every combination, as the digits of a number.
    uint64_t rest = number < likely.size() ? 0 : number - likely.size();
    for (auto at = first; at != last; ++at) {
      const std::vector<Rival>& all = at->second;
      size_t choice = rest % all.size();
      rest /= all.size();
      if (number < likely.size()) {
        const auto found = std::find_if(all.begin(), all.end(), likely[number]);
        choice = found == all.end() ? 0 : static_cast<size_t>(found - all.begin());
      }
      staged_[at->first] = all[choice].commitment;
    }
    if (rest != 0) break;  // there are no more
    SHAREWAY_ASSIGN_OR_RETURN(tried, Extended(before, size));
    if (tried.Root(crypto::LogHasher()) == want) break;
    hashed += size - before.size();
  }
  return tried;
}

absl::Status Rebuild::AppendStaged(uint64_t end) {
  uint64_t next = of_.audit->state()->size();
  const auto append = [&](std::vector<EntryPtr> group) -> absl::Status {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<uint64_t> indices,
                              of_.audit->AppendAndWait(std::move(group)));
    for (const uint64_t index : indices) {
      if (index != next++) {
        return absl::InternalError(
            absl::StrCat("the entry for index ", next - 1, " was given ", index));
      }
    }
    return absl::OkStatus();
  };
  while (next < end) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<StagedEntry> page,
                              ReadStaged(*of_.store, next, std::min(kMaxGroup, end - next)));
    std::vector<EntryPtr> group;
    size_t bytes = 0;
    uint64_t expected = next;
    for (StagedEntry& staged : page) {
      const auto chosen = staged_.find(staged.index);
      if (chosen == staged_.end() || chosen->second != staged.entry->commitment) continue;
      if (staged.index + 1 == expected) continue;  // chosen, and stored twice
      if (staged.index != expected) {
        return absl::InternalError(absl::StrCat("entry ", expected, " is not staged"));
      }
      ++expected;
      if (!group.empty() &&
          (!InOrder(*group.back(), *staged.entry) || bytes >= kMaxGroupBytes)) {
        SHAREWAY_RETURN_IF_ERROR(append(std::exchange(group, {})));
        bytes = 0;
      }
      bytes += staged.entry->sealed.record().size() + kEntryOverhead;
      group.push_back(std::move(staged.entry));
    }
    if (group.empty()) return absl::InternalError(absl::StrCat("entry ", next, " is not staged"));
    SHAREWAY_RETURN_IF_ERROR(append(std::move(group)));
  }
  return absl::OkStatus();
}

absl::Status Rebuild::Renew() {
  const std::string next = crypto::RandomBytes(kIncarnationBytes);
  kv::Batch batch;
  SHAREWAY_RETURN_IF_ERROR(
      PutIncarnation(*of_.store, of_.own->incarnation(), next, &batch));
  SHAREWAY_RETURN_IF_ERROR(of_.store->Commit(std::move(batch)).status());
  of_.own->Renew(next);
  return absl::OkStatus();
}

absl::Status Rebuild::Conclude() {
  absl::MutexLock lock(&mutex_);
  DropAppended();
  if (appended_ > 0) {
    SHAREWAY_RETURN_IF_ERROR(Renew());
    return RecordAndForget();
  }
  if (staged_.empty()) return absl::OkStatus();
  staged_.clear();
  rivals_.clear();
  return DeleteStaged(of_.store);
}

}  // namespace shareway::audit
