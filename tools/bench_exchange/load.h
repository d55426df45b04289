// SPDX-License-Identifier: Apache-2.0
// Calls in a closed loop or at a given rate, and what they cost.
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
  std::vector<double> cpu_micros_of = {};  // of each: those watched, in order, then this one
  absl::Duration p50, p99;
  long calls = 0;
  long errors = 0;
  absl::Status first_error;
};

// Starts one call; `done` is called once with its outcome, from any thread.
using StartCall = std::function<void(std::function<void(absl::Status)> done)>;

// Called when counting begins and when it has ended, while calls go on.
struct Edges {
  std::function<void()> begin = {};
  std::function<void()> end = {};
};

// Keeps `outstanding` calls in flight for `warm_up`, then counts for `length`.
Run RunLoad(const StartCall& start, int outstanding, absl::Duration warm_up, absl::Duration length,
            const std::vector<int>& pids, const Edges& edges = {});

// Starts calls at even distances, whether or not those before have ended. Times count from
// the instant at which a call was due, so that a queue is not hidden. What is due while
// 8,192 are in flight counts as an error.
Run RunRate(const StartCall& start, double per_second, absl::Duration warm_up,
            absl::Duration length, const std::vector<int>& pids);

double Median(std::vector<double> values);

}  // namespace shareway::bench
