// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/first_exchange_report.h"

#include <algorithm>
#include <utility>

#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

}  // namespace

absl::StatusOr<bool> TellSharing(rpc::Channel* sharing, const FirstExchange& first) {
  sharing::v1::ReportFirstExchangeRequest request;
  request.set_grant(first.grant);
  request.set_exchange(first.exchange);
  request.set_attempt(first.attempt);
  *request.mutable_receive_time() = evidence::ToTimestamp(first.time);
  const auto told = sharing->Unary<sharing::v1::ReportFirstExchangeResponse>(
      "/shareway.sharing.v1.GrantService/ReportFirstExchange", request);
  if (!told.ok()) return told.status();
  return told->settled();
}

FirstExchangeReport::FirstExchangeReport(std::shared_ptr<rpc::Channel> sharing,
                                         FirstExchanges* firsts)
    : sharing_(std::move(sharing)), firsts_(firsts), thread_([this] { Run(); }) {}

FirstExchangeReport::~FirstExchangeReport() {
  stopped_.Notify();
  thread_.join();
}

void FirstExchangeReport::Run() {
  absl::Duration pause = kTick;
  while (!stopped_.WaitForNotificationWithTimeout(pause)) {
    const absl::StatusOr<int> told = firsts_->Tell(
        [this](const FirstExchange& first) { return TellSharing(sharing_.get(), first); });
    if (!told.ok()) log::Warn("first-exchanges-wait", {{"status", told.status()}});
    pause = told.ok() ? kTick : std::min(2 * pause, kLongestPause);
  }
}

}  // namespace shareway::exchange
