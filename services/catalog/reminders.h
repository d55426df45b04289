// SPDX-License-Identifier: Apache-2.0
// What the service does by itself, at start and every minute from then on: it sends reminders of stale data
// and deletes what uploads of documents left that did not end.
#pragma once

#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "services/catalog/assessments.h"
#include "services/catalog/freshness.h"

namespace shareway::catalog {

// Runs Freshness::Remind and Assessments::Sweep on a thread of its own; a failure is logged, and the next
// round goes on.
// Stops on destruction.
class Reminders {
 public:
  // Both must outlive it; `assessments` may be null.
  explicit Reminders(Freshness* freshness, absl::Duration round = absl::Minutes(1),
                     Assessments* assessments = nullptr)
      : freshness_(freshness), round_(round), assessments_(assessments) {}
  ~Reminders();
  Reminders(const Reminders&) = delete;
  Reminders& operator=(const Reminders&) = delete;

  // One round on the caller's thread; then the thread begins. Call it once.
  void Start();

 private:
  void Round();

  Freshness* const freshness_;
  const absl::Duration round_;
  Assessments* const assessments_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::catalog
