// SPDX-License-Identifier: Apache-2.0
// The log's own evidence: it goes into the log without a detour.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/key.h"
#include "services/audit/audit.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {

// Appends SERVICE_STARTED, signed by the service's message key, and returns its
// index once it is durable. `producer` is the service's URI. Call it before
// anyone else can append in that name.
absl::StatusOr<uint64_t> RecordStart(Audit* audit, const LogReader& reader,
                                     const crypto::PrivateKey& message_key,
                                     absl::string_view producer);

}  // namespace shareway::audit
