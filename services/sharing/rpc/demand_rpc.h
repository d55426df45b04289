// SPDX-License-Identifier: Apache-2.0
// The adapter of DemandService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/requests/demands.h"
#include "services/sharing/rpc/transitions.h"
#include "shareway/sharing/v1/demand.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class DemandRpc {
 public:
  DemandRpc(const Demands* demands, const Transitions* transitions)
      : demands_(demands), transitions_(transitions) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::ListDemandsResponse> List(const rpc::Call& call,
                                               const v1::ListDemandsRequest& request) const;
  // Maps and counts the result of a write.
  absl::StatusOr<v1::Demand> Written(const rpc::Call& call,
                                     absl::StatusOr<Stored<Demand>> result) const;

  const Demands* const demands_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
