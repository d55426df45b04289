// SPDX-License-Identifier: Apache-2.0
// Sends reminders of stale data by itself: at start, and every minute from then on.
#pragma once

#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "services/catalog/freshness.h"

namespace shareway::catalog {

// Runs Freshness::Remind on a thread of its own; a failure is logged, and the next round goes on.
// Stops on destruction.
class Reminders {
 public:
  // `freshness` must outlive it.
  explicit Reminders(Freshness* freshness, absl::Duration round = absl::Minutes(1))
      : freshness_(freshness), round_(round) {}
  ~Reminders();
  Reminders(const Reminders&) = delete;
  Reminders& operator=(const Reminders&) = delete;

  // One round on the caller's thread; then the thread begins. Call it once.
  void Start();

 private:
  Freshness* const freshness_;
  const absl::Duration round_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::catalog
