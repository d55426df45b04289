// SPDX-License-Identifier: Apache-2.0
// Serves ExchangeService to the systems and people of the agencies that have a seat here.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/exchange/consumer.h"
#include "services/exchange/rpc/seat_of.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {

// Who acts, as evidence will know him. A person acts for himself, people/{p}, and may
// leave `given` empty or repeat his name or its id; a system says for whom it acts.
// INVALID_ARGUMENT naming `operator` if a person names another.
absl::StatusOr<std::string> OperatorOf(const rpc::Caller& caller, absl::string_view given);

// True for a person who is a clerk and no data steward: what he asks is for one record (Ask).
bool LooksUpOne(const rpc::Caller& caller);

// What a call asks, but for its demand, of any method.
template <typename RequestMessage>
absl::StatusOr<Ask> AskOf(const rpc::Call& call, const RequestMessage& request, Method method) {
  Ask ask;
  ask.agency = call.caller().agency;
  ask.grant = request.grant();
  ask.method = method;
  ask.purpose = static_cast<Purpose>(request.purpose());
  // Evidence knows persons and cases by the digest of their text without what surrounds it.
  ask.case_number = std::string(absl::StripAsciiWhitespace(request.case_number()));
  SHAREWAY_ASSIGN_OR_RETURN(ask.operator_id, OperatorOf(call.caller(), request.operator_()));
  ask.one_record = LooksUpOne(call.caller());
  ask.exchange_is_new = request.exchange().empty();
  ask.exchange = ask.exchange_is_new ? IdFromRandom(crypto::RandomBytes(15)) : request.exchange();
  ask.traceparent = call.traceparent();
  return ask;
}

// Of one seat. Callers of another agency than the consumer's get NOT_VISIBLE, whatever they
// name. Thread-safe.
class ExchangeRpc {
 public:
  // `consumer` must outlive the server.
  explicit ExchangeRpc(Consumer* consumer) : consumer_(consumer) {}

  // Registers Query and Download.
  static void Register(SeatOf<ExchangeRpc> of, rpc::Server* server);

 private:
  void Query(const rpc::Call& call, const v1::QueryRequest& request,
             const rpc::Server::ReplyBytes& reply);
  absl::Status Download(const rpc::Call& call, const v1::DownloadRequest& request,
                        rpc::Writer<v1::DownloadPart>& writer);

  Consumer* const consumer_;
};

}  // namespace shareway::exchange
