// SPDX-License-Identifier: Apache-2.0
// One agency that a node serves: what is its own, and the services that speak for it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "libs/evidence/record.h"
#include "libs/outbox/outbox.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/watch.h"
#include "services/exchange/call_serving.h"
#include "services/exchange/consumer.h"
#include "services/exchange/domain/correction_table.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/rejected_calls.h"
#include "services/exchange/domain/resource_table.h"
#include "services/exchange/figures.h"
#include "services/exchange/holds.h"
#include "services/exchange/log_heads.h"
#include "services/exchange/neighbours.h"
#include "services/exchange/provider.h"
#include "services/exchange/rpc/dataset_rpc.h"
#include "services/exchange/rpc/exchange_rpc.h"
#include "services/exchange/rpc/grants_rpc.h"
#include "services/exchange/rpc/reports_rpc.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {

// What an agency has of its own at a node, apart from what all others have there: the key that
// signs for it and seals its evidence, the secret of its pseudonyms, the store with its datasets,
// counts and outbox. All pointers must outlive the seat.
struct SeatParts {
  std::string agency = {};  // agencies/{a}
  kv::Store* store = nullptr;
  std::function<bool()> disk_accepts = {};  // of the store's volume; empty: always
  const outbox::Outbox* outbox = nullptr;   // in the store
  const crypto::PrivateKey* message_key = nullptr;
  // See outbox::Drain::rolled_back; without audit it says false.
  std::function<std::optional<bool>()> rolled_back = {};
  std::string agency_secret = {};  // at least 32 bytes
  std::string backends = {};       // text of the file (source/backend_targets.h); empty: none
};

// What the seats of a node share. All pointers must outlive them.
struct SeatSurroundings {
  std::string node = {};  // agencies/{a}/nodes/{n}
  bool alone = true;      // false: the node hosts others than its own agency
  const ExchangeStore* entries = nullptr;  // of the catalogue, of all agencies served
  const GrantTable* grants = nullptr;
  const ResourceTable* resources = nullptr;
  const CorrectionTable* corrections = nullptr;
  Neighbours* neighbours = nullptr;
  LogHeads* log_heads = nullptr;  // null without audit
  RejectionCount* rejected = nullptr;
  std::shared_ptr<rpc::Channel> catalog = {};
  std::shared_ptr<rpc::Channel> sharing = {};
  std::shared_ptr<rpc::Channel> audit = {};  // null: no receipts
  std::function<bool()> caught_up = {};      // both feeds
  const rpc::Lease* grant_lease = nullptr;
  const rpc::Lease* directory_lease = nullptr;
  std::string aggregation_rules = {};  // JSON; empty: none
  CallRoom* calls = nullptr;
  const Clock* clock = nullptr;
  Figures figures = {};
};

// Thread-safe. The server must be drained before it is destroyed.
class Seat {
 public:
  // Restores what the store holds. INVALID_ARGUMENT for a secret that is too short, or backends
  // or rules that do not read; DATA_LOSS if the store cannot be read.
  static absl::StatusOr<std::unique_ptr<Seat>> Open(SeatParts parts,
                                                    const SeatSurroundings& surroundings);
  ~Seat();

  // What the node's own seat does for the whole node.
  struct Duties {
    // Told when the seat may serve, and why not. Empty: only ready() tells.
    std::function<void(bool ready, absl::string_view why)> set_ready = {};
    // Keeps a half that audit misses, whosever it is. Empty: audit is not asked.
    std::function<absl::Status(const evidence::AuditRecord& other)> record_lost = {};
    RejectionCount* rejected = nullptr;  // recorded by this seat; null: by another
  };
  // Begins what a seat does besides answering. Once, before any call.
  void Start(Duties duties);

  const std::string& agency() const;
  // OK, or UNAVAILABLE: NOT_READY until it is known that the store is no old copy, ROLLED_BACK
  // if it is.
  absl::Status ready() const;
  // Writes the half that the agency owes to `other`.
  absl::Status RecordLost(const evidence::AuditRecord& other, bool consumers);

  Consumer* consumer();
  Provider* provider();
  Holds* holds();
  ExchangeRpc* exchange_rpc();
  GrantsRpc* grants_rpc();
  ReportsRpc* reports_rpc();
  DatasetRpc* dataset_rpc();

 private:
  struct State;
  explicit Seat(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace shareway::exchange
