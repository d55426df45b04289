// SPDX-License-Identifier: Apache-2.0
// The adapter of IncidentService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/supervision/incidents.h"
#include "services/sharing/rpc/transitions.h"
#include "shareway/sharing/v1/incident.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class IncidentRpc {
 public:
  IncidentRpc(const Desk* desk, const Transitions* transitions)
      : desk_(desk), incidents_(desk), transitions_(transitions) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::Incident> Written(const rpc::Call& call,
                                       const absl::StatusOr<Stored<Incident>>& result) const;
  absl::StatusOr<v1::Drill> RecordDrill(const rpc::Call& call,
                                        const v1::RecordDrillRequest& request) const;
  absl::StatusOr<v1::ListIncidentsResponse> List(const rpc::Call& call,
                                                 const v1::ListIncidentsRequest& request) const;
  absl::StatusOr<v1::ListDrillsResponse> List(const rpc::Call& call,
                                              const v1::ListDrillsRequest& request) const;

  const Desk* const desk_;
  const Incidents incidents_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
