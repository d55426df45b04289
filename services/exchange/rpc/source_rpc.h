// SPDX-License-Identifier: Apache-2.0
// Serves SourceService: the provider's own veto.
#pragma once

#include "libs/rpc/server.h"
#include "services/exchange/holds.h"
#include "services/exchange/rpc/seat_of.h"

namespace shareway::exchange {

// Registers Hold and ListHolds for the people and systems of the agencies that have a seat here;
// all others get NOT_VISIBLE.
void RegisterSourceService(SeatOf<Holds> of, rpc::Server* server);

}  // namespace shareway::exchange
