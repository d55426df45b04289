// SPDX-License-Identifier: Apache-2.0
// Where time comes from. Nothing else in the project reads a clock.
#pragma once

#include "absl/time/time.h"

namespace shareway {

// Two clocks: the wall, for evidence and deadlines of law, and boot time, for
// leases, which no one can set. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock. May jump.
  virtual absl::Time Now() const = 0;

  // Time since boot, suspended time included. Never goes back.
  virtual absl::Duration SinceBoot() const = 0;
};

// The machine's clocks. Lives as long as the process.
const Clock& SystemClock();

}  // namespace shareway
