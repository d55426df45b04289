// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/reminders.h"

#include "libs/log/log.h"

namespace shareway::catalog {
void Reminders::Round() {
  const absl::StatusOr<int> sent = freshness_->Remind();
  if (!sent.ok()) {
    log::Warn("reminders-failed", {{"status", sent.status()}});
  } else if (*sent > 0) {
    log::Info("reminders-sent", {{"count", *sent}});
  }
  if (assessments_ == nullptr) return;
  const absl::StatusOr<int> swept = assessments_->Sweep();
  if (!swept.ok()) {
    log::Warn("sweep-failed", {{"status", swept.status()}});
  } else if (*swept > 0) {
    log::Info("uploads-swept", {{"count", *swept}});
  }
}

Reminders::~Reminders() {
  stopped_.Notify();
  if (thread_.joinable()) thread_.join();
}

void Reminders::Start() {
  Round();
  thread_ = std::thread([this] {
    while (!stopped_.WaitForNotificationWithTimeout(round_)) Round();
  });
}

}  // namespace shareway::catalog
