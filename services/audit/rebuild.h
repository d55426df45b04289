// SPDX-License-Identifier: Apache-2.0
// Gives a log that lost its disk the entries back that its copy lacks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
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
#include "services/audit/own_record.h"
#include "services/audit/start_gate.h"
#include "services/audit/store/entry.h"

namespace shareway::audit {

// An entry and the place it had.
struct RestoredEntry {
  uint64_t index = 0;
  EntryPtr entry = {};
};

// Collects entries from where the copy ends up to the largest head that a witness reported.
// When none is missing, and the tree over all of them has the root of every reported head, they
// are appended in their order; then the log serves, under a new incarnation of its own records,
// the first of which is LOG_RESTORED. Thread-safe.
//
// Crash order: entries are staged durably before a restore is answered, so that nobody sends
// them twice; they are appended only after the roots were compared, so whatever part of them a
// crash leaves in the log belongs there, and the next start goes on from it. The incarnation
// changes before the log serves, and staged entries are deleted last: a start that finds some
// that are in the log concludes what was left undone.
class Rebuild {
 public:
  struct Neighbours {
    kv::Store* store = nullptr;
    Audit* audit = nullptr;
    StartGate* gate = nullptr;
    OwnRecords* own = nullptr;
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
  // missing; the call that leaves none returns when the log serves.
  //
  // Different entries that are given for one index are all kept, three of one producer and 16
  // together at most, and logged; the roots choose among them.
  //
  // FAILED_PRECONDITION, NOT_REBUILDING; PERMISSION_DENIED, PRODUCER_UNKNOWN, naming
  // entries[i] that is another's or whose signature does not verify under a key of its
  // producer; UNAVAILABLE, LOG_FORKED, if no choice has the roots: the log never serves, keeps
  // the copy as it was, and forgets what was staged.
  absl::StatusOr<uint64_t> Restore(absl::string_view producer,
                                   const std::vector<RestoredEntry>& entries);

  // Concludes a rebuild that a crash cut short, and deletes what is staged. For a log that
  // serves from its start, before anything else is appended.
  absl::Status Conclude();

 private:
  // One of several entries that were given for an index.
  struct Rival {
    Hash32 commitment = {};
    std::string producer = {};
  };
  using Rivals = std::map<uint64_t, std::vector<Rival>>;  // by index, the first that came first
  using Staged = std::map<uint64_t, Hash32>;              // commitments, by index

  Rebuild(Neighbours neighbours, Staged staged, Rivals rivals)
      : of_(std::move(neighbours)), staged_(std::move(staged)), rivals_(std::move(rivals)) {}
  absl::Status CheckSender(absl::string_view producer, const Entry& entry);
  // `end`: the size of the largest reported head.
  absl::Status Stage(absl::string_view producer, const std::vector<RestoredEntry>& entries,
                     uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Keeps those that are given for an index that has another entry already.
  absl::Status StageRivals(absl::string_view producer, const std::vector<RestoredEntry>& entries)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many are missing; tells the gate and, every ten seconds, the operator.
  uint64_t CountMissing(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Finish(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Chooses among rivals so that the tree over copy and staged entries has every reported
  // root; DATA_LOSS if no choice that it tries does.
  absl::Status CompareRoots(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Chooses between the end of `edge` and `size` so that the root there is `want`; the edge
  // there.
  absl::StatusOr<RightEdge> Fit(const RightEdge& edge, uint64_t size, const Hash32& want)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // INTERNAL if an entry below `size` is not staged.
  absl::StatusOr<RightEdge> Extended(RightEdge edge, uint64_t size) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AppendStaged(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Renew() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RecordAndForget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes what lies in the log out of staged_ and rivals_.
  void DropAppended() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Neighbours of_;
  crypto::BatchVerifier verifier_;

  absl::Mutex mutex_;
  Staged staged_ ABSL_GUARDED_BY(mutex_);          // what is chosen where there are rivals
  Rivals rivals_ ABSL_GUARDED_BY(mutex_);          // where there are at least two
  uint64_t appended_ ABSL_GUARDED_BY(mutex_) = 0;  // of those that were staged; not in staged_
  uint64_t gap_ ABSL_GUARDED_BY(mutex_) = 0;       // nothing is missing below it
  absl::Duration told_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();  // since boot
  std::atomic<bool> finishing_ = false;
};

}  // namespace shareway::audit
