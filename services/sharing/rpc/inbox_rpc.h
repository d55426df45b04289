// SPDX-License-Identifier: Apache-2.0
// The adapter of the desk work of RequestService: inbox, batch decisions, comments.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/requests/comments.h"
#include "services/sharing/requests/delegations.h"
#include "services/sharing/requests/inbox.h"
#include "services/sharing/rpc/transitions.h"
#include "shareway/sharing/v1/inbox.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class InboxRpc {
 public:
  InboxRpc(const Desk* desk, Sharing* sharing, Comments* comments, const Delegations* delegations,
           const Transitions* transitions)
      : desk_(desk),
        sharing_(sharing),
        comments_(comments),
        delegations_(delegations),
        transitions_(transitions),
        inbox_(desk) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::Inbox> GetInbox(const rpc::Call& call) const;
  absl::StatusOr<v1::BatchDecideResponse> BatchDecide(const rpc::Call& call,
                                                      const v1::BatchDecideRequest& request);
  absl::StatusOr<v1::Comment> AddComment(const rpc::Call& call,
                                         const v1::AddCommentRequest& request);
  absl::StatusOr<v1::ListCommentsResponse> ListComments(
      const rpc::Call& call, const v1::ListCommentsRequest& request) const;

  const Desk* const desk_;
  Sharing* const sharing_;
  Comments* const comments_;
  const Delegations* const delegations_;
  const Transitions* const transitions_;
  const Inbox inbox_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
