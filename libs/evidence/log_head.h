// SPDX-License-Identifier: Apache-2.0
// A checkpoint in three numbers: what is left of a note when the origin is known.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::evidence {

// The log's Ed25519 signature in `note`, 64 bytes, not verified. `log_key` is the
// log's note verifier key. INVALID_ARGUMENT if there is no such line.
absl::StatusOr<std::string> LogSignature(absl::string_view note, absl::string_view log_key);

// The signed note of a head (proto/FORMATS.md section 5) that `log_key`, an Ed25519
// log's key, is said to have signed; OpenNote tells whether it did. INVALID_ARGUMENT
// unless `root` has 32 bytes and `signature` 64.
absl::StatusOr<std::string> RebuiltNote(absl::string_view log_key, uint64_t size,
                                        absl::string_view root, absl::string_view signature);

}  // namespace shareway::evidence
