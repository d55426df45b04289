// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/log/log.h"
#include "libs/outbox/keys.h"
#include "libs/outbox/outbox.h"
#include "libs/outbox/record.pb.h"

namespace shareway::outbox {
namespace {

constexpr size_t kBatchRecords = 256;
constexpr size_t kBatchBytes = 512 << 10;  // a sealed batch is one value of the store
constexpr absl::Duration kKeepIncluded = absl::Hours(24 * 7);
constexpr absl::Duration kRetry = absl::Milliseconds(200);
constexpr absl::Duration kSweepEvery = absl::Minutes(10);
constexpr absl::Duration kActsKept = absl::Hours(1);  // acts are refused after minutes

}  // namespace

// Crash order: a batch is sealed durably, then sent, then its indices are kept,
// then it is proven, then it is marked included. A crash between any two repeats
// the step after it with the same bytes; audit knows each entry by its id.
struct Drain::State {
  Outbox* outbox;
  Sink* sink;
  const crypto::PrivateKey* key;

  absl::Mutex flushing;
  uint64_t head_at_start = 0;
  std::atomic<int> rolled_back = -1;  // -1: not known yet
  std::atomic<uint64_t> safe_size = 0;
  absl::Notification stopped;
  absl::Duration next_sweep = absl::ZeroDuration();
  std::thread thread;

  kv::Store* store() const { return outbox->store_; }

  absl::StatusOr<Mark> LoadMark() const {
    Mark mark;
    absl::StatusOr<kv::Entry> entry = store()->Get(kMarkKey);
    if (entry.ok() && !mark.ParseFromString(entry->value)) {
      return absl::DataLossError("outbox/mark cannot be read");
    }
    if (!entry.ok() && !absl::IsNotFound(entry.status())) return entry.status();
    mark.set_seal(std::max<uint64_t>(mark.seal(), 1));
    mark.set_include(std::max<uint64_t>(mark.include(), 1));
    return mark;
  }

  // Signs what waits as one tree. Returns false if nothing waits.
  absl::StatusOr<bool> Seal(Mark* mark) {
    std::vector<std::string> payloads;
    size_t bytes = 0;
    SHAREWAY_RETURN_IF_ERROR(
        store()->ReadLog(kLog, mark->seal(), [&](uint64_t number, absl::string_view stored) {
          evidence::AuditRecord sequence;
          sequence.set_sequence(number);
          // Protobuf parsers merge: the record is what was stored, and its number.
          payloads.push_back(absl::StrCat(stored, sequence.SerializeAsString()));
          bytes += payloads.back().size() + 1024;
          return payloads.size() < kBatchRecords && bytes < kBatchBytes;
        }));
    if (payloads.empty()) return false;
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<crypto::BatchSignature> signatures,
                              crypto::SignBatch(*key, payloads));
    SealedBatch batch;
    for (size_t i = 0; i < payloads.size(); ++i) {
      evidence::v1::Envelope envelope;
      envelope.set_payload(std::move(payloads[i]));
      *envelope.mutable_signature() = evidence::ToProto(signatures[i]);
      auto* sealed = batch.add_records();
      sealed->set_record(envelope.SerializeAsString());
      sealed->set_salt(crypto::RandomBytes(16));
    }
    Mark next = *mark;
    next.set_seal(mark->seal() + static_cast<uint64_t>(batch.records_size()));
    kv::Batch write;
    write.Put(SealedKey(mark->seal()), batch.SerializeAsString());
    write.Put(kMarkKey, next.SerializeAsString());
    // The log's entries live on inside the sealed batch.
    write.Trim(kLog, next.seal());
    SHAREWAY_RETURN_IF_ERROR(store()->Commit(std::move(write)).status());
    *mark = next;
    return true;
  }

  // Sends and proves the sealed batch that begins at mark->include.
  absl::Status Deliver(Mark* mark) {
    const std::string sealed_key = SealedKey(mark->include());
    SHAREWAY_ASSIGN_OR_RETURN(kv::Entry entry, store()->Get(sealed_key));
    SealedBatch batch;
    if (!batch.ParseFromString(entry.value)) {
      return absl::DataLossError("a sealed batch cannot be read");
    }
    const std::vector<evidence::v1::SealedRecord> records(batch.records().begin(),
                                                          batch.records().end());
    if (batch.indices_size() == 0) {
      SHAREWAY_ASSIGN_OR_RETURN(Sink::Appended appended, sink->Append(records));
      safe_size = appended.safe_size;
      *batch.mutable_indices() = {appended.indices.begin(), appended.indices.end()};
    }
    std::vector<Hash32> commitments;
    for (const auto& record : records) commitments.push_back(evidence::Commitment(record));
    SHAREWAY_RETURN_IF_ERROR(
        Prove({batch.indices().begin(), batch.indices().end()}, commitments));
    batch.set_included_seconds(absl::ToUnixSeconds(outbox->clock_->Now()));
    mark->set_include(mark->include() + records.size());
    kv::Batch write;
    write.Put(sealed_key, batch.SerializeAsString());
    write.Put(kMarkKey, mark->SerializeAsString());
    return store()->Commit(std::move(write)).status();
  }

