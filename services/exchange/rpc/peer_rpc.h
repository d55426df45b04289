// SPDX-License-Identifier: Apache-2.0
// Serves PeerService to other nodes.
#pragma once

#include "libs/rpc/server.h"
#include "services/exchange/provider.h"

namespace shareway::exchange {

// Registers PeerService. `provider` must outlive the server.
void RegisterPeerService(Provider* provider, rpc::Server* server);

}  // namespace shareway::exchange
