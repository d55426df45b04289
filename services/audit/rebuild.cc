// SPDX-License-Identifier: Apache-2.0
// Staging, comparing, appending.
#include "services/audit/rebuild.h"

#include <algorithm>
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
  std::map<uint64_t, Hash32> staged;
  for (uint64_t from = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<StagedEntry> page,
                              ReadStaged(*neighbours.store, from, kMaxGroup));
    for (const StagedEntry& one : page) staged.emplace(one.index, one.entry->commitment);
    if (page.size() < kMaxGroup) break;
    from = page.back().index + 1;
  }
  return std::unique_ptr<Rebuild>(new Rebuild(std::move(neighbours), std::move(staged)));
}

absl::Status Rebuild::CheckSender(absl::string_view producer, const Entry& entry) {
  if (entry.producer == producer) return absl::OkStatus();
  if (entry.producer != of_.own->producer()) {
    return absl::PermissionDeniedError(absl::StrCat("but the caller is ", producer));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(entry.sealed));
  const evidence::v1::Envelope& envelope = opened.envelope;
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 id, Hash32::From(envelope.signature().key_id()));
  if (id == of_.message_key.id()) {
    return evidence::Verify(&verifier_, of_.message_key, envelope.payload(), envelope.signature());
  }
  // A key that is closed today signed what was witnessed before.
  const std::optional<crypto::PublicKey> key = of_.message_key_of(id, entry.facts.producer);
  if (!key) return absl::PermissionDeniedError("and no key of the log signed it");
  return evidence::Verify(&verifier_, *key, envelope.payload(), envelope.signature());
}

absl::Status Rebuild::Stage(absl::string_view producer,
                            const std::vector<RestoredEntry>& entries, uint64_t end) {
  const uint64_t begin = of_.audit->state()->size();
  kv::Batch batch;
  std::map<uint64_t, Hash32> fresh;
  std::vector<uint64_t> other;
  for (const RestoredEntry& restored : entries) {
    if (restored.index < begin || restored.index >= end) continue;
    const Hash32& commitment = restored.entry->commitment;
    const auto known = staged_.find(restored.index);
    if (known != staged_.end()) {
      if (known->second != commitment) other.push_back(restored.index);
    } else if (const auto [one, added] = fresh.emplace(restored.index, commitment); added) {
      PutStaged(restored.index, *restored.entry, &batch);
    } else if (one->second != commitment) {
      other.push_back(restored.index);
    }
  }
  if (!batch.empty()) SHAREWAY_RETURN_IF_ERROR(of_.store->Commit(std::move(batch)).status());
  staged_.merge(fresh);
  if (other.empty()) return absl::OkStatus();
  disputed_.insert(other.begin(), other.end());
  log::Error("rebuild-disputed",
             {{"index", other.front()}, {"entries", other.size()}, {"by", producer}});
  return Error(Reason::kLogForked, absl::StatusCode::kAborted,
               absl::StrCat("another entry was given for index ", other.front()))
      .With("index", absl::StrCat(other.front()));
}

void Rebuild::DropAppended() {
  const auto end = staged_.lower_bound(of_.audit->state()->size());
  appended_ += static_cast<uint64_t>(std::distance(staged_.begin(), end));
  staged_.erase(staged_.begin(), end);
}

uint64_t Rebuild::CountMissing(uint64_t end) {
  DropAppended();
  const uint64_t begin = of_.audit->state()->size();
  if (end <= begin) return 0;
  gap_ = std::max(gap_, begin);
  for (auto at = staged_.lower_bound(gap_); at != staged_.end() && at->first == gap_; ++at) ++gap_;
  const uint64_t missing = end - begin - staged_.size();
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
  const absl::Status staged = Stage(producer, entries, end);
  const uint64_t missing = CountMissing(end);
  if (missing == 0) {
    finishing_ = true;
    const absl::Status finished = Finish(end);
    finishing_ = false;
    SHAREWAY_RETURN_IF_ERROR(finished);
  }
  SHAREWAY_RETURN_IF_ERROR(staged);
  return missing;
}

absl::Status Rebuild::Finish(uint64_t end) {
  const absl::Status compared = CompareRoots(end);
  if (absl::IsDataLoss(compared)) {
    of_.gate->Fork(compared.message());
    staged_.clear();
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
  appended_ = 0;
  return DeleteStaged(of_.store);
}

absl::Status Rebuild::CompareRoots(uint64_t end) {
  std::map<uint64_t, std::pair<std::string, Hash32>> heads;
  for (const auto& [node, reported] : of_.gate->reports()) {
    heads.try_emplace(reported.size, node, reported.root);
  }
  RightEdge edge = of_.audit->state()->edge;
  for (auto at = staged_.find(edge.size()); edge.size() < end; ++at) {
    edge.Append(crypto::LogHasher(), crypto::LogHasher().leaf(at->second.view()));
    const auto head = heads.find(edge.size());
    if (head == heads.end()) continue;
    const auto& [node, root] = head->second;
    const Hash32 found = edge.Root(crypto::LogHasher());
    if (found == root) continue;
    return absl::DataLossError(absl::StrCat(
        "the rebuilt log's first ", edge.size(), " entries have the root ", ToHex(found.view()),
        ", but ", node, " cosigned ", ToHex(root.view()),
        disputed_.empty() ? std::string() : "; disputed: " + absl::StrJoin(disputed_, ", ")));
  }
  return absl::OkStatus();
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
    if (page.empty()) return absl::InternalError(absl::StrCat("entry ", next, " is not staged"));
    std::vector<EntryPtr> group;
    for (StagedEntry& staged : page) {
      if (!group.empty() && !InOrder(*group.back(), *staged.entry)) {
        SHAREWAY_RETURN_IF_ERROR(append(std::exchange(group, {})));
      }
      group.push_back(std::move(staged.entry));
    }
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
  return DeleteStaged(of_.store);
}

}  // namespace shareway::audit
