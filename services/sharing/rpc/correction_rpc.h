// SPDX-License-Identifier: Apache-2.0
// The adapter of CorrectionService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/grants/corrections.h"
#include "services/sharing/rpc/transitions.h"
#include "shareway/sharing/v1/correction.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class CorrectionRpc {
 public:
  CorrectionRpc(const Corrections* corrections, const rpc::DirectoryHolder* directory,
                const Transitions* transitions)
      : corrections_(corrections), directory_(directory), transitions_(transitions) {}
  void Register(rpc::Server* server);

 private:
  void RegisterAnswers(rpc::Server* server);
  void RegisterRecalls(rpc::Server* server);
  absl::StatusOr<v1::Correction> Get(const rpc::Call& call,
                                     const v1::GetCorrectionRequest& request) const;
  absl::StatusOr<v1::ListCorrectionsResponse> List(
      const rpc::Call& call, const v1::ListCorrectionsRequest& request) const;
  absl::StatusOr<v1::ListRecallsResponse> ListRecalls(const rpc::Call& call,
                                                      const v1::ListRecallsRequest& request) const;
  absl::Status Watch(const rpc::Call& call, const v1::WatchCorrectionsRequest& request,
                     rpc::Writer<v1::CorrectionChange>& writer) const;
  // Maps and counts the result of a write.
  absl::StatusOr<v1::Correction> Written(const rpc::Call& call,
                                         absl::StatusOr<Stored<Correction>> result) const;

  const Corrections* const corrections_;
  const rpc::DirectoryHolder* const directory_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
