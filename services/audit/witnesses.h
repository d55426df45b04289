// SPDX-License-Identifier: Apache-2.0
// The log's witnesses at work: which heads they are asked to cosign, and which they did.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/metrics/registry.h"
#include "services/audit/audit.h"
#include "services/audit/domain/start_rule.h"
#include "services/audit/domain/succession.h"
#include "services/audit/domain/witness_set.h"
#include "services/audit/own_record.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {

// The witnesses by the directory of today; nothing while it is not known. Asked every few
// milliseconds.
using WitnessesToday = std::function<std::optional<WitnessSet>()>;

// k of n must cosign the same head, so the log picks *candidates*: the newest signed head, at
// most one an interval, and at once if the last one is older. A candidate that a quorum of the
// set cosigned is *witnessed*; that is durable before anyone is told. Without witnesses every
// signed head is. Thread-safe.
//
// A change of the set is *announced* by a record, one at a time, and is in force once the set
// before it witnessed a head that covers the record: so whoever later asks enough of the old
// set, with a copy from before the change, learns of it. Whose lines count there domain/succession.h
// says; if nobody is left to ask the next signed head does (domain/start_rule.h knows).
//
// Crash order: when the first witness comes, the newest signed head is stored as witnessed, then
// the record that announces the set; from there on heads count with their cosignatures. The
// head that puts a set in force is stored before the set is: a start reads from it which one
// is. A crash between a candidate's last cosignature and its storing loses the candidate,
// unless enough of its witnesses report it at the next start; else they cosign the next.
class Witnesses {
 public:
  struct Options {
    absl::Duration candidate_interval = absl::Seconds(1);
    metrics::Registry* metrics = nullptr;  // required; must outlive it
  };
  // The sets and the newest witnessed checkpoint as the log has them. The pointers
  // must outlive it; `producer` is the service's URI. DATA_LOSS if the store is damaged.
  static absl::StatusOr<std::unique_ptr<Witnesses>> Open(kv::Store* store, const Audit* audit,
                                                         const LogReader* reader,
                                                         absl::string_view producer,
                                                         Options options);
  ~Witnesses();

  // Starts to pick candidates, and to keep the set as `today` says, each change of it an own
  // record WITNESSES_CHANGED. Once, when the log serves. `own` must outlive it.
  void Start(OwnRecords* own, WitnessesToday today);

  // Heads that witnesses reported at a start, by node, all of them in the log: what a quorum
  // cosigned of it is witnessed from here on, durably, and what others still cosign counts, too.
  // So a log that was rebuilt is witnessed as far as it was before. Before Start; repeating it
  // is harmless. Nobody remembers when such a head was signed: its time is now.
  absl::Status Recall(const std::map<std::string, CosignedHead>& reported);

  // The set in force.
  WitnessSet set() const;
  // True for a member of the set in force or of the announced one.
  bool IsMember(absl::string_view node) const;
  // Reads again what Open read, which a rebuild may have changed; before Start. All sets that may
  // be in force by the log as it is, but for empty ones. DATA_LOSS as Open.
  absl::StatusOr<std::vector<WitnessSet>> Reread();
  // The newest witnessed checkpoint; of size 0 without a note if there is none yet.
  std::shared_ptr<const WitnessedCheckpoint> newest() const;
  // True once a witnessed checkpoint covers `size` entries; false after `timeout`.
  bool WaitCovers(uint64_t size, absl::Duration timeout) const;

  struct Candidate {
    uint64_t number = 0;  // dense, from 1
    Checkpoint checkpoint = {};
    struct Cosignature {
      std::string line = {};
      std::string verifier_key = {};
    };
    std::map<std::string, Cosignature> cosignatures = {};  // by node
    bool witnessed = false;
  };
  // The newest candidate if its number is above `number`; waits for one up to `timeout`.
  std::optional<Candidate> WaitCandidate(uint64_t number, absl::Duration timeout) const;

  // Takes the signature line of `node` over a candidate's note. True if the candidate is
  // witnessed. PERMISSION_DENIED, NOT_A_WITNESS, unless the node is a member and the line by
  // its key there; FAILED_PRECONDITION, CANDIDATE_UNKNOWN, for a note that is none of the last
  // 16 candidates; INVALID_ARGUMENT, PROOF_INVALID, for a signature that does not verify.
  absl::StatusOr<bool> Cosign(absl::string_view node, absl::string_view note,
                              absl::string_view line);

 private:
  struct Metrics {
    explicit Metrics(metrics::Registry* registry);
    metrics::Gauge set_size;
    metrics::Gauge size;
    metrics::Gauge age;
  };
  Witnesses(kv::Store* store, const Audit* audit, const LogReader* reader,
            absl::string_view producer, Options options);
  void Run(OwnRecords* own, const WitnessesToday& today);
  // Announces `listed` if it is another set and none is announced. On an error the set
  // stays; try again.
  absl::Status Follow(OwnRecords* own, const WitnessSet& listed);
  void Measure();
  void Pick();
  void AddCandidate(Candidate candidate) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Store(WitnessedCheckpoint witnessed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(settling_);
  // Stores what has become witnessed, and puts the announced set in force when it may be.
  absl::Status Settle();
  // The newest checkpoint that enough cosigned and that is not stored yet.
  std::optional<WitnessedCheckpoint> NextWitnessed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Puts the announced set in force if it may be; true if it did.
  bool TakeOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(settling_);
  Candidate* Find(absl::string_view note) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The candidate as a witnessed checkpoint if enough cosigned it.
  std::optional<WitnessedCheckpoint> Complete(const Candidate& candidate) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  kv::Store* const store_;
  const Audit* const audit_;
  const LogReader* const reader_;
  const std::string producer_;
  const absl::Duration interval_;
  Metrics metrics_;

  absl::Mutex settling_;  // choosing, storing and taking over; taken before mutex_
  mutable absl::Mutex mutex_;
  Succession succession_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const WitnessedCheckpoint> newest_ ABSL_GUARDED_BY(mutex_);  // with witnesses
  std::deque<Candidate> candidates_ ABSL_GUARDED_BY(mutex_);  // oldest first
  absl::Duration picked_ ABSL_GUARDED_BY(mutex_) = {};        // since boot
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace shareway::audit
