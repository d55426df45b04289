// SPDX-License-Identifier: Apache-2.0
// Serves GetExchange, GetReceipt and ListExchanges: what became of exchanges, never their payload.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/rpc/call.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/exchange/rpc/seat_of.h"
#include "services/exchange/store/exchange_store.h"
#include "services/exchange/store/tally_store.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {

// Of one seat. Callers of another agency get NOT_VISIBLE, whatever they name. Thread-safe.
class ReportsRpc {
 public:
  struct Parts {  // the pointers must outlive the server
    const ExchangeStore* store = nullptr;
    TallyStore* tallies = nullptr;
    std::shared_ptr<rpc::Channel> audit = {};  // null: no receipts
    const Clock* clock = nullptr;
    std::string agency = {};  // agencies/{a}: the seat's
    // False: the node serves others, too, so that audit shows it more than this agency may see.
    bool alone = true;
  };
  explicit ReportsRpc(Parts parts) : parts_(std::move(parts)) {}

  // Registers the three methods.
  static void Register(SeatOf<ReportsRpc> of, rpc::Server* server);

  absl::StatusOr<v1::ExchangeReport> GetExchange(const rpc::Call& call,
                                                 const v1::GetExchangeRequest& request) const;
  // What audit gives this node of the exchange, to which the agency is a party: another one may
  // have used the same id. Packs verify offline.
  void GetReceipt(const rpc::Call& call, const v1::GetReceiptRequest& request,
                  const rpc::Reply<v1::GetReceiptResponse>& reply) const;
  absl::StatusOr<v1::ListExchangesResponse> ListExchanges(
      const rpc::Call& call, const v1::ListExchangesRequest& request) const;

 private:
  absl::StatusOr<v1::ExchangeReport> AnsweredReport(const v1::GetExchangeRequest& request) const;

  const Parts parts_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::exchange
