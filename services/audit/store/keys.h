// SPDX-License-Identifier: Apache-2.0
// The keys of the log in its store. They are for ever.
//
//   h                          -> size (8) and root (32): what is sequenced
//   c                          -> the newest signed checkpoint
//   m/incarnation, m/log-key   -> this store's own producer incarnation; the log's verifier key
//   e/{first}                  -> entries of a complete bundle of 256, from index `first` on
//   t/{first}                  -> entries of the incomplete last bundle, from index `first` on
//   n/{level 1}{tile}          -> a complete tile, all inner hashes included
//   d/{stream}{~sequence}      -> a run of entry ids with consecutive indices
//   x/{kind 1}{term}{~bundle}  -> where in a bundle a term is
//   u/{node}{index}            -> a half at `index` that `node` has not matched yet
//
// Numbers are 8 bytes big-endian, `~` their complement, so that the newest comes
// first; stream, term and node are the first 16 bytes of a SHA-256.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/audit/domain/facts.h"
#include "services/audit/domain/tile.h"

namespace shareway::audit {

// Entries of one bundle lie together once all are there.
inline constexpr uint64_t kBundle = kTileWidth;

// Half of a SHA-256: enough that nobody finds two texts for one.
struct Digest16 {
  std::array<uint8_t, 16> bytes = {};

  absl::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  friend bool operator==(const Digest16&, const Digest16&) = default;
  friend auto operator<=>(const Digest16&, const Digest16&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Digest16& d) {
    return H::combine(std::move(h), d.bytes);
  }
};
Digest16 DigestOf(absl::string_view text);

// A producer's entries of one incarnation.
Digest16 StreamOf(absl::string_view producer, absl::string_view incarnation);

// A term in keys: its kind (1) and digest (16).
struct TermKey {
  std::array<char, 17> bytes = {};

  absl::string_view view() const { return {bytes.data(), bytes.size()}; }
  friend bool operator==(const TermKey&, const TermKey&) = default;
  friend auto operator<=>(const TermKey&, const TermKey&) = default;
};
TermKey KeyOf(const Term& term);

inline constexpr absl::string_view kHeadKey = "h";
inline constexpr absl::string_view kCheckpointKey = "c";
inline constexpr absl::string_view kIncarnationKey = "m/incarnation";
inline constexpr absl::string_view kLogKeyKey = "m/log-key";
inline constexpr absl::string_view kBundlePrefix = "e/";
inline constexpr absl::string_view kTailPrefix = "t/";
inline constexpr absl::string_view kTilePrefix = "n/";
inline constexpr absl::string_view kRunPrefix = "d/";
inline constexpr absl::string_view kPostingPrefix = "x/";
inline constexpr absl::string_view kUnmatchedPrefix = "u/";

// Keys that are not the log's: the directory that libs/rpc keeps in every store.
inline constexpr absl::string_view kForeignPrefix = "dir/";

std::string BundleKey(uint64_t first);
std::string TailKey(uint64_t first);
std::string TileKey(TileId tile);
// All runs of a stream have this prefix.
std::string StreamPrefix(const Digest16& stream);
// The key of a run that begins at `sequence`; from it on, runs that begin there or earlier.
std::string RunKey(const Digest16& stream, uint64_t sequence);
std::string PostingPrefix(const TermKey& term);
std::string PostingKey(const TermKey& term, uint64_t bundle);
std::string UnmatchedPrefix(const Digest16& node);
std::string UnmatchedKey(const Digest16& node, uint64_t index);

// A value that nothing else in the log vouches for carries 8 bytes of the
// SHA-256 of key and value in front.
std::string Guarded(absl::string_view key, absl::string_view value);
// The value. DATA_LOSS naming the key if the bytes are not what was written.
absl::StatusOr<std::string> Unguard(absl::string_view key, absl::string_view bytes);

// DATA_LOSS for the key, which it names readably.
absl::Status Damaged(absl::string_view key, absl::string_view what);

}  // namespace shareway::audit
