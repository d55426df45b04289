// SPDX-License-Identifier: Apache-2.0
// How a service of the node finds the part of the seat that a caller speaks to.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"

namespace shareway::exchange {

// A node has a seat for each agency that it serves (seat.h). A caller whose agency has none finds
// the part of the node's own, which tells strangers nothing. UNAVAILABLE if the seat cannot serve
// at the moment. Never null; it lives as long as the server.
template <typename Part>
using SeatOf = std::function<absl::StatusOr<Part*>(const rpc::Caller& caller)>;

}  // namespace shareway::exchange
