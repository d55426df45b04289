// SPDX-License-Identifier: Apache-2.0
// Files that people hand in: taken in pieces, kept sealed in chunks, read in order. What they belong to,
// and who may read them, is for the service that keeps them.
//
// Content is sealed by AES-256-GCM in chunks under a key of each attachment, HMAC-SHA256(key, name), so
// that no nonce (the chunk's place) comes twice; each chunk is bound to its place.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/attachment/media_type.h"
#include "libs/crypto/hash.h"
#include "libs/kv/store.h"

namespace shareway::attachment {

inline constexpr uint64_t kMaxBytes = 50u << 20;
inline constexpr size_t kChunk = 256 << 10;
// Of one person at a time: what never ends takes up to 50 MiB each until it is swept.
inline constexpr int kMostUnfinished = 6;
inline constexpr absl::Duration kLongestUpload = absl::Minutes(30);
// What began longer ago and did not end is swept.
inline constexpr absl::Duration kAbandoned = absl::Hours(1);

// The key of a service's attachments: the 32 bytes in the file `path`, as bytes or 64 hexadecimal
// digits. INVALID_ARGUMENT for anything else. Lose it, and they are lost; another one opens none
// of those kept before.
absl::StatusOr<std::string> ReadKey(const std::string& path);

// INVALID_ARGUMENT naming `field` if the name is empty, longer than 200 characters, no text, or has a
// path or several lines.
absl::Status CheckFileName(absl::string_view file_name, absl::string_view field);

// How many chunks a content of this size has.
inline uint32_t ChunksOf(uint64_t bytes) {
  return static_cast<uint32_t>((bytes + kChunk - 1) / kChunk);
}

// What is known of a content once it is whole.
struct Facts {
  std::string media_type = {};
  uint64_t bytes = 0;
  std::string sha256 = {};  // 32 bytes
  uint32_t chunks = 0;

  friend bool operator==(const Facts&, const Facts&) = default;
};

// The contents that one service keeps. Thread-safe.
//
// Keys, below two prefixes of the service's choice:
//   {chunks}{name}/{n}   -> sealed bytes; n has 4 bytes, big-endian, from 0
//   {begun}{name}        -> 8 bytes: when the upload began, then who uploads; goes with the commit that
//       makes the attachment, or with the chunks of an upload that never ended
class Contents {
 public:
  struct Places {
    std::string chunks = {};  // for example attachment-chunk/
    std::string begun = {};
  };
  // `kv` must outlive it. `key` is empty where none is given: then nothing is taken or read.
  Contents(kv::Store* kv, Places places, std::string key);

  // FAILED_PRECONDITION, NOT_SUPPORTED, without a key.
  absl::Status CheckKey() const;
  // What the commit that makes the attachment deletes.
  std::string BegunKey(absl::string_view name) const;
  std::string ChunkPrefix(absl::string_view name) const;

  // One upload, for one thread.
  class Intake {
   public:
    // INVALID_ARGUMENT, ATTACHMENT_REFUSED, beyond kMaxBytes.
    absl::Status Add(absl::string_view piece);
    // By content. INVALID_ARGUMENT, ATTACHMENT_REFUSED: the type is not admitted, or nothing came.
    absl::StatusOr<std::string> Type() const { return type_.Find(); }
    // The first bytes, up to 256 KiB.
    absl::string_view beginning() const { return type_.beginning(); }
    // The content is whole, and what is kept of it durable; the attachment is for the caller to make.
    // `asked_digest`: the 32 bytes that its SHA-256 must be, or empty. As Type; INVALID_ARGUMENT,
    // ATTACHMENT_REFUSED, for another digest; FAILED_PRECONDITION, DEADLINE_PASSED, later than
    // kLongestUpload after it began.
    absl::StatusOr<Facts> End(absl::string_view asked_digest, absl::Time now);

   private:
    friend class Contents;
    absl::Status Flush();

    Contents* owner_ = nullptr;
    std::string name_ = {};
    absl::Time begun_ = {};
    Facts facts_ = {};
    std::string pending_ = {};
    MediaTypeFinder type_ = {};
    crypto::Sha256Stream digest_ = {};
  };
  // Durable once OK: what is not finished is found again. `by`: people/{p}. Errors of CheckKey;
  // RESOURCE_EXHAUSTED, RATE_LIMITED, beyond kMostUnfinished of `by`.
  absl::StatusOr<Intake> Begin(absl::string_view name, absl::string_view by, absl::Time now);

  // The content in order, chunk by chunk; ends with the first error of `write`. Errors of CheckKey;
  // DATA_LOSS if a chunk is not there or does not open.
  absl::Status Read(absl::string_view name, uint32_t chunks,
                    absl::FunctionRef<absl::Status(absl::string_view)> write) const;
  // Deletes what an upload left.
  absl::Status Drop(absl::string_view name);
  // Deletes the uploads that began more than kAbandoned before `now`, at most `limit`. Returns how many.
  absl::StatusOr<int> DropAbandoned(absl::Time now, int limit);

 private:
  std::string KeyOf(absl::string_view name) const;
  std::string ChunkKey(absl::string_view name, uint32_t n) const;
  absl::StatusOr<int> Unfinished(absl::string_view by) const;

  kv::Store* const kv_;
  const Places places_;
  const std::string key_;
  absl::Mutex beginning_;  // from the count of what is unfinished until one more is durable
};

}  // namespace shareway::attachment
