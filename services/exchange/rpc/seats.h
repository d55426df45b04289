// SPDX-License-Identifier: Apache-2.0
// The seats of a node, and the way of each call to the one that it is for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/evidence/envelope.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/exchange/figures.h"
#include "services/exchange/hosting.h"
#include "services/exchange/rpc/seat.h"

namespace shareway::exchange {

// Thread-safe.
class Seats {
 public:
  // `seats` has one for each agency of `hosting`, the own one first. All must outlive it.
  Seats(const Hosting* hosting, std::vector<std::unique_ptr<Seat>> seats);

  // Registers all services. The server must be drained before this is destroyed.
  void Register(rpc::Server* server);
  // Begins what the seats do besides answering. Once, before any call. `rejected` counts for the
  // whole node and is recorded by its own agency.
  void Start(rpc::Server* server, RejectionCount* rejected, const Figures& figures);

 private:
  // The seat that the caller speaks to; see Hosting::OfCaller. UNAVAILABLE while it is not ready.
  absl::StatusOr<Seat*> Of(const rpc::Caller& caller) const;
  // The seat that answers a request; see Hosting::OfRequest.
  absl::StatusOr<Seat*> For(const evidence::v1::Envelope& request) const;
  absl::StatusOr<Seat*> Ready(const std::string& agency) const;
  absl::Status RecordLost(const evidence::AuditRecord& other) const;

  const Hosting* const hosting_;
  std::map<std::string, std::unique_ptr<Seat>, std::less<>> seats_;  // by agency
  Seat* const own_;
};

}  // namespace shareway::exchange
