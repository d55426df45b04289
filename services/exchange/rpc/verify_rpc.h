// SPDX-License-Identifier: Apache-2.0
// Serves ExchangeService.Verify to the agency's own systems and people.
#pragma once

#include <string>

#include "libs/rpc/server.h"
#include "services/exchange/consumer.h"

namespace shareway::exchange {

// `agency` is the node's own, agencies/{a}; callers of another get NOT_VISIBLE. `consumer` must
// outlive the server.
void RegisterVerify(Consumer* consumer, std::string agency, rpc::Server* server);

}  // namespace shareway::exchange
