// SPDX-License-Identifier: Apache-2.0
// Serves the methods of ExchangeService that ask one thing and answer it whole.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "libs/base/error.h"
#include "libs/rpc/server.h"
#include "services/exchange/consumer.h"
#include "services/exchange/rpc/seat_of.h"

namespace shareway::exchange {

// What one call of a system or person asks; INVALID_ARGUMENT naming the field.
template <typename RequestMessage>
using ReadAsk = absl::StatusOr<Ask> (*)(const rpc::Call& call, const RequestMessage& request);

// Serves the full method `path`. Callers of another agency than the consumer's get NOT_VISIBLE,
// whatever they name.
template <typename RequestMessage, typename ResponseMessage>
void RegisterAsking(const char* path, ReadAsk<RequestMessage> read, SeatOf<Consumer> of,
                    rpc::Server* server) {
  server->UnaryAsync<RequestMessage, ResponseMessage>(
      path, [read, of = std::move(of)](const std::shared_ptr<rpc::Call>& call,
                                       const RequestMessage& request,
                                       const rpc::Reply<ResponseMessage>& reply) {
        const absl::StatusOr<Consumer*> consumer = of(call->caller());
        if (!consumer.ok()) return reply(consumer.status());
        if (call->caller().agency != (*consumer)->agency()) {
          return reply(Error::NotVisible(request.grant()));
        }
        absl::StatusOr<Ask> ask = read(*call, request);
        if (!ask.ok()) return reply(ask.status());
        (*consumer)->Ask(*std::move(ask), call->deadline(), [reply](absl::StatusOr<Answer> answer) {
          if (!answer.ok()) return reply(answer.status());
          ResponseMessage response;
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
