// SPDX-License-Identifier: Apache-2.0
// Attachments: taken in pieces, kept sealed, read by who may read their case unless internal.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/crypto/hash.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/media_type.h"
#include "services/sharing/store/attachment_store.h"
#include "services/sharing/store/desk_codec.h"
#include "services/sharing/subjects.h"

namespace shareway::sharing {

// The key of the service's attachments: the 32 bytes in the file `path`, as bytes or 64 hexadecimal
// digits. INVALID_ARGUMENT for anything else. Lose it, and they are lost; another one opens none
// of those kept before.
absl::StatusOr<std::string> ReadAttachmentKey(const std::string& path);

// Content is sealed by AES-256-GCM in chunks under a key of each attachment, HMAC-SHA256(key, name),
// so that no nonce (the chunk's place) comes twice; each chunk is bound to its place. Thread-safe.
class Attachments {
 public:
  static constexpr size_t kChunk = 256 << 10;
  // Of one person at a time: what never ends takes up to 50 MiB each until upkeep deletes it.
  static constexpr int kMostUnfinished = 6;

  // Both must outlive it. `key` is empty where none is given: then nothing is taken or read.
  Attachments(const Desk* desk, const Subjects* subjects, std::string key)
      : desk_(desk), subjects_(subjects), store_(desk->store().engine()), key_(std::move(key)) {}

  // One upload, for one thread. What is refused at its end leaves nothing; what is not finished is
  // deleted by upkeep.
  class Upload {
   public:
    // INVALID_ARGUMENT, ATTACHMENT_REFUSED, beyond kMaxAttachmentBytes.
    absl::Status Add(absl::string_view piece);
    // The attachment, durable with its evidence. INVALID_ARGUMENT, ATTACHMENT_REFUSED: its type is
    // not admitted, it is empty, or its digest is not the one that was asked for;
    // FAILED_PRECONDITION, DEADLINE_PASSED, half an hour after it began.
    absl::StatusOr<Stored<Attachment>> Finish();

   private:
    friend class Attachments;
    absl::Status Flush();
    absl::StatusOr<Stored<Attachment>> Keep();

    Attachments* owner_ = nullptr;
    Errand errand_ = {};
    Subject subject_ = {};
    Attachment attachment_ = {};
    std::string asked_digest_ = {};
    std::string pending_ = {};
    MediaTypeFinder type_ = {};
    crypto::Sha256Stream digest_ = {};
  };
  // `asked`: subject, file_name, and the digest that the content must have, or none. `internal`:
  // the actor's agency reads it alone; nothing: only what belongs to the provider's draft of an
  // answer, until that is signed. FAILED_PRECONDITION, NOT_SUPPORTED, without a key; NOT_VISIBLE for a
  // subject that the actor may not read; RESOURCE_EXHAUSTED, RATE_LIMITED, beyond kMostUnfinished.
  absl::StatusOr<Upload> Begin(const Errand& errand, const Attachment& asked,
                               std::optional<bool> internal = std::nullopt);

  // Both answer `internal` as it is now.
  absl::StatusOr<Stored<Attachment>> Get(const Actor& actor, absl::string_view name) const;
  absl::StatusOr<Page<Attachment>> List(const Actor& actor, absl::string_view subject,
                                        absl::string_view cursor, int limit) const;
  // Its content in order, chunk by chunk; ends with the first error of `write`. DATA_LOSS if a chunk
  // does not open.
  absl::Status Read(const Attachment& attachment,
                    absl::FunctionRef<absl::Status(absl::string_view)> write) const;

 private:
  std::string KeyOf(absl::string_view name) const;

  const Desk* const desk_;
  const Subjects* const subjects_;
  AttachmentStore store_;
  const std::string key_;
  absl::Mutex beginning_;  // from the count of what is unfinished until one more is durable
};

// Deletes what uploads left that began more than an hour ago, for upkeep; at most 100 a call.
absl::StatusOr<int> AbandonedUploadsDue(const Desk& desk);

}  // namespace shareway::sharing
