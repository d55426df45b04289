// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/log/log.h"
#include "libs/outbox/keys.h"
#include "libs/outbox/once.h"
#include "libs/outbox/outbox.h"
#include "libs/outbox/placed.h"
#include "libs/outbox/sealed.h"

namespace shareway::outbox {
namespace {

constexpr size_t kBatchRecords = 256;
constexpr size_t kBatchBytes = 512 << 10;  // a sealed batch is one request
// How long the first entry of a batch waits for others. A batch costs its signature, three
// commits and two calls, whether it has one entry or all.
constexpr absl::Duration kFill = absl::Milliseconds(50);
constexpr size_t kProveBatches = 16;  // proven together: one range proof has 4096 entries
constexpr size_t kMostKnown = 4 * kProveBatches;
constexpr absl::Duration kKeepIncluded = absl::Hours(24 * 7);
constexpr absl::Duration kRetry = absl::Milliseconds(200);
constexpr absl::Duration kPollEvery = absl::Seconds(10);
constexpr absl::Duration kGiveBackEvery = absl::Seconds(5);
constexpr int kGiveUnplaced = 4;  // batches
constexpr absl::Duration kSweepEvery = absl::Minutes(10);
constexpr absl::Duration kActsKept = absl::Hours(1);  // acts are refused after minutes
// Checkpoints follow appends by some ten milliseconds, witnesses by a second.
constexpr absl::Duration kProveSoonest = absl::Milliseconds(10);

absl::Status Rebuilding() { return absl::UnavailableError("audit is being rebuilt"); }

}  // namespace

// Crash order: a batch is sealed durably, then sent, then its indices are kept,
// then it is proven, then it is marked included. A crash between any two repeats
// the step after it with the same bytes; audit knows each entry by its id.
struct Drain::State {
  Outbox* outbox;
  Sink* sink;
  const crypto::PrivateKey* key;
  Options options;
  std::unique_ptr<PlacedBatches> batches;
  // So that a batch is not read again: the one sealed last, and the commitments of those
  // that wait for their proof, by first entry.
  uint64_t newest_first = 0;
  Records newest;
  std::map<uint64_t, std::vector<Hash32>> known;

  absl::Mutex flushing;
  uint64_t head_at_start = 0;
  std::atomic<int> rolled_back = -1;  // -1: not known yet
  std::atomic<bool> audit_rolled_back = false;
  uint64_t safe_size = 0;
  // By boot time: when audit was last asked, unless something failed since; and when
  // it was given back what it lost.
  std::optional<absl::Duration> polled, gave_back;
  absl::Notification stopped;
  absl::Duration next_sweep = absl::ZeroDuration();
  std::thread thread;

  kv::Store* store() const { return outbox->store_; }

  // Signs what waits as one tree. Returns false if nothing waits.
  absl::StatusOr<bool> Seal(Mark* mark) {
    std::vector<std::string> payloads;
    size_t bytes = 0;
    SHAREWAY_RETURN_IF_ERROR(
        store()->ReadLog(kLog, mark->seal(), [&](uint64_t number, absl::string_view logged) {
          payloads.push_back(PayloadOf(logged, number));
          bytes += payloads.back().size() + 1024;
          return payloads.size() < kBatchRecords && bytes < kBatchBytes;
        }));
    if (payloads.empty()) return false;
    SHAREWAY_ASSIGN_OR_RETURN(Sealed sealed, SealBatch(*key, std::move(payloads)));
    Mark next = *mark;
    next.set_seal(mark->seal() + sealed.records.size());
    kv::Batch write;
    write.Put(SealedKey(mark->seal()), std::move(sealed.kept));
    write.Put(kMarkKey, next.SerializeAsString());
    SHAREWAY_RETURN_IF_ERROR(store()->Commit(std::move(write)).status());
    newest_first = mark->seal();
    newest = std::move(sealed.records);
    *mark = next;
    return true;
  }

  // The sealed batch that begins at entry `first`.
  absl::StatusOr<Records> Take(uint64_t first) {
    if (newest_first != first || newest.empty()) return batches->Load(first);
    return std::exchange(newest, Records());
  }

  absl::StatusOr<std::vector<Hash32>> CommitmentsOf(uint64_t first) {
    if (const auto it = known.find(first); it != known.end()) return it->second;
    SHAREWAY_ASSIGN_OR_RETURN(const Records records, batches->Load(first));
    return CommitmentsOf(records);
  }
  static std::vector<Hash32> CommitmentsOf(const Records& records) {
    std::vector<Hash32> commitments;
    commitments.reserve(records.size());
    for (const auto& record : records) commitments.push_back(evidence::Commitment(record));
    return commitments;
  }

