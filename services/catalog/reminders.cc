// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/reminders.h"

#include "libs/log/log.h"

namespace shareway::catalog {
namespace {

void Round(Freshness* freshness) {
  const absl::StatusOr<int> sent = freshness->Remind();
  if (!sent.ok()) {
    log::Warn("reminders-failed", {{"status", sent.status()}});
  } else if (*sent > 0) {
    log::Info("reminders-sent", {{"count", *sent}});
  }
}

}  // namespace

Reminders::~Reminders() {
  stopped_.Notify();
  if (thread_.joinable()) thread_.join();
}

void Reminders::Start() {
  Round(freshness_);
  thread_ = std::thread([this] {
    while (!stopped_.WaitForNotificationWithTimeout(round_)) Round(freshness_);
  });
}

}  // namespace shareway::catalog
