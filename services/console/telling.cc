// SPDX-License-Identifier: Apache-2.0
// Tells people and agencies, while the console serves.
#include "services/console/telling.h"

#include <utility>

#include "libs/log/log.h"

namespace shareway::console {
namespace {

// How often sources are asked, and letters are looked for.
constexpr absl::Duration kAsk = absl::Minutes(1);
constexpr absl::Duration kLook = absl::Seconds(3);

}  // namespace

Telling::Telling(const Desk* desk, const Carriers* carriers, std::vector<NewsSource> sources,
                 std::function<absl::Status()> ready, metrics::Registry* registry)
    : carriers_(carriers),
      ready_(std::move(ready)),
      teller_(desk, std::move(sources)),
      courier_(desk, carriers, registry) {
  if (registry != nullptr) {
    failed_rounds_ = registry->AddCounter("shareway_console_news_failed_total",
                                          "Questions for news that were not answered.");
  }
  if (carriers_->mail || carriers_->call) mail_ = std::thread([this] { Mail(); });
  if (carriers_->call) call_ = std::thread([this] { Call(); });
}

Telling::~Telling() {
  stopped_.Notify();
  if (mail_.joinable()) mail_.join();
  if (call_.joinable()) call_.join();
}

void Telling::Mail() {
  absl::Time asked = absl::InfinitePast();
  while (!stopped_.WaitForNotificationWithTimeout(kLook)) {
    if (!ready_().ok()) continue;
    if (absl::Now() - asked >= kAsk || absl::Now() < asked) {
      asked = absl::Now();
      const int failures = teller_.failures();
      const absl::StatusOr<int> told = teller_.Round();
      failed_rounds_.Add(teller_.failures() - failures);
      if (!told.ok()) log::Warn("nobody-told", {{"status", told.status()}});
    }
    const absl::StatusOr<int> sent = courier_.MailRound();
    if (!sent.ok()) log::Warn("mail-not-sent", {{"status", sent.status()}});
    const absl::Status measured = courier_.Measure();
    if (!measured.ok()) log::Warn("letters-not-counted", {{"status", measured}});
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
