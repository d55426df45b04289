// SPDX-License-Identifier: Apache-2.0
// The adapter of DelegationService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/requests/delegations.h"
#include "shareway/sharing/v1/delegation.pb.h"

namespace shareway::sharing {

// Reads the newest directory at each call. `directory` must outlive it.
FindPerson PersonsOf(const rpc::DirectoryHolder* directory);

// Thread-safe. `delegations` must outlive it and the server.
class DelegationRpc {
 public:
  DelegationRpc(const Desk* desk, Delegations* delegations)
      : desk_(desk), delegations_(delegations) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::Delegation> Give(const rpc::Call& call,
                                      const v1::GiveDelegationRequest& request);
  absl::StatusOr<v1::Delegation> End(const rpc::Call& call,
                                     const v1::EndDelegationRequest& request);
  absl::StatusOr<v1::ListDelegationsResponse> List(
      const rpc::Call& call, const v1::ListDelegationsRequest& request) const;

  const Desk* const desk_;
  Delegations* const delegations_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
