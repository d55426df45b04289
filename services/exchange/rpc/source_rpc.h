// SPDX-License-Identifier: Apache-2.0
// Serves SourceService: the provider's own veto.
#pragma once

#include <string>

#include "libs/rpc/server.h"
#include "services/exchange/holds.h"

namespace shareway::exchange {

// Registers Hold and ListHolds for the people and systems of `agency`, the node's own; all others
// get NOT_VISIBLE. `holds` must outlive the server.
void RegisterSourceService(Holds* holds, std::string agency, rpc::Server* server);

}  // namespace shareway::exchange
