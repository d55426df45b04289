// SPDX-License-Identifier: Apache-2.0
// The adapter of SupervisionService: reads only.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/desk.h"
#include "shareway/sharing/v1/supervision.pb.h"

namespace shareway::sharing {

// Thread-safe. `desk` must outlive it and the server.
class SupervisionRpc {
 public:
  explicit SupervisionRpc(const Desk* desk) : desk_(desk) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::ListClocksResponse> ListClocks(const rpc::Call& call,
                                                    const v1::ListClocksRequest& request) const;
  absl::StatusOr<v1::ListNoticesResponse> ListNotices(const rpc::Call& call,
                                                      const v1::ListNoticesRequest& request) const;

  const Desk* const desk_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
