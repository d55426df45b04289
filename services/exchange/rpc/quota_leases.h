// SPDX-License-Identifier: Apache-2.0
// Leases slices of day quotas from sharing, ahead of their use.
#pragma once

#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "libs/rpc/channel.h"
#include "services/exchange/quotas.h"

namespace shareway::exchange {

// Thread-safe.
class QuotaLeases final : public QuotaSlices {
 public:
  explicit QuotaLeases(std::shared_ptr<rpc::Channel> sharing) : sharing_(std::move(sharing)) {}
  absl::StatusOr<Amounts> Take(const Grant& grant, absl::CivilDay day,
                               const Amounts& wanted) override;

 private:
  const std::shared_ptr<rpc::Channel> sharing_;
};

// Refills quotas four times a second, on a thread that stops on destruction.
class QuotaRefill {
 public:
  // `quotas` must outlive it.
  explicit QuotaRefill(Quotas* quotas);
  ~QuotaRefill();

 private:
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::exchange
