// SPDX-License-Identifier: Apache-2.0
// The figures that a process publishes of itself, and what they say of a stretch of time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/cluster.h"

namespace shareway::bench {

// Values by series as they are published: name{label="value",…}.
using Figures = std::map<std::string, double>;

// What /metrics of a process says now. Ends the program if it does not answer.
Figures Scrape(const testing::Cluster& cluster, const std::string& process);

// Adds to `sum` what each series grew by from `before` to `after`.
void AddGrowth(const Figures& before, const Figures& after, Figures* sum);

// One histogram of seconds, as it grew.
struct Stage {
  std::string name = {};  // of the series, with its labels
  double count = 0;
  double mean_millis = 0;
  // As the buckets say, straight lines within them.
  double p50_millis = 0, p99_millis = 0;
};
// Of the histograms that grew, by name.
std::vector<Stage> StagesOf(const Figures& growth);

}  // namespace shareway::bench
