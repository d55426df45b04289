// SPDX-License-Identifier: Apache-2.0
// Codes that a person types once.
#include "libs/crypto/one_time_code.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/secret.h"

namespace shareway::crypto {
namespace {

constexpr absl::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr absl::string_view kUse = "shareway/v1/one-time code\n";
constexpr absl::string_view kCheck = "shareway/v1/one-time code check\n";
constexpr size_t kCodeBytes = 16;
constexpr size_t kCharacters = 28;  // 128 bits and 12 of check
constexpr size_t kGroup = 4;

// Twelve bits, in the upper ones of two bytes.
std::string Check(absl::string_view code) {
  std::string check = Sha256(absl::StrCat(kCheck, code)).str().substr(0, 2);
  check[1] = static_cast<char>(check[1] & 0xf0);
  return check;
}

std::string Written(absl::string_view code) {
  const std::string bytes = absl::StrCat(code, Check(code));
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  size_t next = 0;
  for (size_t i = 0; i < kCharacters; ++i) {
    if (i > 0 && i % kGroup == 0) text += '-';
    if (count < 5) {
      bits = bits << 8 | static_cast<unsigned char>(bytes[next++]);
      count += 8;
    }
    count -= 5;
    text += kDigits[bits >> count & 31];
  }
  return text;
}

// The value of a character, or npos.
size_t Value(char c) {
  c = absl::ascii_toupper(static_cast<unsigned char>(c));
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  return kDigits.find(c);
}

absl::Status Mistyped() {
  return absl::InvalidArgumentError(absl::StrCat("the code is mistyped, want ", kCharacters,
                                                 " digits and letters as they were handed out"));
}

}  // namespace

OneTimeCode NewOneTimeCode() {
  std::string code = RandomBytes(kCodeBytes);
  OneTimeCode made = {.text = Written(code), .digest = Sha256(absl::StrCat(kUse, code))};
  Cleanse(&code);
  return made;
}

absl::StatusOr<Hash32> OneTimeCodeDigest(absl::string_view typed) {
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  size_t characters = 0;
  for (const char c : typed) {
    if (c == '-' || absl::ascii_isspace(static_cast<unsigned char>(c))) continue;
    const size_t value = Value(c);
    if (value == absl::string_view::npos || ++characters > kCharacters) return Mistyped();
    bits = bits << 5 | static_cast<uint32_t>(value);
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  if (characters != kCharacters) return Mistyped();
  bytes += static_cast<char>(bits << 4 & 0xf0);  // the last four bits
  std::string code = bytes.substr(0, kCodeBytes);
  const bool right = SameBytes(bytes.substr(kCodeBytes), Check(code));
  const Hash32 digest = Sha256(absl::StrCat(kUse, code));
  Cleanse(&code);
  Cleanse(&bytes);
  if (!right) return Mistyped();
  return digest;
}

}  // namespace shareway::crypto
