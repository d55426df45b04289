// SPDX-License-Identifier: Apache-2.0
#include "libs/evidence/log_head.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::evidence {
namespace {

constexpr size_t kHashBytes = 4;
constexpr size_t kSignatureBytes = 64;

struct Parts {
  absl::string_view name;
  std::string hash;  // of the key, 4 bytes in hexadecimal
  std::string raw_hash;
};

absl::StatusOr<Parts> PartsOf(absl::string_view log_key) {
  // Base64 may have '+', so only the first two part.
  const std::vector<absl::string_view> parts = absl::StrSplit(log_key, absl::MaxSplits('+', 2));
  if (parts.size() != 3 || parts[1].size() != 2 * kHashBytes) {
    return absl::InvalidArgumentError("the log's key is no verifier key NAME+HASH+BASE64");
  }
  Parts out{parts[0], std::string(parts[1]), ""};
  for (size_t i = 0; i < parts[1].size(); i += 2) {
    unsigned value = 0;
    for (const char c : parts[1].substr(i, 2)) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit && !(c >= 'a' && c <= 'f')) {
        return absl::InvalidArgumentError("the hash of the log's key is not in hexadecimal");
      }
      value = value * 16 + static_cast<unsigned>(digit ? c - '0' : c - 'a' + 10);
    }
    out.raw_hash.push_back(static_cast<char>(value));
  }
  return out;
}

std::string LineStart(absl::string_view name) { return absl::StrCat("\xe2\x80\x94 ", name, " "); }

}  // namespace

absl::StatusOr<std::string> LogSignature(absl::string_view note, absl::string_view log_key) {
  SHAREWAY_ASSIGN_OR_RETURN(const Parts parts, PartsOf(log_key));
  const std::string start = LineStart(parts.name);
  for (absl::string_view line : absl::StrSplit(note, '\n')) {
    if (!absl::ConsumePrefix(&line, start)) continue;
    const absl::StatusOr<std::string> raw = FromBase64(line);
    if (raw.ok() && raw->size() == kHashBytes + kSignatureBytes &&
        absl::StartsWith(*raw, parts.raw_hash)) {
      return raw->substr(kHashBytes);
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the note has no line by the key ", parts.name, "+", parts.hash));
}

absl::StatusOr<std::string> RebuiltNote(absl::string_view log_key, uint64_t size,
                                        absl::string_view root, absl::string_view signature) {
  SHAREWAY_ASSIGN_OR_RETURN(const Parts parts, PartsOf(log_key));
  if (root.size() != 32 || signature.size() != kSignatureBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a root of ", root.size(),
                                                   " bytes, want 32; a signature of ",
                                                   signature.size(), " bytes, want 64"));
  }
  return absl::StrCat(parts.name, "\n", size, "\n", ToBase64(root), "\n\n", LineStart(parts.name),
                      ToBase64(absl::StrCat(parts.raw_hash, signature)), "\n");
}

}  // namespace shareway::evidence
