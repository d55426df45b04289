// SPDX-License-Identifier: Apache-2.0
// Opens the console once it knows who is who, and that its store is no old copy.
#pragma once

#include <functional>
#include <optional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "libs/rpc/server.h"

namespace shareway::console {

// On a thread of its own: waits until `knows` says yes, runs `prepare`, and opens `server`, but not
// while `rolled_back` says that audit has seen more than the store holds; that is asked for 3 s
// before, and from then on until it is answered, since audit may be away. Stops on destruction.
class Opening {
 public:
  // All must outlive it.
  Opening(rpc::Server* server, std::function<bool()> knows, std::function<void()> prepare,
          std::function<std::optional<bool>()> rolled_back);
  ~Opening();
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

 private:
  void Run();
  // Polls up to `times`; nothing if it was not answered, or the process stops.
  std::optional<bool> AskRolledBack(int times, absl::Duration every);

  rpc::Server* const server_;
  const std::function<bool()> knows_;
  const std::function<void()> prepare_;
  const std::function<std::optional<bool>()> rolled_back_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::console
