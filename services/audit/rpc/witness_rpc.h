// SPDX-License-Identifier: Apache-2.0
// The methods of AuditService for witnesses, for a start, and for a rebuild.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/audit/rpc/witness_directory.h"
#include "services/audit/watched_log.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// Thread-safe; its methods block. The gate is the caller's business, except that Restore asks
// for a rebuild by itself.
class WitnessRpc {
 public:
  // Both must outlive it; `safe_size` says below which index a verified copy covers all.
  WitnessRpc(WatchedLog* log, const WitnessDirectory* directory,
             std::function<uint64_t()> safe_size)
      : log_(log), directory_(directory), safe_size_(std::move(safe_size)) {}

  // Streams candidates until the caller goes away: own entries first, in messages of at most
  // 900 KiB with `more`, then the candidate.
  absl::Status WatchCheckpoints(const rpc::Call& call, const v1::WatchCheckpointsRequest& request,
                                rpc::Writer<v1::WatchCheckpointsResponse>& writer) const;
  absl::StatusOr<v1::AddCosignatureResponse> AddCosignature(
      const rpc::Call& call, const v1::AddCosignatureRequest& request) const;
  absl::StatusOr<v1::ReportCosignedResponse> ReportCosigned(
      const rpc::Call& call, const v1::ReportCosignedRequest& request) const;
  absl::StatusOr<v1::NameWitnessesResponse> NameWitnesses(
      const rpc::Call& call, const v1::NameWitnessesRequest& request) const;
  absl::StatusOr<v1::RestoreResponse> Restore(const rpc::Call& call,
                                              const v1::RestoreRequest& request) const;

 private:
  // True for a node of the witness set in force, or of the next one.
  bool IsWitness(const rpc::Call& call) const;

  WatchedLog* const log_;
  const WitnessDirectory* const directory_;
  const std::function<uint64_t()> safe_size_;
};

}  // namespace shareway::audit
