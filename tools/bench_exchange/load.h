// SPDX-License-Identifier: Apache-2.0
// A closed loop of asynchronous calls, and what it cost.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace shareway::bench {

// What one run saw.
struct Run {
  double per_second = 0;
  double cpu_micros = 0;  // of the processes watched and this one, per call
  absl::Duration p50, p99;
  long errors = 0;
  absl::Status first_error;
};

// Starts one call; `done` is called once with its outcome, from any thread.
using StartCall = std::function<void(std::function<void(absl::Status)> done)>;

// Keeps `outstanding` calls in flight for `warm_up`, then counts for `length`.
Run RunLoad(const StartCall& start, int outstanding, absl::Duration warm_up, absl::Duration length,
            const std::vector<int>& pids);

double Median(std::vector<double> values);

}  // namespace shareway::bench
