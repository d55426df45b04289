// SPDX-License-Identifier: Apache-2.0
// Serves ExchangeService.Verify to the systems and people of the agencies that have a seat here.
#pragma once

#include "libs/rpc/server.h"
#include "services/exchange/consumer.h"
#include "services/exchange/rpc/seat_of.h"

namespace shareway::exchange {

// Callers of another agency than the consumer's get NOT_VISIBLE, whatever they name.
void RegisterVerify(SeatOf<Consumer> of, rpc::Server* server);

}  // namespace shareway::exchange
