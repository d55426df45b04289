// SPDX-License-Identifier: Apache-2.0
// A clock that tests move.
#pragma once

#include <atomic>

#include "libs/base/clock.h"

namespace shareway {

// Starts at the given wall time and moves only when told to. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1790000000))
      : nanos_(absl::ToUnixNanos(start)) {}

  absl::Time Now() const override { return absl::FromUnixNanos(nanos_ + jump_nanos_); }
  absl::Duration SinceBoot() const override { return absl::Nanoseconds(nanos_.load()); }

  // Time passes, on both clocks.
  void Advance(absl::Duration by) { nanos_ += absl::ToInt64Nanoseconds(by); }
  // Somebody sets the wall clock; boot time does not move.
  void Jump(absl::Duration by) { jump_nanos_ += absl::ToInt64Nanoseconds(by); }

 private:
  std::atomic<int64_t> nanos_;
  std::atomic<int64_t> jump_nanos_ = 0;
};

}  // namespace shareway
