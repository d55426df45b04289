// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/first_exchanges.h"

#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

// The same report may be taken a moment later.
bool Passes(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsAborted(status);
}

}  // namespace

absl::Status FirstExchanges::Restore() {
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<std::string> settled, store_->LoadSupplied());
  absl::MutexLock lock(&mutex_);
  for (std::string& grant : settled) known_.insert(std::move(grant));
  return absl::OkStatus();
}

void FirstExchanges::Received(const Grant& grant, absl::string_view exchange, uint32_t attempt) {
  if (grant.request.empty()) return;  // nobody owes a supply
  absl::MutexLock lock(&mutex_);
  if (known_.contains(grant.name)) return;
  known_.insert(grant.name);
  waiting_.push_back({.grant = grant.name,
                      .exchange = std::string(exchange),
                      .attempt = attempt,
                      .time = clock_->Now()});
}

std::deque<FirstExchange> FirstExchanges::Take() {
  const absl::Duration now = clock_->SinceBoot();
  absl::MutexLock lock(&mutex_);
  while (!resting_.empty() && now - resting_.front().first >= kRest) {
    known_.erase(resting_.front().second);
    resting_.pop_front();
  }
  return std::exchange(waiting_, {});
}

absl::StatusOr<int> FirstExchanges::Tell(Send send) {
  std::deque<FirstExchange> firsts = Take();
  int told = 0;
  while (!firsts.empty()) {
    const absl::StatusOr<bool> settled = send(firsts.front());
    if (Passes(settled.status())) {
      absl::MutexLock lock(&mutex_);
      waiting_.insert(waiting_.begin(), firsts.begin(), firsts.end());
      return settled.status();
    }
    if (!settled.ok()) {
      log::Warn("first-exchange-refused",
                {{"grant", firsts.front().grant}, {"status", settled.status()}});
    }
    if (settled.ok() && *settled) {
      ++told;
      // Sharing knows; without the mark it is told once more after a restart.
      if (absl::Status marked = Settle(firsts.front()); !marked.ok()) {
        log::Warn("first-exchange-not-marked",
                  {{"grant", firsts.front().grant}, {"status", marked}});
      }
    } else {
      Rest(firsts.front());
    }
    firsts.pop_front();
  }
  return told;
}

absl::Status FirstExchanges::Settle(const FirstExchange& first) {
  kv::Batch batch;
  store_->PutSupplied(first.grant, first.exchange, &batch);
  return store_->Commit(std::move(batch));
}

void FirstExchanges::Rest(const FirstExchange& first) {
  absl::MutexLock lock(&mutex_);
  resting_.emplace_back(clock_->SinceBoot(), first.grant);
}

}  // namespace shareway::exchange
