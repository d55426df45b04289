// SPDX-License-Identifier: Apache-2.0
// The keys of the log in its store. They are for ever.
//
//   h                          -> size (8) and root (32): what is sequenced
//   c                          -> the newest signed checkpoint
//   m/incarnation, m/log-key   -> this store's own producer incarnation; the log's verifier key
//   m/past                     -> the incarnations before it, 16 bytes each
//   m/dropped                  -> guarded, empty; deleted bytes may still be on the disk
//   m/mirrored                 -> guarded, empty; a mirror was begun
//   w/c                        -> the newest witnessed checkpoint, while there are witnesses
//   rb/{index}[…]              -> entries that wait until the log is rebuilt (witness_store.h)
//   e/{first}                  -> entries of a complete bundle of 256, from index `first` on
//   t/{first}                  -> entries of the incomplete last bundle, from index `first` on
//   n/{level 1}{tile}          -> a complete tile, all inner hashes included
//   d/{stream}{~sequence}      -> a run of entry ids with consecutive indices
//   x/{term}{~span}            -> where in a span of 16,384 entries a term is; ingested
//   x!{~span}                  -> guarded; the span's terms were ingested; ingested with them
//   u/{node}{index}            -> guarded; a half at `index` that `node` has not matched yet
//   v/{node}{missing half}     -> the index in that half's u/ key
//   u!                         -> guarded; up to where in the log halves have u/ keys, and how many
//   a/{first}                  -> guarded; a segment whose bundles lie in the archive (archive.h)
//   y/{first}                  -> guarded; a segment's deleted records (retention.h)
//   q/{number}                 -> guarded; a day of service (service_days.h)
//
// Numbers are 8 bytes big-endian, `~` their complement, so that the newest comes
// first. A stream is half of a SHA-256, since an entry is the same where it and the
// sequence are. Terms (8 bytes) and nodes (16) are xxHash: what they lead to is
// compared with what was asked for.
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
// A producer's entries of one incarnation.
Digest16 StreamOf(absl::string_view producer, absl::string_view incarnation);

// A node in keys.
Digest16 NodeHash(absl::string_view name);

// A term in keys. Two terms may have the same.
struct TermKey {
  uint64_t hash = 0;

  friend bool operator==(const TermKey&, const TermKey&) = default;
  friend auto operator<=>(const TermKey&, const TermKey&) = default;
};
TermKey KeyOf(const Term& term);

inline constexpr absl::string_view kHeadKey = "h";
inline constexpr absl::string_view kCheckpointKey = "c";
inline constexpr absl::string_view kIncarnationKey = "m/incarnation";
inline constexpr absl::string_view kLogKeyKey = "m/log-key";
inline constexpr absl::string_view kPastKey = "m/past";
inline constexpr absl::string_view kDroppedKey = "m/dropped";
inline constexpr absl::string_view kMirroredKey = "m/mirrored";
inline constexpr absl::string_view kWitnessedKey = "w/c";
inline constexpr absl::string_view kStagedPrefix = "rb/";
inline constexpr absl::string_view kBundlePrefix = "e/";
inline constexpr absl::string_view kTailPrefix = "t/";
inline constexpr absl::string_view kTilePrefix = "n/";
inline constexpr absl::string_view kRunPrefix = "d/";
inline constexpr absl::string_view kPostingPrefix = "x/";
inline constexpr absl::string_view kIndexedPrefix = "x!";
inline constexpr absl::string_view kUnmatchedPrefix = "u/";
inline constexpr absl::string_view kAwaitedPrefix = "v/";
inline constexpr absl::string_view kAccountKey = "u!";
inline constexpr absl::string_view kArchivedPrefix = "a/";
inline constexpr absl::string_view kDeletedPrefix = "y/";
inline constexpr absl::string_view kDayPrefix = "q/";

// Keys that are not the log's: the directory that libs/rpc keeps in every store.
inline constexpr absl::string_view kForeignPrefix = "dir/";

std::string BundleKey(uint64_t first);
std::string TailKey(uint64_t first);
std::string TileKey(TileId tile);
std::string StagedKey(uint64_t index);
// All runs of a stream have this prefix.
std::string StreamPrefix(const Digest16& stream);
// The key of a run that begins at `sequence`; from it on, runs that begin there or earlier.
std::string RunKey(const Digest16& stream, uint64_t sequence);
std::string PostingPrefix(TermKey term);
std::string PostingKey(TermKey term, uint64_t span);
std::string IndexedKey(uint64_t span);
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
