// SPDX-License-Identifier: Apache-2.0
// Serves ExchangeService to the agency's own systems and people.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/exchange/consumer.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/store/exchange_store.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {

// Who acts, as evidence will know him. A person acts for himself, people/{p}, and may
// leave `given` empty or repeat his name or its id; a system says for whom it acts.
// INVALID_ARGUMENT naming `operator` if a person names another.
absl::StatusOr<std::string> OperatorOf(const rpc::Caller& caller, absl::string_view given);

// Callers of another agency get NOT_VISIBLE, whatever they name. Thread-safe.
class ExchangeRpc {
 public:
  // `agency` is the node's own, agencies/{a}. The pointers must outlive the server.
  ExchangeRpc(Consumer* consumer, const ExchangeStore* store, const GrantTable* grants,
              const Clock* clock, std::string agency);

  // Registers the four methods.
  void Register(rpc::Server* server);

 private:
  void Query(const rpc::Call& call, const v1::QueryRequest& request,
             const rpc::Reply<v1::QueryResponse>& reply);
  absl::Status Download(const rpc::Call& call, const v1::DownloadRequest& request,
                        rpc::Writer<v1::DownloadPart>& writer);
  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const rpc::Call& call,
                                                    const v1::ListGrantsRequest& request);
  absl::StatusOr<v1::ExchangeReport> GetExchange(const rpc::Call& call,
                                                 const v1::GetExchangeRequest& request);

  Consumer* const consumer_;
  const ExchangeStore* const store_;
  const GrantTable* const grants_;
  const Clock* const clock_;
  const std::string agency_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::exchange
