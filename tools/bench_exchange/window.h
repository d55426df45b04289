// SPDX-License-Identifier: Apache-2.0
// How long a run takes, and who is watched meanwhile.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace shareway::bench {

struct Window {
  absl::Duration warm_up = absl::Seconds(2);
  absl::Duration length = absl::Seconds(4);
};

// A process by the name it is printed under.
struct Process {
  std::string name = {};
  int pid = 0;
};

inline std::vector<int> PidsOf(const std::vector<Process>& processes) {
  std::vector<int> pids;
  for (const Process& process : processes) pids.push_back(process.pid);
  return pids;
}

}  // namespace shareway::bench
