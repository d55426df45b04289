// SPDX-License-Identifier: Apache-2.0
// Passwords kept as scrypt digests (RFC 7914).
#include "libs/crypto/scrypt.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/openssl.h"
#include "libs/crypto/secret.h"

namespace shareway::crypto {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kDigestBytes = 32;

bool InRange(const ScryptCost& cost) {
  return cost.log_n >= 1 && cost.log_n <= 24 && cost.r >= 1 && cost.r <= 32 && cost.p >= 1 &&
         cost.p <= 16 && cost.memory_bytes() <= kMaxScryptMemoryBytes;
}

bool HasNul(absl::string_view password) { return password.find('\0') != password.npos; }

std::string Unpadded(absl::string_view raw) {
  const std::string padded = ToBase64(raw);
  return std::string(absl::StripSuffix(absl::StripSuffix(padded, "="), "="));
}

absl::StatusOr<std::string> FromUnpadded(absl::string_view text) {
  return FromBase64(absl::StrCat(text, std::string((4 - text.size() % 4) % 4, '=')));
}

// The stored text of a digest, taken apart.
struct Stored {
  ScryptCost cost;
  std::string salt;
  std::string digest;

  std::string Text() const {
    return absl::StrCat("$scrypt$ln=", cost.log_n, ",r=", cost.r, ",p=", cost.p, "$",
                        Unpadded(salt), "$", Unpadded(digest));
  }
};

bool ReadNumber(absl::string_view text, absl::string_view name, int* number) {
  return absl::ConsumePrefix(&text, name) && absl::SimpleAtoi(text, number);
}

absl::StatusOr<Stored> Parse(absl::string_view text) {
  // The text itself stays out of the message: logs must not hold digests of passwords.
  const absl::Status unreadable = absl::DataLossError(
      absl::StrCat("the ", text.size(), " bytes kept of a password are no scrypt digest"));
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '$');
  if (parts.size() != 5 || !parts[0].empty() || parts[1] != "scrypt") return unreadable;
  const std::vector<absl::string_view> numbers = absl::StrSplit(parts[2], ',');
  Stored stored;
  if (numbers.size() != 3 || !ReadNumber(numbers[0], "ln=", &stored.cost.log_n) ||
      !ReadNumber(numbers[1], "r=", &stored.cost.r) ||
      !ReadNumber(numbers[2], "p=", &stored.cost.p) || !InRange(stored.cost)) {
    return unreadable;
  }
  absl::StatusOr<std::string> salt = FromUnpadded(parts[3]);
  absl::StatusOr<std::string> digest = FromUnpadded(parts[4]);
  if (!salt.ok() || salt->size() != kSaltBytes || !digest.ok() || digest->size() != kDigestBytes) {
    return unreadable;
  }
  stored.salt = *std::move(salt);
  stored.digest = *std::move(digest);
  // One digest has one spelling.
  if (stored.Text() != text) return unreadable;
  return stored;
}

}  // namespace

absl::StatusOr<std::string> Scrypt(absl::string_view password, absl::string_view salt,
                                   const ScryptCost& cost, size_t size) {
  if (!InRange(cost)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "scrypt with ln=", cost.log_n, ", r=", cost.r, ", p=", cost.p,
        ", want ln 1 to 24, r 1 to 32, p 1 to 16 and at most ", kMaxScryptMemoryBytes, " bytes"));
  }
  const ErrorScope errors;
  std::string out(size, '\0');
  // OpenSSL counts its blocks of work against the limit, too: p and three more of 128·r bytes.
  const uint64_t limit =
      static_cast<uint64_t>(cost.memory_bytes()) + uint64_t{128} * cost.r * (cost.p + 3);
  if (EVP_PBE_scrypt(password.data(), password.size(), Bytes(salt), salt.size(),
                     uint64_t{1} << cost.log_n, cost.r, cost.p, limit, Bytes(out),
                     out.size()) != 1) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no scrypt with ", cost.memory_bytes(), " bytes of memory"));
  }
  return out;
}

absl::StatusOr<std::string> HashPassword(absl::string_view password, const ScryptCost& cost) {
  Stored stored = {.cost = cost, .salt = RandomBytes(kSaltBytes), .digest = {}};
  SHAREWAY_ASSIGN_OR_RETURN(stored.digest, Scrypt(password, stored.salt, cost, kDigestBytes));
  return stored.Text();
}

absl::StatusOr<bool> VerifyPassword(absl::string_view password, absl::string_view stored) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored kept, Parse(stored));
  SHAREWAY_ASSIGN_OR_RETURN(std::string digest,
                            Scrypt(password, kept.salt, kept.cost, kept.digest.size()));
  const bool same = SameBytes(digest, kept.digest);
  Cleanse(&digest);
  return same && !HasNul(password);
}

absl::StatusOr<ScryptCost> CostOf(absl::string_view stored) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored kept, Parse(stored));
  return kept.cost;
}

}  // namespace shareway::crypto
