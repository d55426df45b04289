// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/call_rpc.h"

#include <memory>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/domain/operation.h"
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

void RegisterCall(Consumer* consumer, const std::string& agency, rpc::Server* server) {
  server->UnaryAsync<v1::CallRequest, v1::CallResponse>(
      "/shareway.exchange.v1.ExchangeService/Call",
      [consumer, agency](const std::shared_ptr<rpc::Call>& call, const v1::CallRequest& request,
                         const rpc::Reply<v1::CallResponse>& reply) {
        if (call->caller().agency != agency) return reply(Error::NotVisible(request.grant()));
        absl::StatusOr<Ask> ask = CallAskOf(*call, request);
        if (!ask.ok()) return reply(ask.status());
        consumer->Ask(*std::move(ask), call->deadline(), [reply](absl::StatusOr<Answer> answer) {
          if (!answer.ok()) return reply(answer.status());
          v1::CallResponse response;
          response.set_exchange(answer->exchange);
          response.set_attempt(answer->attempt);
          response.set_request_digest(answer->request_digest);
          response.set_response_digest(answer->response_digest);
          if (!response.mutable_answer()->ParseFromString(answer->body)) {
            return reply(absl::InternalError("the checked answer cannot be read"));
          }
          reply(std::move(response));
        });
      });
}

}  // namespace shareway::exchange