  // Sends the sealed batch that begins at mark->deliver.
  absl::Status Deliver(Mark* mark) {
    SHAREWAY_ASSIGN_OR_RETURN(const Records records, Take(mark->deliver()));
    SHAREWAY_ASSIGN_OR_RETURN(const Sink::Appended appended, sink->Append(records));
    if (appended.indices.size() != records.size()) {
      return absl::InternalError(
          absl::StrCat(appended.indices.size(), " indices for ", records.size(), " records"));
    }
    safe_size = std::max(safe_size, appended.safe_size);
    Placement placement;
    placement.mutable_indices()->Assign(appended.indices.begin(), appended.indices.end());
    Mark next = *mark;
    next.set_deliver(mark->deliver() + records.size());
    kv::Batch write;
    write.Put(PlacedKey(mark->deliver()), placement.SerializeAsString());
    write.Put(kMarkKey, next.SerializeAsString());
    SHAREWAY_RETURN_IF_ERROR(store()->Commit(std::move(write)).status());
    if (known.size() < kMostKnown) known[mark->deliver()] = CommitmentsOf(records);
    *mark = next;
    return absl::OkStatus();
  }

  // Delivers what was there when it began, and what came meanwhile if it fills a batch.
  absl::Status DeliverAll(Mark* mark) {
    const uint64_t head = store()->LogHead(kLog);
    for (;;) {
      while (mark->deliver() < mark->seal()) {
        if (stopped.HasBeenNotified()) return absl::CancelledError("stopping");
        SHAREWAY_RETURN_IF_ERROR(Deliver(mark));
      }
      const uint64_t waiting = store()->LogHead(kLog) + 1 - mark->seal();
      if (mark->seal() > head && waiting < kBatchRecords) return absl::OkStatus();
      SHAREWAY_ASSIGN_OR_RETURN(const bool more, Seal(mark));
      if (!more) return absl::OkStatus();
    }
  }

