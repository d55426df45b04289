// SPDX-License-Identifier: Apache-2.0
// A benchmark goes on or ends: its steps do not fail.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"

namespace shareway::bench {

// Ends the program with the step's name unless `status` is OK.
inline void CheckStep(const absl::Status& status, const char* step) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_exchange: %s: %s\n", step, status.ToString().c_str());
  std::exit(1);
}

}  // namespace shareway::bench
