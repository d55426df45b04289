// SPDX-License-Identifier: Apache-2.0
// Keeps the content of attachments, sealed, in chunks.
//
// Keys:
//   attachment-chunk/{name}/{n}   -> sealed bytes; n has 4 bytes, big-endian, from 0
//   held/uploading|{name}         -> 8 bytes: when the upload began, then people/{p}, whose it is;
//       goes with the commit that makes the attachment, or with the chunks of an upload that never
//       ended
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"

namespace shareway::sharing {

// What CaseRow::gives_up names, so that an upload ends with the commit of its attachment.
std::string UploadingKey(absl::string_view name);

// Thread-safe.
class AttachmentStore {
 public:
  // `kv` must outlive it.
  explicit AttachmentStore(kv::Store* kv) : kv_(kv) {}

  // Durable once OK: what is not finished is found again. `by`: people/{p}.
  absl::Status Begin(absl::string_view name, absl::string_view by, absl::Time now);
  // How many uploads of this person have begun and neither ended nor been deleted.
  absl::StatusOr<int> Unfinished(absl::string_view by) const;
  absl::Status PutChunk(absl::string_view name, uint32_t n, std::string sealed);
  // NOT_FOUND if it is not there.
  absl::StatusOr<std::string> GetChunk(absl::string_view name, uint32_t n) const;
  // Deletes what an upload left.
  absl::Status Drop(absl::string_view name);
  // Deletes the uploads that began before `before`, at most `limit`. Returns how many.
  absl::StatusOr<int> DropBegunBefore(absl::Time before, int limit);

 private:
  kv::Store* const kv_;
};

}  // namespace shareway::sharing
