// SPDX-License-Identifier: Apache-2.0
// Moves a node's witness: reports, follows the log, cosigns, links what peers told.
#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "services/exchange/audit_log.h"
#include "services/exchange/log_heads.h"
#include "services/exchange/witness.h"

namespace shareway::exchange {

// Three threads, so that neither a wait for the log nor one for the next second holds up
// the rest; they stop on destruction. At start, and whenever the stream of candidates
// ended, the log is told what was last cosigned before it is followed again.
class LogFollower {
 public:
  // All must outlive it.
  LogFollower(AuditLog* log, LogHeads* heads, Witness* witness);
  ~LogFollower();

 private:
  void Follow();
  absl::Status FollowOnce();
  void Cosign();
  void Link();
  // False once the follower stops.
  bool WaitTaken();

  AuditLog* const log_;
  LogHeads* const heads_;
  Witness* const witness_;
  absl::Notification stopped_;
  absl::Mutex mutex_;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;  // a candidate that is not cosigned yet
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread follows_, cosigns_, links_;
};

}  // namespace shareway::exchange
