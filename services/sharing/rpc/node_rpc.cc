// SPDX-License-Identifier: Apache-2.0
// The adapter of what nodes take, file and tell.
#include "services/sharing/rpc/node_rpc.h"

#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::sharing {
namespace {

// Without fields that nobody signed.
std::string ActOf(const v1::FileHoldRequest& request) {
  if (!request.has_act()) return "";
  evidence::SignedAct act = request.act();
  act.DiscardUnknownFields();
  return act.SerializeAsString();
}

}  // namespace

void RegisterNodes(Nodes* nodes, rpc::Server* server) {
  server->Unary<v1::LeaseQuotaRequest, v1::LeaseQuotaResponse>(
      "/shareway.sharing.v1.GrantService/LeaseQuota",
      [nodes](const rpc::Call& call,
              const v1::LeaseQuotaRequest& request) -> absl::StatusOr<v1::LeaseQuotaResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay day, DayFromProto(request.day(), "day"));
        SHAREWAY_ASSIGN_OR_RETURN(const DayQuota slice,
                                  nodes->LeaseQuota(call.caller().name(), request.grant(), day,
                                                    {.calls = request.calls(),
                                                     .rows = request.rows(),
                                                     .bytes = request.bytes()}));
        v1::LeaseQuotaResponse response;
        response.set_calls(slice.calls);
        response.set_rows(slice.rows);
        response.set_bytes(slice.bytes);
        return response;
      });
  server->Unary<v1::FileHoldRequest, v1::FileHoldResponse>(
      "/shareway.sharing.v1.GrantService/FileHold",
      [nodes](const rpc::Call& call,
              const v1::FileHoldRequest& request) -> absl::StatusOr<v1::FileHoldResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const absl::Time filed,
            nodes->FileHold({.node = call.caller().name(),
                             .agency = request.agency(),
                             .subject = request.subject(),
                             .held = request.held(),
                             .reason = request.reason(),
                             .set_time = evidence::FromTimestamp(request.set_time()),
                             .act = ActOf(request)},
                            call.traceparent()));
        v1::FileHoldResponse response;
        *response.mutable_filed_time() = evidence::ToTimestamp(filed);
        return response;
      });
  server->Unary<v1::ReportFirstExchangeRequest, v1::ReportFirstExchangeResponse>(
      "/shareway.sharing.v1.GrantService/ReportFirstExchange",
      [nodes](const rpc::Call& call, const v1::ReportFirstExchangeRequest& request)
          -> absl::StatusOr<v1::ReportFirstExchangeResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const bool settled,
            nodes->ReportFirstExchange(call.caller().name(), request.grant(),
                                       {.exchange = request.exchange(),
                                        .attempt = request.attempt(),
                                        .time = evidence::FromTimestamp(request.receive_time())},
                                       call.traceparent()));
        v1::ReportFirstExchangeResponse response;
        response.set_settled(settled);
        return response;
      });
}

}  // namespace shareway::sharing
