// SPDX-License-Identifier: Apache-2.0
// Opens the service once it knows enough to decide.
#pragma once

#include <functional>
#include <optional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "libs/rpc/server.h"

namespace shareway::sharing {

// Waits on a thread of its own until `knows` says yes, then asks `rolled_back` for up to 3 s:
// a store that is older than what audit has seen does not serve, now or later. Audit may be
// away: then the service opens. Stops on destruction.
class Readiness {
 public:
  // All must outlive it. `prepare` runs once, as soon as the service knows enough.
  Readiness(rpc::Server* server, std::function<bool()> knows, std::function<void()> prepare,
            std::function<std::optional<bool>()> rolled_back);
  ~Readiness();

 private:
  void Run();

  rpc::Server* const server_;
  const std::function<bool()> knows_;
  const std::function<void()> prepare_;
  const std::function<std::optional<bool>()> rolled_back_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::sharing
