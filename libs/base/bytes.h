// SPDX-License-Identifier: Apache-2.0
// Byte strings and the few encodings that the formats use.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway {

// A 32-byte digest: SHA-256 or SM3.
struct Hash32 {
  std::array<uint8_t, 32> bytes = {};

  absl::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string str() const { return std::string(view()); }
  // INVALID_ARGUMENT unless `raw` has 32 bytes.
  static absl::StatusOr<Hash32> From(absl::string_view raw);

  friend bool operator==(const Hash32&, const Hash32&) = default;
  friend auto operator<=>(const Hash32&, const Hash32&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Hash32& d) {
    return H::combine(std::move(h), d.bytes);
  }
};

// Lower-case hexadecimal.
std::string ToHex(absl::string_view raw);

// Standard alphabet with padding (RFC 4648 section 4).
std::string ToBase64(absl::string_view raw);
// INVALID_ARGUMENT for anything but strict standard base64 with padding.
absl::StatusOr<std::string> FromBase64(absl::string_view text);

// Big-endian, fixed 8 bytes: keys sort as numbers do.
std::string BigEndian64(uint64_t value);
// Reads the first 8 bytes; 0 if there are fewer.
uint64_t ReadBigEndian64(absl::string_view raw);

// The end of the range of keys that start with `prefix`; empty if there is none.
std::string PrefixEnd(absl::string_view prefix);

// True if `text` is well-formed UTF-8 without NUL and other C0 controls, except
// line feed and tab.
bool IsText(absl::string_view text);

// The number of code points in well-formed UTF-8.
int CodePoints(absl::string_view text);

}  // namespace shareway
