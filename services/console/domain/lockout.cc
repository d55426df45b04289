// SPDX-License-Identifier: Apache-2.0
// Failures of one account or one source, and the lock-out that they bring.
#include "services/console/domain/lockout.h"

namespace shareway::console {

bool Locked(const Failures& failures, absl::Time now) { return now < failures.locked_until; }

Failures Failed(const Failures& before, absl::Time now) {
  // A lock-out that is over begins a new count: it may have been kLockout long to the instant.
  const bool served = before.locked_until != absl::InfinitePast() && !Locked(before, now);
  Failures after = now - before.last >= kLockout || served ? Failures() : before;
  ++after.count;
  after.last = now;
  if (after.count >= kMaxFailures && !Locked(after, now)) after.locked_until = now + kLockout;
  return after;
}

}  // namespace shareway::console
