// SPDX-License-Identifier: Apache-2.0
// Failures of one account or one source, and the lock-out that five of them bring (GB/T 22239-2019,
// 8.1.4.1 b).
#pragma once

#include "absl/time/time.h"

namespace shareway::console {

inline constexpr int kMaxFailures = 5;
inline constexpr absl::Duration kLockout = absl::Minutes(30);

// A plain value. Failures that lie kLockout behind do not count any more.
struct Failures {
  int count = 0;
  absl::Time last = absl::InfinitePast();
  absl::Time locked_until = absl::InfinitePast();
  friend bool operator==(const Failures&, const Failures&) = default;
};

bool Locked(const Failures& failures, absl::Time now);
// After one more. Locked from the fifth on.
Failures Failed(const Failures& before, absl::Time now);

}  // namespace shareway::console
