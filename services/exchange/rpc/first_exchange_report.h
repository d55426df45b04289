// SPDX-License-Identifier: Apache-2.0
// Tells sharing of the first exchange under each grant.
#pragma once

#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "libs/rpc/channel.h"
#include "services/exchange/first_exchanges.h"

namespace shareway::exchange {

// Tells one by GrantService.ReportFirstExchange; whether nothing is left to be told of its grant.
absl::StatusOr<bool> TellSharing(rpc::Channel* sharing, const FirstExchange& first);

// One thread; stops on destruction. What waits is told within a second, and less often, up to a
// minute apart, while sharing is away.
class FirstExchangeReport {
 public:
  // `firsts` must outlive it.
  FirstExchangeReport(std::shared_ptr<rpc::Channel> sharing, FirstExchanges* firsts);
  ~FirstExchangeReport();

 private:
  void Run();

  const std::shared_ptr<rpc::Channel> sharing_;
  FirstExchanges* const firsts_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::exchange
