// SPDX-License-Identifier: Apache-2.0
// This node as a witness of the audit log: what it signs, and what it keeps for it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "services/exchange/audit_log.h"
#include "services/exchange/figures.h"
#include "services/exchange/log_heads.h"
#include "services/exchange/store/witness_store.h"

namespace shareway::exchange {

// Cosigns heads of the log, each larger than the last and linked to it, and at most one a
// second, over restarts too. A head is cosigned only after it, and all of the log's own
// entries below it, are durable here: the log itself has no outbox, and may lose its disk.
//
// A node without a witness key, or with one that the directory does not list, follows the log all
// the same, so that it can tell its peers. It keeps, and believes, only what a quorum of the
// others cosigned: the log asks it nothing when it lost its disk, and goes back no further than
// to what was witnessed. A head beyond that, kept here, would look like a fork.
//
// One whose store is an old copy may have forgotten what it cosigned: it neither reports nor
// cosigns (FAILED_PRECONDITION, ROLLED_BACK). While that is not known yet it reports, since the
// log may wait for that, and does not cosign (UNAVAILABLE). rpc/log_follower moves it.
// Thread-safe, but Cosign is for one thread.
class Witness {
 public:
  struct Parts {  // all must outlive it
    AuditLog* log = nullptr;
    LogHeads* heads = nullptr;
    WitnessStore* store = nullptr;
    const Clock* clock = nullptr;
    Figures figures = {};
    const crypto::PrivateKey* key = nullptr;  // Ed25519; null: this node is no witness
    std::string node = {};                    // agencies/{a}/nodes/{n}: the name it signs under
    std::string log_key = {};                 // the pinned note verifier key
    // True if the directory lists the key: only then the log hears what this node reports.
    std::function<bool()> listed = [] { return true; };
    // True if a majority of the log's witnesses cosigned a note. See rpc::Witnessed.
    std::function<bool(const WitnessedNote&)> witnessed = [](const WitnessedNote&) { return true; };
    // True: the store is an old copy. Unset: not known yet. See outbox::Drain::rolled_back.
    std::function<std::optional<bool>()> rolled_back = [] { return false; };
  };
  // DATA_LOSS if what the store holds cannot be read; INVALID_ARGUMENT for a key that
  // is not Ed25519.
  static absl::StatusOr<std::unique_ptr<Witness>> Open(Parts parts);

  // Tells the log what was last cosigned. True if the log serves, also to a node that is
  // no witness.
  absl::StatusOr<bool> Report();
  // Gives the log its own entries below the head last cosigned back if it lost them; every
  // five seconds at most.
  absl::Status GiveBack();

  // From which index on a new stream is to bring own entries: what was taken beyond the
  // head last cosigned comes again, since the log may have lost it, and have others there.
  uint64_t Rewind();
  // Keeps a candidate's own entries durably. The last one taken is what Cosign is about.
  absl::Status Take(Candidate candidate);

  // How long until a new head may be cosigned.
  absl::Duration Wait() const;
  // Links, keeps and cosigns the newest candidate taken, if there is one; if this node does not
  // cosign, the newest witnessed head instead, and the candidate waits for the next call until it
  // is witnessed. An error leaves it for the next call, too, unless it is of no use: UNAVAILABLE
  // before Wait is over, or if the log cannot be asked; FAILED_PRECONDITION while may_cosign is
  // false; DATA_LOSS as LogHeads::Link.
  absl::Status Cosign();

 private:
  struct Last {
    evidence::TreeHead head = {};
    WitnessedHead kept = {};
  };

  explicit Witness(Parts parts) : parts_(std::move(parts)) {}
  absl::Status Restore();
  // OK if this node is no witness, or its store is known to be no old copy.
  absl::Status CheckStore();
  std::optional<Last> last() const;
  uint64_t own_next() const;
  // The line over a head. The same whenever it is made, but under a new key.
  absl::StatusOr<std::string> LineOver(const Last& last) const;
  bool cosigns() const { return parts_.key != nullptr && parts_.listed(); }
  // For the next call, unless a newer one came.
  void PutBack(Candidate candidate);
  absl::Status CosignCandidate(const Candidate& candidate);
  // Believes and keeps the newest witnessed head. True if it is as large as the candidate.
  absl::StatusOr<bool> FollowWitnessed(const Candidate& candidate);
  // Believes what was kept, unless it does already: the log may have gone away between the two.
  absl::Status BelieveKept(const Last& kept);
  // Makes the head the last one, durably.
  absl::Status Keep(const evidence::TreeHead& head, const Candidate& candidate);

  Parts parts_;
  mutable absl::Mutex mutex_;
  std::optional<Last> last_ ABSL_GUARDED_BY(mutex_);
  // By boot time.
  absl::Duration not_before_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  std::optional<Candidate> candidate_ ABSL_GUARDED_BY(mutex_);  // without own entries
  uint64_t own_next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool told_rolled_back_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration gave_back_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace shareway::exchange
