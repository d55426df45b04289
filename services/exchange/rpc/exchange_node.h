// SPDX-License-Identifier: Apache-2.0
// All parts of one node, put together.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/key.h"
#include "libs/metrics/registry.h"
#include "libs/outbox/outbox.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "services/exchange/rpc/seat.h"

namespace shareway::exchange {

// What a node is made of. All pointers must outlive it.
struct NodeParts {
  crypto::Identity identity = {};  // a node's: agency and name are served from it
  crypto::TlsFiles tls = {};
  SeatParts own = {};                   // of its own agency, which need not be named; what the
                                        // node follows is kept in its store, too
  std::vector<SeatParts> hosted = {};   // of the agencies that it hosts
  rpc::DirectoryHolder* directory = nullptr;
  rpc::Server* server = nullptr;  // configured here, not started
  metrics::Registry* metrics = nullptr;
  std::shared_ptr<rpc::Channel> catalog = {};
  std::shared_ptr<rpc::Channel> sharing = {};
  std::shared_ptr<rpc::Channel> audit = {};  // null: no recovery
  std::string log_key = {};                         // audit's note verifier key, with `audit`
  const crypto::PrivateKey* witness_key = nullptr;  // Ed25519; null: this node is no witness
  std::string settled_fork = {};                    // see LogHeads::Parts
  std::string pinned_deciders = {};  // text of the file; empty: decisions are not pinned
  std::optional<crypto::RelyingParty> act_party = {};  // see PinnedKeys::party
  std::string aggregation_rules = {};  // JSON of the file; empty: none
  const Clock* clock = &SystemClock();
};

// A running node. The server must be drained before it is destroyed.
class ExchangeNode {
 public:
  // Restores what the stores hold, registers all services, starts to follow the
  // feeds. INVALID_ARGUMENT for an identity that is no node's, a secret that is too
  // short, backends that do not read, a witness key of another algorithm, or a pinned key or an aggregation rule
  // that does not read; DATA_LOSS if the store cannot be read.
  static absl::StatusOr<std::unique_ptr<ExchangeNode>> Open(NodeParts parts);
  ~ExchangeNode();

 private:
  struct State;
  explicit ExchangeNode(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace shareway::exchange
