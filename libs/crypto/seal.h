// SPDX-License-Identifier: Apache-2.0
// Bytes that are kept sealed: AES-256-GCM (NIST SP 800-38D).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::crypto {

inline constexpr size_t kSealKeyBytes = 32;
inline constexpr size_t kSealNonceBytes = 12;
inline constexpr size_t kSealTagBytes = 16;

// `plain` encrypted, with the tag behind it: kSealTagBytes longer. `about` is not kept, but Unseal
// wants the same. A nonce must never be used twice with one key. Ends the process if key or nonce
// have another size, or the library fails.
std::string Seal(absl::string_view key, absl::string_view nonce, absl::string_view about,
                 absl::string_view plain);

// What was sealed. DATA_LOSS if a byte of it, of the key, the nonce or `about` is another.
absl::StatusOr<std::string> Unseal(absl::string_view key, absl::string_view nonce,
                                   absl::string_view about, absl::string_view sealed);

}  // namespace shareway::crypto
