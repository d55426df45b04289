// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/call_rpc.h"

#include <utility>

#include "libs/base/status.h"
#include "services/exchange/domain/operation.h"
#include "services/exchange/rpc/asking.h"
#include "services/exchange/rpc/exchange_rpc.h"
#include "services/exchange/store/call_message.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {
namespace {

absl::StatusOr<Ask> CallAskOf(const rpc::Call& call, const v1::CallRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(Ask ask, AskOf(call, request, Method::kCall));
  SHAREWAY_ASSIGN_OR_RETURN(Invocation invocation,
                            DecodeInvocation(request.invocation().SerializeAsString()));
  SHAREWAY_RETURN_IF_ERROR(CheckInvocation(invocation));
  ask.query_bytes = Encode(invocation);
  ask.demand = std::move(invocation);
  return ask;
}

}  // namespace

void RegisterCall(SeatOf<Consumer> of, rpc::Server* server) {
  RegisterAsking<v1::CallRequest, v1::CallResponse>("/shareway.exchange.v1.ExchangeService/Call",
                                                 CallAskOf, std::move(of), server);
}

}  // namespace shareway::exchange
