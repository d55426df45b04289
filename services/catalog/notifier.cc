// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/notifier.h"

#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::catalog {
namespace {

// So long it waits for a change without looking whether it has to end.
constexpr absl::Duration kWait = absl::Milliseconds(500);
constexpr absl::Duration kSweep = absl::Hours(24);

}  // namespace

Notifier::~Notifier() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool Notifier::Stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

absl::Status Notifier::Round() {
  while (!Stopping()) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool told, parts_.subscriptions->TellSome());
    if (!told) break;
  }
  const absl::Time now = parts_.clock->Now();
  if (now - swept_ < kSweep || Stopping()) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(parts_.subscriptions->DropOld());
  swept_ = now;
  return absl::OkStatus();
}

void Notifier::Run() {
  while (!Stopping()) {
    const absl::Status status = Round();
    if (status.ok()) {
      parts_.wait(kWait);
      continue;
    }
    log::Warn("notifications-late", {{"status", status}});
    absl::MutexLock lock(&mutex_);
    const auto stopping = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_; };
    mutex_.AwaitWithTimeout(absl::Condition(&stopping), parts_.pause);
  }
}

}  // namespace shareway::catalog
