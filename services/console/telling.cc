// SPDX-License-Identifier: Apache-2.0
// Tells people and agencies, while the console serves.
#include "services/console/telling.h"

#include <algorithm>
#include <utility>

#include "libs/log/log.h"

namespace shareway::console {
namespace {

// How often letters are looked for.
constexpr absl::Duration kLook = absl::Seconds(3);

}  // namespace

Telling::Telling(const Desk* desk, const Carriers* carriers, std::vector<NewsSource> sources,
                 absl::Duration every, std::function<absl::Status()> ready,
                 metrics::Registry* registry)
    : carriers_(carriers),
      every_(every),
      ready_(std::move(ready)),
      teller_(desk, std::move(sources)),
      courier_(desk, carriers, registry) {
  if (registry != nullptr) {
    failed_rounds_ = registry->AddCounter("shareway_console_news_failed_total",
                                          "Questions for news that were not answered.");
  }
  if (carriers_->mail || carriers_->call) ask_ = std::thread([this] { Ask(); });
  if (carriers_->mail) mail_ = std::thread([this] { Mail(); });
  if (carriers_->call) call_ = std::thread([this] { Call(); });
}

Telling::~Telling() {
  stopped_.Notify();
  if (carriers_->stop != nullptr) carriers_->stop->store(true);
  if (ask_.joinable()) ask_.join();
  if (mail_.joinable()) mail_.join();
  if (call_.joinable()) call_.join();
}

void Telling::Ask() {
  // Soon after the start for the first time.
  absl::Duration wait = std::min(kLook, every_);
  while (!stopped_.WaitForNotificationWithTimeout(wait)) {
    if (!ready_().ok()) continue;
    wait = every_;
    const int failures = teller_.failures();
    const absl::StatusOr<int> told = teller_.Round();
    failed_rounds_.Add(teller_.failures() - failures);
    if (!told.ok()) log::Warn("nobody-told", {{"status", told.status()}});
    const absl::Status measured = courier_.Measure();
    if (!measured.ok()) log::Warn("letters-not-counted", {{"status", measured}});
  }
}

void Telling::Mail() {
  while (!stopped_.WaitForNotificationWithTimeout(kLook)) {
    if (!ready_().ok()) continue;
    const absl::StatusOr<int> sent = courier_.MailRound();
    if (!sent.ok()) log::Warn("mail-not-sent", {{"status", sent.status()}});
  }
}

void Telling::Call() {
  while (!stopped_.WaitForNotificationWithTimeout(kLook)) {
    if (!ready_().ok()) continue;
    const absl::StatusOr<int> sent = courier_.CallRound();
    if (!sent.ok()) log::Warn("webhooks-not-called", {{"status", sent.status()}});
  }
}

}  // namespace shareway::console
