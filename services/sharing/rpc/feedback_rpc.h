// SPDX-License-Identifier: Apache-2.0
// The adapter of FeedbackService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/supervision/feedback.h"
#include "services/sharing/rpc/transitions.h"
#include "shareway/sharing/v1/feedback.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class FeedbackRpc {
 public:
  FeedbackRpc(const Desk* desk, const Transitions* transitions)
      : desk_(desk), feedback_(desk), transitions_(transitions) {}
  void Register(rpc::Server* server);

 private:
  void RegisterInquiries(rpc::Server* server);
  void RegisterComplaints(rpc::Server* server);
  void RegisterRatings(rpc::Server* server);
  absl::StatusOr<v1::Inquiry> Written(const rpc::Call& call,
                                      const absl::StatusOr<Stored<Inquiry>>& result) const;
  absl::StatusOr<v1::Complaint> Written(const rpc::Call& call,
                                        const absl::StatusOr<Stored<Complaint>>& result) const;
  absl::StatusOr<v1::ListInquiriesResponse> List(const rpc::Call& call,
                                                 const v1::ListInquiriesRequest& request) const;
  absl::StatusOr<v1::ListComplaintsResponse> List(const rpc::Call& call,
                                                  const v1::ListComplaintsRequest& request) const;
  absl::StatusOr<v1::ListRatingsResponse> List(const rpc::Call& call,
                                               const v1::ListRatingsRequest& request) const;

  const Desk* const desk_;
  const Feedback feedback_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
