// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/index_keeper.h"

#include <optional>

#include "absl/time/time.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr int kTicksBetween = 60;

}  // namespace

IndexKeeper::IndexKeeper(Datasets* datasets, const GrantTable* grants)
    : datasets_(datasets), grants_(grants), thread_([this] { Run(); }) {}

IndexKeeper::~IndexKeeper() {
  stopped_.Notify();
  thread_.join();
}

void IndexKeeper::Run() {
  std::optional<Revision> seen;
  int ticks = 0;
  do {
    const Revision now = grants_->revision();
    if (seen == now && ++ticks < kTicksBetween) continue;
    seen = now;
    ticks = 0;
    const absl::Status indexed = datasets_->Index([this] { return stopped_.HasBeenNotified(); });
    if (!indexed.ok()) log::Warn("datasets-not-indexed", {{"status", indexed}});
  } while (!stopped_.WaitForNotificationWithTimeout(kTick));
}

}  // namespace shareway::exchange
