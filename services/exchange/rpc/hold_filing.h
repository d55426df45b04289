// SPDX-License-Identifier: Apache-2.0
// Files holds with the authority, through sharing, and records alerts.
#pragma once

#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/rpc/channel.h"
#include "services/exchange/alerts.h"
#include "services/exchange/holds.h"

namespace shareway::exchange {

// Files one hold of the agency's data, or its end, by GrantService.FileHold: an act that a person
// signed, or a rule's without one.
absl::StatusOr<absl::Time> FileWithSharing(rpc::Channel* sharing, absl::string_view agency,
                                           const Filing& filing);

// One thread; stops on destruction. What is to be filed is tried every second, and less often, up
// to a minute apart, while sharing is away.
class HoldFiling {
 public:
  // All must outlive it; `alerts` may be null.
  HoldFiling(std::shared_ptr<rpc::Channel> sharing, Holds* holds, Alerts* alerts);
  ~HoldFiling();

 private:
  void Run();

  const std::shared_ptr<rpc::Channel> sharing_;
  Holds* const holds_;
  Alerts* const alerts_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::exchange
