// SPDX-License-Identifier: Apache-2.0
// What must hold of another node's half of an exchange before this node adds its own.
#pragma once

#include "absl/status/status.h"
#include "libs/evidence/record.h"
#include "services/exchange/neighbours.h"

namespace shareway::exchange {

// OK if id and attempt of `other` are those of an exchange, it names the consumer and its
// node, and its request_signature is by the key that speaks for the consumer at that node
// (evidence::SignerOf), whether or not the key is still valid. The signature covers the
// request's digest and nothing else of the record: what else is in it is only said.
// INVALID_ARGUMENT, PERMISSION_DENIED or DATA_LOSS otherwise.
absl::Status CheckOther(const evidence::AuditRecord& other, Neighbours* neighbours);

}  // namespace shareway::exchange
