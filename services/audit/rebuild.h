// SPDX-License-Identifier: Apache-2.0
// Gives a log that lost its disk the entries back that its copy lacks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/key.h"
#include "libs/kv/store.h"
#include "services/audit/audit.h"
#include "services/audit/own_entries.h"
#include "services/audit/own_record.h"
#include "services/audit/staging.h"
#include "services/audit/start_gate.h"
#include "services/audit/store/entry.h"

namespace shareway::audit {

// Collects entries from where the copy ends up to the largest head that a witness reported.
// When none is missing, and the tree over all of them has the root of every reported head, they
// are appended in their order; then the log serves, under a new incarnation of its own records,
// the first of which is LOG_RESTORED. Thread-safe.
//
// Entries without a place fill what is missing, if with them the tree has those roots; those
// that it has no place for were never witnessed, and their producer appends them anew. While no
// choice has the roots, nothing is forgotten and nothing is served: who has the right entries
// may still come. Only what is new is a reason to try again, and four fifths of the time it
// rests.
//
// Crash order: entries are staged durably before a restore is answered, so that nobody needs to
// send them twice; those without a place are staged at the one that was found for them, in one
// commit, before any is appended. They are appended only after the roots were compared, so
// whatever part of them a crash leaves in the log belongs there, and the next start goes on from
// it. The incarnation changes before the log serves, and staged entries are deleted last: a start
// that finds some that are in the log concludes what was left undone.
class Rebuild {
 public:
  struct Neighbours {
    kv::Store* store = nullptr;
    Audit* audit = nullptr;
    StartGate* gate = nullptr;
    OwnRecords* own = nullptr;
    const OwnEntries* own_entries = nullptr;
    crypto::PublicKey message_key = {};  // of the service's own records, today
    // The message key of `owner` (services/{s}) with this id, whatever became of it since.
    std::function<std::optional<crypto::PublicKey>(const Hash32& id, absl::string_view owner)>
        message_key_of = {};
  };
  // Takes up what was staged before. The pointers must outlive it. DATA_LOSS if a staged
  // entry is damaged.
  static absl::StatusOr<std::unique_ptr<Rebuild>> Open(Neighbours neighbours);

  // Takes entries from `producer`, a shareway:// URI: its own, and those of the log itself if
  // one of the log's keys signed them. Durable once it answers how many entries are still
  // missing, at least 1 while the log does not serve; the call that makes it whole returns when
  // it serves. What comes while the roots are compared may not be taken: give it again.
  //
  // Different entries that are given for one index are all kept, within the bounds of Staging;
  // the roots choose among them.
  //
  // FAILED_PRECONDITION, NOT_REBUILDING; PERMISSION_DENIED, PRODUCER_UNKNOWN, naming
  // entries[i] that is another's or whose signature does not verify under a key of its
  // producer; INVALID_ARGUMENT for one of the log's own without a place: it is known to all who
  // have the entry.
  absl::StatusOr<uint64_t> Restore(absl::string_view producer,
                                   const std::vector<RestoredEntry>& entries);

  // Concludes a rebuild that a crash cut short, and deletes what is staged. For a log that
  // serves from its start, before anything else is appended.
  absl::Status Conclude();

 private:
  // Why the log does not serve though nothing is missing.
  struct Misfit {
    uint64_t fits = 0;  // entries of the largest head that has the root of those staged
    uint64_t head = 0;  // entries of the next one, which has another
    std::vector<uint64_t> suspects = {};  // disputed indices; the first and last if there are none
  };

  Rebuild(Neighbours neighbours, Staging staging)
      : of_(std::move(neighbours)), staging_(std::move(staging)) {}
  absl::Status CheckSender(absl::string_view producer, const Entry& entry);
  // `end`: the size of the largest reported head. How many indices below it have no entry.
  uint64_t CountMissing(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Tells the gate and, every ten seconds, the operator; the number to answer.
  uint64_t TellMissing(uint64_t missing, uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Appends all, if anything that is staged has the roots.
  absl::Status Finish(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Chooses and places so that the tree over copy and staged entries has every reported root;
  // false if it finds no such choice.
  absl::StatusOr<bool> Fit(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AppendStaged(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Renew() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets what was staged and is in the log by now.
  void DropAppended() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RecordAndForget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Neighbours of_;
  crypto::BatchVerifier verifier_;
  std::atomic<bool> finishing_ = false;

  absl::Mutex mutex_;
  Staging staging_ ABSL_GUARDED_BY(mutex_);
  // Of those that were staged: how many are in the log, and where they end there.
  uint64_t appended_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t appended_to_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Misfit> misfit_ ABSL_GUARDED_BY(mutex_);
  // Was anything staged since the last try, and for which size that was.
  bool fresh_ ABSL_GUARDED_BY(mutex_) = true;
  uint64_t tried_end_ ABSL_GUARDED_BY(mutex_) = 0;
  // Since boot.
  absl::Duration rests_until_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration told_missing_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration told_misfit_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace shareway::audit
