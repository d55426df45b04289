// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/verify_rpc.h"

#include <memory>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/domain/verification.h"
#include "services/exchange/rpc/exchange_rpc.h"
#include "services/exchange/store/verify_message.h"

namespace shareway::exchange {
namespace {

absl::StatusOr<Ask> VerifyAskOf(const rpc::Call& call, const v1::VerifyRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(Ask ask, AskOf(call, request, Method::kVerify));
  SHAREWAY_ASSIGN_OR_RETURN(Verification verification,
                            DecodeVerification(request.verification().SerializeAsString()));
  SHAREWAY_RETURN_IF_ERROR(CheckVerification(verification));
  ask.query_bytes = Encode(verification);
  ask.demand = std::move(verification);
  return ask;
}

}  // namespace

void RegisterVerify(Consumer* consumer, std::string agency, rpc::Server* server) {
  server->UnaryAsync<v1::VerifyRequest, v1::VerifyResponse>(
      "/shareway.exchange.v1.ExchangeService/Verify",
      [consumer, agency = std::move(agency)](std::shared_ptr<rpc::Call> call,
                                             v1::VerifyRequest request,
                                             rpc::Reply<v1::VerifyResponse> reply) {
        if (call->caller().agency != agency) return reply(Error::NotVisible(request.grant()));
        absl::StatusOr<Ask> ask = VerifyAskOf(*call, request);
        if (!ask.ok()) return reply(ask.status());
        consumer->Ask(*std::move(ask), call->deadline(), [reply](absl::StatusOr<Answer> answer) {
          if (!answer.ok()) return reply(answer.status());
          v1::VerifyResponse response;
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
