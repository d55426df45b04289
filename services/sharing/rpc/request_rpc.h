// SPDX-License-Identifier: Apache-2.0
// The adapter of RequestService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/requests/delegations.h"
#include "services/sharing/requests/inbox.h"
#include "services/sharing/rpc/transitions.h"
#include "services/sharing/sharing.h"
#include "shareway/sharing/v1/request.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class RequestRpc {
 public:
  RequestRpc(const Desk* desk, Sharing* sharing, const Delegations* delegations,
             const rpc::DirectoryHolder* directory, const Transitions* transitions)
      : desk_(desk),
        sharing_(sharing),
        delegations_(delegations),
        directory_(directory),
        transitions_(transitions),
        inbox_(desk) {}
  void Register(rpc::Server* server);

 private:
  void RegisterDraft(rpc::Server* server);
  void RegisterReview(rpc::Server* server);
  void RegisterSupply(rpc::Server* server);
  // Serves a write: `handle` gets the errand and the message, and answers the request after it.
  template <typename Message, typename Handle>
  void Serve(rpc::Server* server, absl::string_view method, Handle handle);

  absl::StatusOr<Stored<Request>> Create(const Errand& errand,
                                         const v1::CreateRequestRequest& request);
  absl::StatusOr<Stored<Request>> Update(const Errand& errand,
                                         const v1::UpdateRequestRequest& request);
  absl::StatusOr<Stored<Request>> Change(const Errand& errand,
                                         const v1::ChangeScopeRequest& request);
  absl::StatusOr<Stored<Request>> Decide(const Errand& errand,
                                         const v1::DecideRequestRequest& request);
  absl::StatusOr<v1::ListRequestsResponse> List(const rpc::Call& call,
                                                const v1::ListRequestsRequest& request) const;
  absl::Status Watch(const rpc::Call& call, const v1::WatchRequestsRequest& request,
                     rpc::Writer<v1::RequestChange>& writer) const;
  // Maps and counts the result of a write.
  absl::StatusOr<v1::SharingRequest> Written(const Actor& actor,
                                             absl::StatusOr<Stored<Request>> result) const;

  const Desk* const desk_;
  Sharing* const sharing_;
  const Delegations* const delegations_;
  const rpc::DirectoryHolder* const directory_;
  const Transitions* const transitions_;
  const Inbox inbox_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
