// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/seats.h"

#include <utility>

#include "libs/base/status.h"
#include "services/exchange/rpc/call_rpc.h"
#include "services/exchange/rpc/peer_rpc.h"
#include "services/exchange/rpc/source_rpc.h"
#include "services/exchange/rpc/verify_rpc.h"

namespace shareway::exchange {

Seats::Seats(const Hosting* hosting, std::vector<std::unique_ptr<Seat>> seats)
    : hosting_(hosting), own_(seats.front().get()) {
  for (std::unique_ptr<Seat>& seat : seats) {
    std::string agency = seat->agency();
    seats_.emplace(std::move(agency), std::move(seat));
  }
}

absl::StatusOr<Seat*> Seats::Ready(const std::string& agency) const {
  Seat* const seat = seats_.find(agency)->second.get();
  // Of the own one the server tells, for all.
  if (seat != own_) SHAREWAY_RETURN_IF_ERROR(seat->ready());
  return seat;
}

absl::StatusOr<Seat*> Seats::Of(const rpc::Caller& caller) const {
  if (hosting_->alone()) return own_;
  SHAREWAY_ASSIGN_OR_RETURN(const std::string agency, hosting_->OfCaller(caller.agency));
  return Ready(agency);
}

absl::StatusOr<Seat*> Seats::For(const evidence::v1::Envelope& request) const {
  if (hosting_->alone()) return own_;
  return Ready(hosting_->OfRequest(request));
}

absl::Status Seats::RecordLost(const evidence::AuditRecord& other) const {
  const Hosting::Owed owed = hosting_->OfMissing(other);
  return seats_.find(owed.agency)->second->RecordLost(other, owed.consumer);
}

void Seats::Register(rpc::Server* server) {
  // The part of a seat that one service uses.
  const auto part = [this](auto get) {
    return [this, get](const rpc::Caller& caller) -> absl::StatusOr<decltype(get(own_))> {
      SHAREWAY_ASSIGN_OR_RETURN(Seat* const seat, Of(caller));
      return get(seat);
    };
  };
  ExchangeRpc::Register(part([](Seat* seat) { return seat->exchange_rpc(); }), server);
  RegisterVerify(part([](Seat* seat) { return seat->consumer(); }), server);
  RegisterCall(part([](Seat* seat) { return seat->consumer(); }), server);
  GrantsRpc::Register(part([](Seat* seat) { return seat->grants_rpc(); }), server);
  ReportsRpc::Register(part([](Seat* seat) { return seat->reports_rpc(); }), server);
  DatasetRpc::Register(part([](Seat* seat) { return seat->dataset_rpc(); }), server);
  RegisterSourceService(part([](Seat* seat) { return seat->holds(); }), server);
  RegisterPeerService(
      [this](const evidence::v1::Envelope& request) -> absl::StatusOr<Provider*> {
        SHAREWAY_ASSIGN_OR_RETURN(Seat* const seat, For(request));
        return seat->provider();
      },
      server);
}

void Seats::Start(rpc::Server* server, RejectionCount* rejected, const Figures& figures) {
  for (const auto& [agency, seat] : seats_) {
    if (seat.get() == own_) continue;
    metrics::Gauge serving = figures.hosted_ready.With(agency);
    seat->Start({.set_ready = [serving](bool ready, absl::string_view) mutable {
      serving.Set(ready ? 1 : 0);
    }});
  }
  own_->Start({.set_ready = [server](bool ready, absl::string_view why) {
                 server->SetReady(ready, why);
               },
               .record_lost = [this](const evidence::AuditRecord& other) {
                 return RecordLost(other);
               },
               .rejected = rejected});
}

}  // namespace shareway::exchange
