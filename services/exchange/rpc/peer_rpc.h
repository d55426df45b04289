// SPDX-License-Identifier: Apache-2.0
// Serves PeerService to other nodes, and SourceService to the provider's own people.
#pragma once

#include <string>

#include "libs/rpc/server.h"
#include "services/exchange/holds.h"
#include "services/exchange/provider.h"

namespace shareway::exchange {

// Registers PeerService. `provider` must outlive the server.
void RegisterPeerService(Provider* provider, rpc::Server* server);

// Registers SourceService. `holds` must outlive the server; `agency` is the node's own.
void RegisterSourceService(Holds* holds, std::string agency, rpc::Server* server);

}  // namespace shareway::exchange
