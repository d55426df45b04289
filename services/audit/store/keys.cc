// SPDX-License-Identifier: Apache-2.0
// Making keys, and the guard of small values.
#include "services/audit/store/keys.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"

namespace shareway::audit {
namespace {

constexpr size_t kGuardBytes = 8;

std::string GuardOf(absl::string_view key, absl::string_view value) {
  return crypto::Sha256(absl::StrCat(BigEndian64(key.size()), key, value))
      .str()
      .substr(0, kGuardBytes);
}

}  // namespace

Digest16 StreamOf(absl::string_view producer, absl::string_view incarnation) {
  const Hash32 digest =
      crypto::Sha256(absl::StrCat(BigEndian64(producer.size()), producer, incarnation));
  Digest16 half;
  std::copy_n(digest.bytes.begin(), half.bytes.size(), half.bytes.begin());
  return half;
}

Digest16 NodeHash(absl::string_view name) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(name.data(), name.size()));
  Digest16 hash;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), hash.bytes.begin());
  return hash;
}

TermKey KeyOf(const Term& term) {
  return {XXH3_64bits_withSeed(term.text.data(), term.text.size(),
                               static_cast<XXH64_hash_t>(term.kind))};
}

std::string BundleKey(uint64_t first) { return absl::StrCat(kBundlePrefix, BigEndian64(first)); }

std::string TailKey(uint64_t first) { return absl::StrCat(kTailPrefix, BigEndian64(first)); }

std::string StagedKey(uint64_t index) { return absl::StrCat(kStagedPrefix, BigEndian64(index)); }

std::string TileKey(TileId tile) {
  return absl::StrCat(kTilePrefix, std::string(1, static_cast<char>(tile.level)),
                      BigEndian64(tile.index));
}

std::string StreamPrefix(const Digest16& stream) { return absl::StrCat(kRunPrefix, stream.view()); }

std::string RunKey(const Digest16& stream, uint64_t sequence) {
  return absl::StrCat(kRunPrefix, stream.view(), BigEndian64(~sequence));
}

std::string PostingPrefix(TermKey term) {
  return absl::StrCat(kPostingPrefix, BigEndian64(term.hash));
}

std::string PostingKey(TermKey term, uint64_t span) {
  return absl::StrCat(kPostingPrefix, BigEndian64(term.hash), BigEndian64(~span));
}

std::string IndexedKey(uint64_t span) { return absl::StrCat(kIndexedPrefix, BigEndian64(~span)); }

std::string UnmatchedPrefix(const Digest16& node) {
  return absl::StrCat(kUnmatchedPrefix, node.view());
}

std::string UnmatchedKey(const Digest16& node, uint64_t index) {
  return absl::StrCat(kUnmatchedPrefix, node.view(), BigEndian64(index));
}

std::string Guarded(absl::string_view key, absl::string_view value) {
  return absl::StrCat(GuardOf(key, value), value);
}

absl::StatusOr<std::string> Unguard(absl::string_view key, absl::string_view bytes) {
  if (bytes.size() < kGuardBytes ||
      GuardOf(key, bytes.substr(kGuardBytes)) != bytes.substr(0, kGuardBytes)) {
    return Damaged(key, "the value is not what was written");
  }
  return std::string(bytes.substr(kGuardBytes));
}

absl::Status Damaged(absl::string_view key, absl::string_view what) {
  // Two characters tell the kind; the rest is mostly binary.
  const absl::string_view kind = key.substr(0, 2);
  return absl::DataLossError(
      absl::StrCat("audit log, key ", kind, ToHex(key.substr(kind.size())), ": ", what));
}

}  // namespace shareway::audit
