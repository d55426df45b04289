// SPDX-License-Identifier: Apache-2.0
// Opens the service once it knows enough to decide.
#include "services/sharing/rpc/readiness.h"

#include "absl/time/time.h"
#include "libs/log/log.h"

namespace shareway::sharing {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(10);
constexpr int kAuditPolls = 300;  // 3 s

}  // namespace

Readiness::Readiness(rpc::Server* server, std::function<bool()> knows,
                     std::function<void()> prepare,
                     std::function<std::optional<bool>()> rolled_back)
    : server_(server),
      knows_(std::move(knows)),
      prepare_(std::move(prepare)),
      rolled_back_(std::move(rolled_back)) {
  server_->SetReady(false, "the directory and the catalogue are not known yet");
  thread_ = std::thread([this] { Run(); });
}

Readiness::~Readiness() {
  stopped_.Notify();
  thread_.join();
}

void Readiness::Run() {
  while (!knows_()) {
    if (stopped_.WaitForNotificationWithTimeout(kPoll)) return;
  }
  prepare_();
  std::optional<bool> old = rolled_back_();
  for (int i = 0; i < kAuditPolls && !old; ++i) {
    if (stopped_.WaitForNotificationWithTimeout(kPoll)) return;
    old = rolled_back_();
  }
  if (!old) {
    log::Warn("audit-away", {});
    server_->SetReady(true);
  }
  // Audit may answer later than the service opened.
  while (!old) {
    if (stopped_.WaitForNotificationWithTimeout(kPoll * 100)) return;
    old = rolled_back_();
  }
  if (*old) {
    log::Error("rolled-back", {});
    server_->SetReady(false, "the store is older than what audit has seen");
    return;
  }
  server_->SetReady(true);
}

}  // namespace shareway::sharing
