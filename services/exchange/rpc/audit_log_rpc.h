// SPDX-License-Identifier: Apache-2.0
// The audit log over the wire, for the node that watches it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/channel.h"
#include "services/exchange/audit_log.h"

namespace shareway::exchange {

// Calls AuditService. Errors are the service's.
class AuditLogRpc final : public AuditLog {
 public:
  // `incarnation` is that of the node's outbox, 16 bytes.
  AuditLogRpc(std::shared_ptr<rpc::Channel> audit, std::string incarnation)
      : audit_(std::move(audit)), incarnation_(std::move(incarnation)) {}

  absl::StatusOr<bool> Report(const std::string& note, const std::string& cosignature) override;
  absl::StatusOr<std::vector<Hash32>> Consistency(uint64_t old_size, uint64_t new_size) override;
  absl::StatusOr<WitnessedNote> Witnessed() override;
  absl::Status Cosign(const std::string& note, const std::string& cosignature) override;
  absl::StatusOr<bool> Rebuilding() override;
  absl::Status Restore(const std::vector<OwnEntry>& entries) override;
  absl::Status Watch(uint64_t own_from, const OnCandidate& take) override;
  void Stop() override;

 private:
  const std::shared_ptr<rpc::Channel> audit_;
  const std::string incarnation_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  rpc::RawReadStream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;  // the one that runs
};

}  // namespace shareway::exchange
