// SPDX-License-Identifier: Apache-2.0
#include "libs/base/bytes.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace shareway {

absl::StatusOr<Hash32> Hash32::From(absl::string_view raw) {
  Hash32 hash;
  if (raw.size() != hash.bytes.size()) {
    return absl::InvalidArgumentError(absl::StrCat("digest has ", raw.size(), " bytes, want 32"));
  }
  std::memcpy(hash.bytes.data(), raw.data(), raw.size());
  return hash;
}

std::string ToHex(absl::string_view raw) { return absl::BytesToHexString(raw); }

std::string ToBase64(absl::string_view raw) { return absl::Base64Escape(raw); }

absl::StatusOr<std::string> FromBase64(absl::string_view text) {
  std::string raw;
  // Abseil forgives white space and missing padding; evidence must have one spelling.
  if (!absl::Base64Unescape(text, &raw) || absl::Base64Escape(raw) != text) {
    return absl::InvalidArgumentError("not strict base64");
  }
  return raw;
}

std::string BigEndian64(uint64_t value) {
  std::string out(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

uint64_t ReadBigEndian64(absl::string_view raw) {
  if (raw.size() < 8) return 0;
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(raw[i]);
  return value;
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

namespace {

// The length of the well-formed sequence at the start of `s` (Unicode 15, table 3-7), or 0.
size_t SequenceLength(absl::string_view s) {
  auto at = [&](size_t i) { return i < s.size() ? static_cast<uint8_t>(s[i]) : 0; };
  auto tail = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  const uint8_t a = at(0);
  if (a < 0x80) return 1;
  if (a >= 0xc2 && a <= 0xdf) return tail(1) ? 2 : 0;
  if (a >= 0xe0 && a <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if (a == 0xe0 && at(1) < 0xa0) return 0;
    if (a == 0xed && at(1) > 0x9f) return 0;  // surrogates
    return 3;
  }
  if (a >= 0xf0 && a <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (a == 0xf0 && at(1) < 0x90) return 0;
    if (a == 0xf4 && at(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

bool IsText(absl::string_view text) {
  while (!text.empty()) {
    const size_t n = SequenceLength(text);
    if (n == 0) return false;
    const uint8_t c = static_cast<uint8_t>(text[0]);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) return false;
    text.remove_prefix(n);
  }
  return true;
}

int CodePoints(absl::string_view text) {
  int n = 0;
  for (char c : text) n += (static_cast<uint8_t>(c) & 0xc0) != 0x80;
  return n;
}

}  // namespace shareway
