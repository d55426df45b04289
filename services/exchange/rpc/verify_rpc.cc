// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/verify_rpc.h"

#include <utility>

#include "libs/base/status.h"
#include "services/exchange/domain/verification.h"
#include "services/exchange/rpc/asking.h"
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

void RegisterVerify(SeatOf<Consumer> of, rpc::Server* server) {
  RegisterAsking<v1::VerifyRequest, v1::VerifyResponse>("/shareway.exchange.v1.ExchangeService/Verify",
                                                 VerifyAskOf, std::move(of), server);
}

}  // namespace shareway::exchange
