// SPDX-License-Identifier: Apache-2.0
// Serves PeerService to other nodes.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "libs/evidence/envelope.h"
#include "libs/rpc/server.h"
#include "services/exchange/provider.h"

namespace shareway::exchange {

// The provider that answers a request; never null, and it lives as long as the server.
// UNAVAILABLE if it cannot serve at the moment.
using ProviderFor =
    std::function<absl::StatusOr<Provider*>(const evidence::v1::Envelope& request)>;

void RegisterPeerService(ProviderFor provider_for, rpc::Server* server);

}  // namespace shareway::exchange
