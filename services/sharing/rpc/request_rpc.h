// SPDX-License-Identifier: Apache-2.0
// The adapter of RequestService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/rpc/transitions.h"
#include "services/sharing/sharing.h"
#include "shareway/sharing/v1/request.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class RequestRpc {
 public:
  RequestRpc(const Desk* desk, Sharing* sharing, const Transitions* transitions)
      : desk_(desk), sharing_(sharing), transitions_(transitions) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::SharingRequest> Create(const rpc::Call& call,
                                            const v1::CreateRequestRequest& request);
  absl::StatusOr<v1::SharingRequest> Decide(const rpc::Call& call,
                                            const v1::DecideRequestRequest& request);
  absl::StatusOr<v1::ListRequestsResponse> List(const rpc::Call& call,
                                                const v1::ListRequestsRequest& request) const;
  // Maps and counts the result of a write.
  absl::StatusOr<v1::SharingRequest> Written(const rpc::Call& call,
                                             absl::StatusOr<Stored<Request>> result) const;

  const Desk* const desk_;
  Sharing* const sharing_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
