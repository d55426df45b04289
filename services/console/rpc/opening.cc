// SPDX-License-Identifier: Apache-2.0
// Opens the console once it knows who is who.
#include "services/console/rpc/opening.h"

#include <limits>

#include "absl/time/time.h"
#include "libs/log/log.h"

namespace shareway::console {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(10);

}  // namespace

Opening::Opening(rpc::Server* server, std::function<bool()> knows, std::function<void()> prepare,
                 std::function<std::optional<bool>()> rolled_back)
    : server_(server),
      knows_(std::move(knows)),
      prepare_(std::move(prepare)),
      rolled_back_(std::move(rolled_back)) {
  server_->SetReady(false, "the directory is not known yet");
  thread_ = std::thread([this] { Run(); });
}

Opening::~Opening() {
  stopped_.Notify();
  thread_.join();
}

std::optional<bool> Opening::AskRolledBack(int times, absl::Duration every) {
  std::optional<bool> answer = rolled_back_();
  for (int i = 0; i < times && !answer; ++i) {
    if (stopped_.WaitForNotificationWithTimeout(every)) return std::nullopt;
    answer = rolled_back_();
  }
  return answer;
}

void Opening::Run() {
  while (!knows_()) {
    if (stopped_.WaitForNotificationWithTimeout(kPoll)) return;
  }
  prepare_();
  std::optional<bool> old = AskRolledBack(300, kPoll);
  if (!old) {
    if (stopped_.HasBeenNotified()) return;
    log::Warn("audit-away");
    server_->SetReady(true);
    old = AskRolledBack(std::numeric_limits<int>::max(), absl::Seconds(1));
    if (!old) return;
  }
  if (*old) log::Error("rolled-back");
  server_->SetReady(!*old, *old ? "the store is older than what audit has seen" : "");
}

}  // namespace shareway::console