  // Checkpoints follow appends by some ten milliseconds.
  absl::Status Prove(const std::vector<uint64_t>& indices, const std::vector<Hash32>& commitments) {
    for (int wait_ms = 5;; wait_ms *= 2) {
      const absl::Status proven = sink->ProveIncluded(indices, commitments);
      if (!absl::IsUnavailable(proven) || wait_ms > 1000) return proven;
      if (stopped.WaitForNotificationWithTimeout(absl::Milliseconds(wait_ms))) {
        return absl::CancelledError("stopping");
      }
    }
  }

  absl::Status CheckRollback() {
    if (rolled_back >= 0) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const uint64_t seen, sink->LastSequence(outbox->incarnation_));
    // Against the head at start: what this run appended must not hide a rollback.
    const bool behind = seen > head_at_start;
    if (behind) {
      log::Error("store-rolled-back", {{"audit_has", seen}, {"store_has", head_at_start}});
    }
    rolled_back = behind;
    return absl::OkStatus();
  }

  absl::Status Flush() {
    absl::MutexLock lock(&flushing);
    SHAREWAY_RETURN_IF_ERROR(CheckRollback());
    if (rolled_back == 1) return absl::FailedPreconditionError("the store was rolled back");
    SHAREWAY_ASSIGN_OR_RETURN(Mark mark, LoadMark());
    for (;;) {
      while (mark.include() < mark.seal()) {
        if (stopped.HasBeenNotified()) return absl::CancelledError("stopping");
        SHAREWAY_RETURN_IF_ERROR(Deliver(&mark));
      }
      SHAREWAY_ASSIGN_OR_RETURN(const bool sealed, Seal(&mark));
      if (!sealed) return absl::OkStatus();
    }
  }

  // Deletes batches that are safe in audit, or were included 7 days ago, and
  // acts that are too old to be taken again.
  absl::Status Sweep() {
    const int64_t now = absl::ToUnixSeconds(outbox->clock_->Now());
    kv::Batch write;
    SHAREWAY_RETURN_IF_ERROR(store()->Scan(
        kSealedPrefix, PrefixEnd(kSealedPrefix),
        [&](absl::string_view name, absl::string_view value, uint64_t) {
          SealedBatch batch;
          if (!batch.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
          if (batch.included_seconds() == 0) return false;
          const bool safe =
              std::all_of(batch.indices().begin(), batch.indices().end(),
                          [&](uint64_t index) { return index < safe_size; });
          const bool old =
              now - batch.included_seconds() > absl::ToInt64Seconds(kKeepIncluded);
          if (safe || old) write.Delete(name);
          return safe || old;  // what follows was included later
        }));
    SHAREWAY_RETURN_IF_ERROR(store()->Scan(
        kActPrefix, PrefixEnd(kActPrefix),
        [&](absl::string_view name, absl::string_view value, uint64_t) {
          const auto taken = static_cast<int64_t>(ReadBigEndian64(value));
          if (now - taken > absl::ToInt64Seconds(kActsKept)) write.Delete(name);
          return true;
        }));
    if (write.empty()) return absl::OkStatus();
    return store()->Commit(std::move(write)).status();
  }

  void Run() {
    absl::Status last;
    while (!stopped.HasBeenNotified()) {
      const uint64_t head = store()->LogHead(kLog);
      const absl::Status flushed = Flush();
      if (flushed != last && !flushed.ok()) log::Warn("evidence-waits", {{"status", flushed}});
      last = flushed;
      if (outbox->clock_->SinceBoot() >= next_sweep) {
        next_sweep = outbox->clock_->SinceBoot() + kSweepEvery;
        if (absl::Status swept = Sweep(); !swept.ok()) {
          log::Warn("outbox-sweep-failed", {{"status", swept}});
        }
      }
      if (flushed.ok()) {
        store()->WaitLog(kLog, head, kRetry);
      } else {
        stopped.WaitForNotificationWithTimeout(kRetry);
      }
    }
  }
};

Drain::Drain(Outbox* outbox, Sink* sink, const crypto::PrivateKey* key)
    : state_(std::make_unique<State>()) {
  state_->outbox = outbox;
  state_->sink = sink;
  state_->key = key;
  state_->head_at_start = outbox->store_->LogHead(kLog);
  state_->thread = std::thread([s = state_.get()] { s->Run(); });
}

Drain::~Drain() {
  state_->stopped.Notify();
  state_->thread.join();
}

std::optional<bool> Drain::rolled_back() const {
  const int known = state_->rolled_back;
  if (known < 0) return std::nullopt;
  return known == 1;
}

absl::Status Drain::Flush() { return state_->Flush(); }

}  // namespace shareway::outbox
