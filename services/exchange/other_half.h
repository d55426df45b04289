// SPDX-License-Identifier: Apache-2.0
// What must hold of another node's half of an exchange before this node adds its own.
#pragma once

#include "absl/status/status.h"
#include "libs/evidence/record.h"
#include "services/exchange/neighbours.h"

namespace shareway::exchange {

// OK if the consumer's node that `other` names serves its agency, id and attempt are
// those of an exchange, and its request_signature, if there is one, is by a key of
// that node, whether or not the key is still valid. INVALID_ARGUMENT,
// PERMISSION_DENIED or DATA_LOSS otherwise.
absl::Status CheckOther(const evidence::AuditRecord& other, Neighbours* neighbours);

}  // namespace shareway::exchange
