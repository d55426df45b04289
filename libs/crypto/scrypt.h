// SPDX-License-Identifier: Apache-2.0
// Passwords kept as scrypt digests (RFC 7914), each with the cost that it was made at.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::crypto {

// What one guess costs: 128·2^log_n·r bytes of memory, walked through p times.
struct ScryptCost {
  int log_n = 17;
  int r = 8;
  int p = 1;

  friend bool operator==(const ScryptCost&, const ScryptCost&) = default;
  int64_t memory_bytes() const { return (int64_t{128} << log_n) * r; }
};

// The cost of new passwords: 128 MiB each, so a caller bounds how many run at a time.
inline constexpr ScryptCost kPasswordCost = {};
// More is refused, also in what is stored: damaged bytes must not take the process's memory.
inline constexpr int64_t kMaxScryptMemoryBytes = int64_t{1} << 30;

// `size` bytes derived from the password. INVALID_ARGUMENT if a part of the cost is out of range
// (log_n 1 to 24, r 1 to 32, p 1 to 16, memory at most kMaxScryptMemoryBytes);
// RESOURCE_EXHAUSTED if there is no memory for it.
absl::StatusOr<std::string> Scrypt(absl::string_view password, absl::string_view salt,
                                   const ScryptCost& cost, size_t size);

// What is stored of a password, in the PHC string format:
//   $scrypt$ln=17,r=8,p=1$SALT$DIGEST
// with 16 random bytes of salt and 32 of digest, both in base64 without padding. Errors as Scrypt.
// The bytes count: whoever takes a password brings it into one Unicode form and refuses NUL in it.
absl::StatusOr<std::string> HashPassword(absl::string_view password,
                                         const ScryptCost& cost = kPasswordCost);

// True if `stored` is that of the password. Never for one with a NUL in it: scrypt begins with
// HMAC, to which "a" and "a\0" are one key. Takes as long for a wrong one as for the right one;
// for an account that does not exist the caller checks against a hash of random bytes, so that
// time does not tell. DATA_LOSS if `stored` cannot be read; RESOURCE_EXHAUSTED as Scrypt.
absl::StatusOr<bool> VerifyPassword(absl::string_view password, absl::string_view stored);

// The cost that `stored` was made at. At a sign-in with another than kPasswordCost the caller
// hashes anew. DATA_LOSS if it cannot be read.
absl::StatusOr<ScryptCost> CostOf(absl::string_view stored);

}  // namespace shareway::crypto
