// SPDX-License-Identifier: Apache-2.0
// What the machine can do at best, and what its processes hold.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/crypto/hash.h"

namespace shareway::bench {

// Medians of one thread: a signature over one message, its check, and 1 KiB more in a file in
// `dir` made durable.
struct Limits {
  absl::Duration sign, verify, fdatasync;
};
Limits MeasureLimits(crypto::Suite suite, const std::string& dir);

// Proportional set size of a process in MiB: what it shares with others is divided among them.
double ProportionalMib(int pid);

}  // namespace shareway::bench
