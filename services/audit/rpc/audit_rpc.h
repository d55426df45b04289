// SPDX-License-Identifier: Apache-2.0
// Serves AuditService: parse, call, map.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "services/audit/rpc/control_rpc.h"
#include "services/audit/rpc/prover.h"
#include "services/audit/rpc/reading_rpc.h"
#include "services/audit/rpc/witness_directory.h"
#include "services/audit/rpc/witness_rpc.h"
#include "services/audit/watched_log.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// Thread-safe. Until the start gate is open only reports, the naming of witnesses and, during a
// rebuild, GetProducer and Restore are answered.
class AuditRpc {
 public:
  // All must outlive it; `safe_size` says below which index a verified copy covers all.
  AuditRpc(WatchedLog* log, const rpc::DirectoryHolder* directory,
           const WitnessDirectory* witness_directory,
           std::function<uint64_t()> safe_size = [] { return 0; })
      : log_(log),
        safe_size_(safe_size),
        prover_(log->parts().audit, log->parts().reader, log->witnesses()),
        reading_({.audit = log->parts().audit,
                  .reader = log->parts().reader,
                  .prover = &prover_,
                  .directory = directory,
                  .own = log->parts().own}),
        witness_(log, witness_directory, std::move(safe_size)),
        control_(log->controls()) {}

  // Registers every method of AuditService. `server` must not outlive this object.
  void Register(rpc::Server* server);

  const Prover& prover() const { return prover_; }

 private:
  // Does not block.
  void Append(const rpc::Call& call, v1::AppendRequest request,
              rpc::Reply<v1::AppendResponse> reply);
  absl::StatusOr<v1::GetProducerResponse> GetProducer(const rpc::Call& call,
                                                      const v1::GetProducerRequest& request);
  absl::StatusOr<v1::Checkpoint> GetCheckpoint(const v1::GetCheckpointRequest& request);
  // Registers a method of the open log.
  template <typename Req, typename Resp, typename Handler>
  void Serve(rpc::Server* server, absl::string_view method, Handler handler);
  void RegisterReading(rpc::Server* server);
  void RegisterWitness(rpc::Server* server);
  void RegisterControl(rpc::Server* server);

  WatchedLog* const log_;
  const std::function<uint64_t()> safe_size_;
  const Prover prover_;
  const ReadingRpc reading_;
  const WitnessRpc witness_;
  const ControlRpc control_;
};

}  // namespace shareway::audit