  // Marks included what a witnessed checkpoint covers of up to `most` batches.
  // Returns true if that was all that these hold.
  absl::StatusOr<bool> Prove(Mark* mark, size_t most) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Placed> placed,
                              batches->Placements(mark->include(), most));
    std::vector<uint64_t> indices;
    std::vector<Hash32> commitments;
    for (const Placed& batch : placed) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Hash32> own, CommitmentsOf(batch.first));
      commitments.insert(commitments.end(), own.begin(), own.end());
      const auto& at = batch.placement.indices();
      indices.insert(indices.end(), at.begin(), at.end());
    }
    if (indices.size() != commitments.size() || indices.empty()) {
      return absl::DataLossError(absl::StrCat("batch ", mark->include(), " has ", indices.size(),
                                              " indices for ", commitments.size(), " records"));
    }
    const absl::StatusOr<size_t> answer = sink->ProveIncluded(indices, commitments);
    if (absl::IsDataLoss(answer.status())) SHAREWAY_RETURN_IF_ERROR(batches->ForgetUnproven(mark));
    SHAREWAY_ASSIGN_OR_RETURN(const size_t proven, answer);
    Mark next = *mark;
    kv::Batch write;
    for (Placed& batch : placed) {
      const uint64_t end = batch.first + static_cast<uint64_t>(batch.placement.indices_size());
      if (end - mark->include() > proven) break;
      batch.placement.set_included_seconds(absl::ToUnixSeconds(outbox->clock_->Now()));
      write.Put(PlacedKey(batch.first), batch.placement.SerializeAsString());
      next.set_include(end);
    }
    if (next.include() == mark->include()) return false;
    write.Put(kMarkKey, next.SerializeAsString());
    SHAREWAY_RETURN_IF_ERROR(store()->Commit(std::move(write)).status());
    known.erase(known.begin(), known.lower_bound(next.include()));
    const bool all = next.include() - mark->include() == indices.size();
    *mark = next;
    return all;
  }

  // Returns true once all that audit acknowledged is included. One batch is tried
  // before many: while nothing is witnessed a try should cost little.
  absl::StatusOr<bool> ProveAll(Mark* mark) {
    size_t most = 1;
    while (mark->include() < mark->deliver()) {
      if (stopped.HasBeenNotified()) return absl::CancelledError("stopping");
      SHAREWAY_ASSIGN_OR_RETURN(const bool all, Prove(mark, most));
      if (!all) return false;
      most = kProveBatches;
    }
    return true;
  }

  // Gives audit what it may have had after `last_sequence`, and does not say where: batches are
  // sent one after the other, so that it had the first of those without an answer, or none.
  absl::Status GiveUnplaced(uint64_t last_sequence, const Mark& mark, uint64_t* records) {
    uint64_t first = mark.deliver();
    for (int i = 0; i < kGiveUnplaced && first < mark.seal(); ++i) {
      SHAREWAY_ASSIGN_OR_RETURN(const Records sealed, batches->Load(first));
      if (sealed.empty()) break;
      first += sealed.size();
      if (first - 1 <= last_sequence) continue;
      const std::vector<uint64_t> nowhere(sealed.size(), kUnknownIndex);
      SHAREWAY_RETURN_IF_ERROR(sink->Restore(nowhere, sealed).status());
      *records += sealed.size();
    }
    return absl::OkStatus();
  }

  // Gives audit back what it acknowledged after `last_sequence` and lost.
  absl::Status GiveBack(uint64_t last_sequence, const Mark& mark) {
    const absl::Duration now = outbox->clock_->SinceBoot();
    if (gave_back && now - *gave_back < kGiveBackEvery) return Rebuilding();
    log::Warn("audit-rebuilds", {{"audit_has", last_sequence}});
    uint64_t records = 0, missing = 0;
    // First: audit tries to fill its gaps as soon as all else is there.
    SHAREWAY_RETURN_IF_ERROR(GiveUnplaced(last_sequence, mark, &records));
    for (uint64_t from = 0;;) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Placed> placed,
                                batches->Placements(from, kProveBatches));
      if (placed.empty()) break;
      for (const Placed& batch : placed) {
        if (stopped.HasBeenNotified()) return absl::CancelledError("stopping");
        const auto& at = batch.placement.indices();
        from = batch.first + static_cast<uint64_t>(at.size());
        if (from - 1 <= last_sequence) continue;
        SHAREWAY_ASSIGN_OR_RETURN(const Records lost, batches->Load(batch.first));
        SHAREWAY_ASSIGN_OR_RETURN(missing, sink->Restore({at.begin(), at.end()}, lost));
        records += lost.size();
      }
    }
    gave_back = outbox->clock_->SinceBoot();
    log::Info("audit-given-back", {{"records", records}, {"missing", missing}});
    return Rebuilding();
  }

  void TellAuditRolledBack(bool behind, uint64_t audit_has, uint64_t proven) {
    if (audit_rolled_back.exchange(behind) == behind) return;
    if (behind) {
      log::Error("audit-rolled-back", {{"audit_has", audit_has}, {"proven", proven}});
    } else {
      log::Info("audit-whole-again", {{"audit_has", audit_has}});
    }
    if (options.audit_rolled_back) options.audit_rolled_back(behind);
  }

  // Compares what audit has with what this store has and what was proven.
  absl::Status Poll(Mark* mark) {
    const absl::Duration now = outbox->clock_->SinceBoot();
    if (polled && now - *polled < kPollEvery) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const Sink::Seen seen, sink->LastSeen(outbox->incarnation_));
    if (seen.rebuilding) return GiveBack(seen.last_sequence, *mark);
    gave_back.reset();
    if (rolled_back < 0) {
      // Against the head at start: what this run appended must not hide a rollback.
      const bool behind = seen.last_sequence > head_at_start;
      if (behind) {
        log::Error("store-rolled-back",
                   {{"audit_has", seen.last_sequence}, {"store_has", head_at_start}});
      }
      rolled_back = behind;
    }
    TellAuditRolledBack(seen.last_sequence + 1 < mark->include(), seen.last_sequence,
                        mark->include() - 1);
    if (!audit_rolled_back && seen.last_sequence + 1 < mark->deliver()) {
      // Acknowledged, never witnessed, and lost with audit's disk: it goes anew.
      SHAREWAY_RETURN_IF_ERROR(batches->Forget(seen.last_sequence, mark));
    }
    polled = now;
    return absl::OkStatus();
  }

  absl::Status Round(Mark* mark) {
    SHAREWAY_RETURN_IF_ERROR(Poll(mark));
    if (rolled_back == 1) return absl::FailedPreconditionError("the store was rolled back");
    if (audit_rolled_back) return absl::FailedPreconditionError("audit was rolled back");
    return DeliverAll(mark);
  }

  // Delivers, and tries to prove `tries` times. Returns true if nothing is left to prove.
  absl::StatusOr<bool> Work(int tries) {
    absl::MutexLock lock(&flushing);
    absl::StatusOr<bool> done = [&]() -> absl::StatusOr<bool> {
      SHAREWAY_ASSIGN_OR_RETURN(Mark mark, batches->LoadMark());
      SHAREWAY_RETURN_IF_ERROR(Round(&mark));
      absl::Duration wait = kProveSoonest;
      for (; tries > 0; --tries) {
        SHAREWAY_ASSIGN_OR_RETURN(const bool all, ProveAll(&mark));
        if (all || tries == 1) return all;
        if (stopped.WaitForNotificationWithTimeout(wait)) break;
        wait = std::min(wait * 2, kRetry);
      }
      return mark.include() == mark.deliver();
    }();
    if (!done.ok()) Doubt();
    return done;
  }

  // Who answers next may be another audit, or one with another disk.
  void Doubt() {
    polled.reset();
    safe_size = 0;
  }

  // True if audit said moments ago that it lacks nothing which only this store may have.
  bool AuditIsWhole() {
    absl::StatusOr<Mark> mark = batches->LoadMark();
    if (mark.ok() && Poll(&*mark).ok()) return rolled_back == 0 && !audit_rolled_back;
    Doubt();
    return false;
  }

  // Deletes batches that are safe in audit, or were included 7 days ago, unless audit may
  // want them back; and acts and request ids that are too old to be taken again.
  absl::Status Sweep() {
    absl::MutexLock lock(&flushing);
    const absl::Time now = outbox->clock_->Now();
    kv::Batch write;
    if (AuditIsWhole()) {
      SHAREWAY_RETURN_IF_ERROR(batches->Drop(safe_size, now - kKeepIncluded, &write));
    }
    SHAREWAY_RETURN_IF_ERROR(
        store()->Scan(kActPrefix, PrefixEnd(kActPrefix),
                      [&](absl::string_view name, absl::string_view value, uint64_t) {
                        const auto taken = static_cast<int64_t>(ReadBigEndian64(value));
                        if (now - absl::FromUnixSeconds(taken) > kActsKept) write.Delete(name);
                        return true;
                      }));
    if (!write.empty()) {
      SHAREWAY_RETURN_IF_ERROR(store()->Commit(std::move(write)).status());
    }
    return SweepOnce(store(), now);
  }

  void SweepIfDue() {
    if (outbox->clock_->SinceBoot() < next_sweep) return;
    next_sweep = outbox->clock_->SinceBoot() + kSweepEvery;
    if (absl::Status swept = Sweep(); !swept.ok()) {
      log::Warn("outbox-sweep-failed", {{"status", swept}});
    }
  }

  void Run() {
    absl::Status last;
    absl::Duration wait = kProveSoonest;
    absl::Duration next_proof = absl::ZeroDuration();
    while (!stopped.HasBeenNotified()) {
      const uint64_t head = store()->LogHead(kLog);
      // New entries come faster than witnesses: they must not ask for a proof each.
      const bool proves = outbox->clock_->SinceBoot() >= next_proof;
      const absl::StatusOr<bool> worked = Work(proves ? 1 : 0);
      if (worked.status() != last && !worked.ok()) {
        log::Warn("evidence-waits", {{"status", worked.status()}});
      }
      last = worked.status();
      SweepIfDue();
      if (!worked.ok()) {
        stopped.WaitForNotificationWithTimeout(kRetry);
        continue;
      }
      if (proves) {
        wait = *worked ? kProveSoonest : std::min(wait * 2, kRetry);
        next_proof = outbox->clock_->SinceBoot() + wait;
      }
      if (!store()->WaitLog(kLog, head, *worked ? kRetry : wait)) continue;
      stopped.WaitForNotificationWithTimeout(kFill);
    }
  }
};

Drain::Drain(Outbox* outbox, Sink* sink, const crypto::PrivateKey* key, Options options)
    : state_(std::make_unique<State>()) {
  state_->outbox = outbox;
  state_->sink = sink;
  state_->key = key;
  state_->options = std::move(options);
  state_->batches = std::make_unique<PlacedBatches>(outbox->store_);
  state_->head_at_start = outbox->store_->LogHead(kLog);
  if (state_->options.thread) state_->thread = std::thread([s = state_.get()] { s->Run(); });
}

Drain::~Drain() {
  state_->stopped.Notify();
  if (state_->thread.joinable()) state_->thread.join();
}

std::optional<bool> Drain::rolled_back() const {
  const int known = state_->rolled_back;
  if (known < 0) return std::nullopt;
  return known == 1;
}

bool Drain::audit_rolled_back() const { return state_->audit_rolled_back; }

absl::Status Drain::Sweep() { return state_->Sweep(); }

absl::Status Drain::Flush() {
  SHAREWAY_ASSIGN_OR_RETURN(const bool proven, state_->Work(state_->options.tries));
  if (proven) return absl::OkStatus();
  return absl::UnavailableError("no witnessed checkpoint covers the entries yet");
}

}  // namespace shareway::outbox
