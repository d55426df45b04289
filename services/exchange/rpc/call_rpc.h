// SPDX-License-Identifier: Apache-2.0
// Serves ExchangeService.Call to the agency's own systems and people.
#pragma once

#include <string>

#include "libs/rpc/server.h"
#include "services/exchange/consumer.h"

namespace shareway::exchange {

// `agency` is the node's own, agencies/{a}: callers of another get NOT_VISIBLE, whatever they name.
// `consumer` must outlive the server.
void RegisterCall(Consumer* consumer, const std::string& agency, rpc::Server* server);

}  // namespace shareway::exchange
