// SPDX-License-Identifier: Apache-2.0
// Attachments: taken in pieces, kept sealed, read by who may read their case unless internal.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/attachment/contents.h"
#include "services/sharing/desk.h"
#include "services/sharing/store/desk_codec.h"
#include "services/sharing/subjects.h"

namespace shareway::sharing {

// Thread-safe. Contents lie below attachment-chunk/, unfinished uploads below held/uploading|.
class Attachments {
 public:
  static constexpr size_t kChunk = attachment::kChunk;
  static constexpr int kMostUnfinished = attachment::kMostUnfinished;

  // Both must outlive it. `key` is empty where none is given: then nothing is taken or read.
  Attachments(const Desk* desk, const Subjects* subjects, std::string key);

  // One upload, for one thread. What is refused at its end leaves nothing; what is not finished is
  // deleted by upkeep.
  class Upload {
   public:
    // INVALID_ARGUMENT, ATTACHMENT_REFUSED, beyond attachment::kMaxBytes.
    absl::Status Add(absl::string_view piece) { return intake_.Add(piece); }
    // The attachment, durable with its evidence. INVALID_ARGUMENT, ATTACHMENT_REFUSED: its type is
    // not admitted, it is empty, or its digest is not the one that was asked for;
    // FAILED_PRECONDITION, DEADLINE_PASSED, half an hour after it began.
    absl::StatusOr<Stored<Attachment>> Finish();

   private:
    friend class Attachments;
    absl::StatusOr<Stored<Attachment>> Keep();

    Attachments* owner_ = nullptr;
    Errand errand_ = {};
    Subject subject_ = {};
    Attachment attachment_ = {};
    std::string asked_digest_ = {};
    attachment::Contents::Intake intake_ = {};
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
  const Desk* const desk_;
  const Subjects* const subjects_;
  attachment::Contents contents_;
};

// Deletes what uploads left that began more than an hour ago, for upkeep; at most 100 a call.
absl::StatusOr<int> AbandonedUploadsDue(const Desk& desk);

}  // namespace shareway::sharing
