// SPDX-License-Identifier: Apache-2.0
// The adapter of DisputeService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/disputes/disputes.h"
#include "services/sharing/rpc/transitions.h"
#include "shareway/sharing/v1/dispute.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class DisputeRpc {
 public:
  DisputeRpc(const Desk* desk, Disputes* disputes, const Transitions* transitions)
      : desk_(desk), disputes_(disputes), transitions_(transitions) {}
  void Register(rpc::Server* server);

 private:
  void RegisterParties(rpc::Server* server);
  void RegisterSettlement(rpc::Server* server);
  void RegisterCoordinator(rpc::Server* server);
  void RegisterReads(rpc::Server* server);
  absl::StatusOr<v1::Dispute> Mediate(const rpc::Call& call,
                                      const v1::RecordMediationRequest& request);
  absl::StatusOr<v1::Dispute> Record(const rpc::Call& call,
                                     const v1::RecordDecisionRequest& request);
  absl::StatusOr<v1::ListDisputesResponse> List(const rpc::Call& call,
                                                const v1::ListDisputesRequest& request) const;
  absl::StatusOr<v1::Dispute> Written(const rpc::Call& call,
                                      absl::StatusOr<Stored<Dispute>> result,
                                      bool validate_only = false) const;

  const Desk* const desk_;
  Disputes* const disputes_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
