// SPDX-License-Identifier: Apache-2.0
// What the console does by itself: at each start, and every minute from then on.
#pragma once

#include <thread>

#include "absl/synchronization/notification.h"
#include "services/console/desk.h"

namespace shareway::console {

// Suspends stale accounts and those beyond their contract, files what roles the directory shows,
// ends sessions and codes that are over, writes what was tallied. What fails is logged and taken up
// at the next round. Reads every account once.
void Upkeep(const Desk& desk);

// Upkeep every minute on a thread of its own. Stops on destruction.
class UpkeepLoop {
 public:
  // `desk` must outlive it.
  explicit UpkeepLoop(const Desk* desk) : desk_(desk) {}
  ~UpkeepLoop();
  UpkeepLoop(const UpkeepLoop&) = delete;
  UpkeepLoop& operator=(const UpkeepLoop&) = delete;

  // Upkeep once, on the caller's thread; then the loop begins. Call it once.
  void Start();

 private:
  const Desk* const desk_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::console
