// SPDX-License-Identifier: Apache-2.0
// The adapter of GrantService: parse, call, map; the stream of grants and its lease.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/rpc/transitions.h"
#include "services/sharing/rpc/watchers.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::sharing {

// No node that did not confirm a change delivers later than this after it: a lease runs 4 s
// from its sending (libs/rpc/watch.h), and a wall clock may depart by 1 s.
inline constexpr absl::Duration kDeadAfter = absl::Seconds(5);

// Thread-safe. All that is given to it must outlive it and the server.
class GrantRpc {
 public:
  GrantRpc(const Desk* desk, Grants* grants, const rpc::DirectoryHolder* directory,
           const Transitions* transitions)
      : desk_(desk), grants_(grants), directory_(directory), transitions_(transitions) {}
  void Register(rpc::Server* server);

  const Watchers& watchers() const { return watchers_; }

 private:
  absl::StatusOr<v1::Grant> Claim(const rpc::Call& call, const v1::ClaimGrantRequest& request);
  absl::StatusOr<v1::RevokeGrantResponse> Revoke(const rpc::Call& call,
                                                 const v1::RevokeGrantRequest& request);
  absl::StatusOr<v1::ListGrantsResponse> List(const rpc::Call& call,
                                              const v1::ListGrantsRequest& request) const;
  absl::Status Watch(const rpc::Call& call, const v1::WatchGrantsRequest& request,
                     rpc::Writer<v1::GrantChange>& writer);
  absl::StatusOr<catalog::v1::RenewLeaseResponse> Renew(
      const rpc::Call& call, const catalog::v1::RenewLeaseRequest& request);
  // What the consumer's head and the provider's head do to a grant as it goes on.
  void RegisterLife(rpc::Server* server);
  // With the methods that the caller may call now.
  v1::Grant Shown(const rpc::Call& call, const Grant& grant) const;
  absl::StatusOr<v1::Grant> Written(const rpc::Call& call,
                                    absl::StatusOr<Stored<Grant>> result) const;

  const Desk* const desk_;
  Grants* const grants_;
  const rpc::DirectoryHolder* const directory_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
  Watchers watchers_;
};

}  // namespace shareway::sharing
