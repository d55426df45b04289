// SPDX-License-Identifier: Apache-2.0
// What the service does by itself: at each start, and every minute from then on.
#pragma once

#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// What the end of a period, or its mark, does by rule: nobody acts. Each is bounded and goes on
// where it stopped at the next round; it answers how much it changed. One that fails is logged and
// does not hinder the others.
struct Duty {
  absl::string_view name;
  absl::StatusOr<int> (*run)(const Desk& desk);
};

// All of them, in the order in which they run. A package adds its own function to the list.
const std::vector<Duty>& Duties();

// Runs every duty once, for the desk's now. Returns how much they changed together.
int RunDuties(const Desk& desk);

// Trims the grant log to its newest million changes (architecture.md section 3) and runs the
// duties, that on clocks before all others. What fails is logged; a duty is taken up by the next
// round.
void Upkeep(const Desk* desk);

// Runs the duties every minute on a thread of its own. Stops on destruction.
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

}  // namespace shareway::sharing
