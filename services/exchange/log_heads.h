// SPDX-License-Identifier: Apache-2.0
// The one history of the audit log that this node believes in, and the alarm when it
// is shown another (architecture section 4, Witnesses).
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/evidence/note.h"
#include "services/exchange/audit_log.h"
#include "services/exchange/domain/log_head.h"
#include "services/exchange/figures.h"
#include "services/exchange/store/witness_store.h"

namespace shareway::exchange {

// Within this time a head that another node knows must be linked to the own one.
inline constexpr absl::Duration kLinkWithin = absl::Seconds(60);

// All heads that this node takes for true lie on one history: each was linked to the
// newest one by a consistency proof before it was believed. Thread-safe.
//
// A head that the log signed and that does not fit is a fork: logged as `log-forked`,
// kept with the one that it contradicts, shown as shareway_exchange_log_fork 1. From
// then on nothing is believed, not even after a restart, until an operator names the
// fork's id in --log_fork_settled. The head that did not fit is then ignored for good,
// that very one and no other: more of its history is a fork again. Exchanges go on.
//
// While the log cannot be asked, heads that wait for longer than kLinkWithin are
// logged as `log-head-unlinked` and stop cosigning until they are linked: a log that
// is away is no forked log. One that answers, and in that time shows no link, is.
class LogHeads {
 public:
  struct Parts {  // all must outlive it
    AuditLog* log = nullptr;
    WitnessStore* store = nullptr;
    const Clock* clock = nullptr;
    Figures figures = {};
    std::string log_key = {};  // the pinned note verifier key
    std::string settled = {};  // id of a fork that an operator has settled
  };
  // Believes what the store holds. DATA_LOSS if it cannot be read or is not signed by
  // the pinned key.
  static absl::StatusOr<std::unique_ptr<LogHeads>> Open(Parts parts);

  // The newest head believed in; null before the first. For each exchange.
  LogHeadPtr newest() const;
  // Takes note of the head that another node sent; null: nothing. Costs a comparison,
  // and for a new one a place in a queue, which is left out when there is none: 64 for all,
  // 4 for one peer. What cannot be a head, by a root of other than 32 bytes or a signature of
  // more than 128, is dropped. For each exchange.
  void Heard(const LogHeadPtr& head, absl::string_view from);

  struct Believed;
  using BelievedPtr = std::shared_ptr<const Believed>;
  // A head that fits, and the newest one that it was found to fit with.
  struct Linked {
    BelievedPtr head = {};
    BelievedPtr with = {};
    const evidence::TreeHead& tree() const;
  };
  // Finds whether a note fits. `from` is who showed it. DATA_LOSS, PROOF_INVALID, if the
  // log did not sign it; DATA_LOSS, LOG_FORKED, if it does not fit, or another did not
  // before, and without an alarm, if it was settled that it does not fit; else what the
  // log answered instead of a proof.
  absl::StatusOr<Linked> Link(const std::string& note, absl::string_view from);
  // Makes it a head of the history, and the newest if it is larger: from now on it
  // travels. What this node was asked to cosign must be durable before: a log that loses
  // its disk is rebuilt to what witnesses know, and must not be taken for a forked one by
  // what only they were going to know. Errors as Link, if it must be linked anew.
  absl::Status Believe(Linked linked, absl::string_view from);
  // Links and believes what was heard. For one thread, some times a second.
  void CheckHeard();

  // True while this node may put its name to a head: no fork, nothing unlinked for long.
  bool may_cosign() const { return !forked_ && unlinked_ == 0; }
  bool forked() const { return forked_; }

 private:
  struct HeardHead {
    LogHeadPtr head = {};
    std::string from = {};
    absl::Duration since = {};  // boot time
  };

  explicit LogHeads(Parts parts) : parts_(std::move(parts)) {}
  absl::Status Restore();
  absl::Status RestoreForks();
  bool Settled(const LogHead& head) const;
  absl::StatusOr<BelievedPtr> Open(const std::string& note) const;
  // OK if one is the beginning of the other; LOG_FORKED if not.
  absl::Status Compare(const evidence::TreeHead& ours, const evidence::TreeHead& theirs) const;
  absl::Status Alarm(const std::string& ours, const std::string& theirs, absl::string_view from);
  absl::Status LinkHeard(const std::string& note, absl::string_view from);
  // False if it must be tried again.
  bool Settle(const HeardHead& heard, bool log_away, absl::Status* asked);
  void Forget(const HeardHead& heard);
  bool KnownLocked(const LogHead& head) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  BelievedPtr Newest() const;

  Parts parts_;
  std::vector<LogHeadPtr> settled_;  // of forks; never changes
  std::atomic<bool> forked_ = false;
  std::atomic<int> unlinked_ = 0;
  mutable absl::Mutex mutex_;
  BelievedPtr newest_ ABSL_GUARDED_BY(mutex_);
  std::deque<LogHeadPtr> believed_ ABSL_GUARDED_BY(mutex_);  // the last few besides
  std::vector<HeardHead> heard_ ABSL_GUARDED_BY(mutex_);
  absl::Duration unsigned_told_ = -absl::InfiniteDuration();  // CheckHeard's thread
};

}  // namespace shareway::exchange
