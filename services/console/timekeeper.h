// SPDX-License-Identifier: Apache-2.0
// Time that nobody can set back.
#pragma once

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace shareway::console {

// The wall clock, but never earlier than the latest time seen, before the last start too, and never
// slower than boot time: a wall clock that is set back, or stands still, neither prolongs a session
// or lock-out nor revives one. Thread-safe.
class Timekeeper {
 public:
  // `clock` must outlive it. `latest` is what the store has seen.
  Timekeeper(const Clock* clock, absl::Time latest);

  absl::Time Now();
  // The wall clock as it is: for TOTP, which the person's device reckons by its own.
  absl::Time Wall() const { return clock_->Now(); }
  // How far the wall clock lies behind, once each time that it is found set back by more than 2 s.
  std::optional<absl::Duration> TakeStepBack();

 private:
  absl::Time NowLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock* const clock_;
  absl::Mutex mutex_;
  absl::Time base_ ABSL_GUARDED_BY(mutex_);
  absl::Duration base_boot_ ABSL_GUARDED_BY(mutex_);
  bool behind_ ABSL_GUARDED_BY(mutex_) = false;  // told already
};

}  // namespace shareway::console
