// SPDX-License-Identifier: Apache-2.0
// Serves ListGrants and WatchMyGrants: what the agency may fetch, to its own systems and people.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/neighbours.h"
#include "services/exchange/rpc/seat_of.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {

// Of one seat. Callers of another agency get NOT_VISIBLE, whatever they name. Thread-safe.
class GrantsRpc {
 public:
  struct Parts {  // the pointers must outlive the server
    const GrantTable* grants = nullptr;
    const Neighbours* neighbours = nullptr;
    const Clock* clock = nullptr;
    std::string agency = {};  // agencies/{a}: the seat's
    std::string host = {};    // the node, if it hosts the agency; empty: the agency's own
    // What is left of a grant's day quota as this node knows it; nothing: none is set. Empty: not
    // asked.
    std::function<std::optional<v1::QuotaLeft>(const Grant&)> quota_left = {};
  };
  explicit GrantsRpc(Parts parts) : parts_(std::move(parts)) {}

  // Registers the two methods.
  static void Register(SeatOf<GrantsRpc> of, rpc::Server* server);

  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const rpc::Call& call,
                                                    const v1::ListGrantsRequest& request) const;
  // Writes the grants as they are, then each that changed, or may be used no more or again, within
  // kWatchEvery; until the call is cancelled, or NOT_VISIBLE once the agency is hosted no more.
  absl::Status WatchMyGrants(const rpc::Call& call, rpc::Writer<v1::MyGrant>& writer) const;

  static constexpr absl::Duration kWatchEvery = absl::Seconds(1);

 private:
  // What a watcher was told of one grant.
  struct Told {
    Revision revision = {};
    std::string facts = {};  // the rest of MyGrant, serialized
    friend bool operator==(const Told&, const Told&) = default;
  };
  using ToldOf = std::map<std::string, Told>;

  v1::MyGrant FactsOf(const Grant& grant) const;
  absl::Status TellChanges(ToldOf* told, rpc::Writer<v1::MyGrant>& writer) const;

  const Parts parts_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::exchange
