// SPDX-License-Identifier: Apache-2.0
// What the console does by itself.
#include "services/console/upkeep.h"

#include "libs/log/log.h"
#include "services/console/accounts.h"
#include "services/console/sessions.h"

namespace shareway::console {
namespace {

constexpr absl::Duration kRound = absl::Minutes(1);

}  // namespace

void Upkeep(const Desk& desk) {
  const absl::StatusOr<int> accounts = AccountsDue(desk);
  if (!accounts.ok()) log::Warn("accounts-not-kept", {{"status", accounts.status()}});
  const absl::StatusOr<int> sessions = SessionsDue(desk);
  if (!sessions.ok()) log::Warn("sessions-not-kept", {{"status", sessions.status()}});
}

UpkeepLoop::~UpkeepLoop() {
  stopped_.Notify();
  if (thread_.joinable()) thread_.join();
}

void UpkeepLoop::Start() {
  Upkeep(*desk_);
  thread_ = std::thread([this] {
    while (!stopped_.WaitForNotificationWithTimeout(kRound)) Upkeep(*desk_);
  });
}

}  // namespace shareway::console
