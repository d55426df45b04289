// SPDX-License-Identifier: Apache-2.0
// Judging who gives, comparing roots, appending.
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
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

constexpr size_t kMaxGroup = 1024;
constexpr size_t kMaxGroupBytes = 8 << 20;
// Choices are tried until so much was hashed: some ten seconds.
constexpr uint64_t kMaxHashes = 1 << 24;
// A try that found nothing is followed by a rest that lasts so many times as long.
constexpr int kRest = 4;
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
  SHAREWAY_ASSIGN_OR_RETURN(Staging staging,
                            Staging::Open(neighbours.store, neighbours.own->producer()));
  std::unique_ptr<Rebuild> rebuild(new Rebuild(std::move(neighbours), std::move(staging)));
  absl::MutexLock lock(&rebuild->mutex_);
  // A kill between appending and renewing: nothing of its own may follow under the old one.
  rebuild->DropAppended();
  if (rebuild->appended_ > 0) SHAREWAY_RETURN_IF_ERROR(rebuild->Renew());
  return rebuild;
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

uint64_t Rebuild::CountMissing(uint64_t end) {
  DropAppended();
  return staging_.CountMissing(of_.audit->state()->size(), end);
}

uint64_t Rebuild::TellMissing(uint64_t missing, uint64_t end) {
  const bool misfit = missing == 0 && misfit_.has_value();
  const uint64_t answer = std::max<uint64_t>(missing, 1);
  const uint64_t first = misfit         ? misfit_->suspects[0]
                         : missing == 0 ? end - 1
                                        : staging_.FirstMissing(of_.audit->state()->size());
  of_.gate->Missing(answer, first);
  absl::Duration& told = misfit ? told_misfit_ : told_missing_;
  const absl::Duration now = of_.audit->clock().SinceBoot();
  if (now - told < kTellEvery) return answer;
  told = now;
  if (misfit) {
    log::Error("rebuild-does-not-fit", {{"target", end},
                                        {"fits", misfit_->fits},
                                        {"head", misfit_->head},
                                        {"suspects", absl::StrJoin(misfit_->suspects, ", ")},
                                        {"unplaced", staging_.unplaced()}});
  } else {
    log::Info("rebuild-waits", {{"missing", missing},
                                {"first_missing", first},
                                {"target", end},
                                {"unplaced", staging_.unplaced()}});
  }
  return answer;
}

absl::StatusOr<uint64_t> Rebuild::Restore(absl::string_view producer,
                                          const std::vector<RestoredEntry>& entries) {
  SHAREWAY_RETURN_IF_ERROR(of_.gate->CheckRebuilding());
  if (finishing_) return 1;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = *entries[i].entry;
    const absl::Status sender = CheckSender(producer, entry);
    if (!sender.ok()) return Refused(i, entry.producer, sender.message());
    if (entries[i].index == kUnknownIndex && entry.producer == of_.own->producer()) {
      return Error::Field(absl::StrCat("entries[", i, "].index"),
                          "is unknown, but all who have the log's own entries know it");
    }
  }
  absl::MutexLock lock(&mutex_);
  if (of_.gate->serving()) return 0;  // another call has just finished it
  SHAREWAY_RETURN_IF_ERROR(of_.gate->CheckRebuilding());
  // A larger head may be reported at any time; this one is what all below is about.
  uint64_t end = of_.gate->target().size;
  const absl::StatusOr<bool> fresh =
      staging_.Take(producer, entries, of_.audit->state()->size(), end);
  fresh_ = fresh_ || !fresh.ok() || *fresh;  // part of it may have been taken
  SHAREWAY_RETURN_IF_ERROR(fresh.status());
  uint64_t missing = CountMissing(end);
  if (missing <= staging_.unplaced() && (fresh_ || end != tried_end_) &&
      of_.audit->clock().SinceBoot() >= rests_until_) {
    finishing_ = true;
    const absl::Status finished = Finish(end);
    finishing_ = false;
    SHAREWAY_RETURN_IF_ERROR(finished);
    if (of_.gate->serving()) return 0;
    end = of_.gate->target().size;
    missing = CountMissing(end);
  }
  return TellMissing(missing, end);
}

absl::Status Rebuild::Finish(uint64_t end) {
  const absl::Duration began = of_.audit->clock().SinceBoot();
  SHAREWAY_ASSIGN_OR_RETURN(const bool fits, Fit(end));
  if (!fits) {
    const absl::Duration now = of_.audit->clock().SinceBoot();
    fresh_ = false;
    tried_end_ = end;
    rests_until_ = now + kRest * (now - began);
    return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(AppendStaged(end));
  DropAppended();
  SHAREWAY_RETURN_IF_ERROR(Renew());
  of_.gate->Grown();
  // Unless a larger head was reported meanwhile, or more witnesses are to be heard.
  return of_.gate->serving() ? RecordAndForget() : absl::OkStatus();
}

void Rebuild::DropAppended() {
  const uint64_t size = of_.audit->state()->size();
  appended_to_ = std::max(appended_to_, std::min(staging_.end(), size));
  appended_ += staging_.DropBelow(size);
}

absl::Status Rebuild::RecordAndForget() {
  log::Info("log-restored", {{"entries", appended_}, {"size", of_.audit->state()->size()}});
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::LOG_RESTORED);
  record.set_object("log");
  record.set_record_count(appended_);
  // A try before may have come through.
  SHAREWAY_RETURN_IF_ERROR(
      AppendOnce(std::move(record), appended_to_, *of_.own_entries, of_.audit, of_.own));
  appended_ = 0;
  return staging_.Forget();
}

absl::StatusOr<bool> Rebuild::Fit(uint64_t end) {
  misfit_.reset();
  const std::shared_ptr<const LogState> state = of_.audit->state();
  if (end <= state->size()) return true;
  Pieces pieces = staging_.PiecesUpTo(state->edge, end);
  for (const auto& [node, reported] : of_.gate->reports()) {
    if (reported.size > state->size() && reported.size <= end) {
      pieces.heads.emplace(reported.size, reported.root);
    }
  }
  if (!pieces.heads.contains(end)) {
    return absl::InternalError(absl::StrCat("no head of ", end, " entries is reported any more"));
  }
  const Arrangement found = Arrange(crypto::LogHasher(), pieces, kMaxHashes);
  if (found.fits == end) {
    SHAREWAY_RETURN_IF_ERROR(staging_.Settle(found));
    return true;
  }
  const uint64_t head = pieces.heads.upper_bound(found.fits)->first;
  misfit_ = Misfit{.fits = found.fits,
                   .head = head,
                   .suspects = staging_.Disputed(found.fits, head, kMaxNamed)};
  if (misfit_->suspects.empty()) misfit_->suspects = {found.fits, head - 1};
  return false;
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
      if (!staging_.IsChosen(staged.index, staged.entry->commitment)) continue;
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
  if (appended_ > 0) return RecordAndForget();
  return staging_.empty() ? absl::OkStatus() : staging_.Forget();
}

}  // namespace shareway::audit
