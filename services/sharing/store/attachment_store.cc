// SPDX-License-Identifier: Apache-2.0
// Keeps the content of attachments.
#include "services/sharing/store/attachment_store.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/sharing/store/keys.h"

namespace shareway::sharing {
namespace {

std::string ChunkPrefix(absl::string_view name) {
  return absl::StrCat("attachment-chunk/", name, "/");
}
std::string ChunkKey(absl::string_view name, uint32_t n) {
  return absl::StrCat(ChunkPrefix(name), BigEndian64(n).substr(4));
}

}  // namespace

std::string UploadingKey(absl::string_view name) { return absl::StrCat("uploading|", name); }

absl::Status AttachmentStore::Begin(absl::string_view name, absl::string_view by,
                                    absl::Time now) {
  const std::string key = HeldKey(UploadingKey(name));
  kv::Batch batch;
  const std::string begun = BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(now)));
  batch.ExpectAbsent(key).Put(key, absl::StrCat(begun, by));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<int> AttachmentStore::Unfinished(absl::string_view by) const {
  constexpr size_t kTimeBytes = 8;
  const std::string prefix = HeldKey(UploadingKey(""));
  int unfinished = 0;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view, absl::string_view value, uint64_t) {
        if (value.size() >= kTimeBytes && value.substr(kTimeBytes) == by) ++unfinished;
        return true;
      }));
  return unfinished;
}

absl::Status AttachmentStore::PutChunk(absl::string_view name, uint32_t n, std::string sealed) {
  kv::Batch batch;
  batch.Put(ChunkKey(name, n), std::move(sealed));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<std::string> AttachmentStore::GetChunk(absl::string_view name, uint32_t n) const {
  SHAREWAY_ASSIGN_OR_RETURN(kv::Entry entry, kv_->Get(ChunkKey(name, n)));
  return std::move(entry.value);
}

absl::Status AttachmentStore::Drop(absl::string_view name) {
  kv::Batch batch;
  batch.DeleteRange(ChunkPrefix(name), PrefixEnd(ChunkPrefix(name)));
  batch.Delete(HeldKey(UploadingKey(name)));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<int> AttachmentStore::DropBegunBefore(absl::Time before, int limit) {
  const std::string prefix = HeldKey(UploadingKey(""));
  std::vector<std::string> old;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
        const auto begun = static_cast<int64_t>(ReadBigEndian64(value));
        if (absl::FromUnixNanos(begun) < before) old.emplace_back(key.substr(prefix.size()));
        return static_cast<int>(old.size()) < limit;
      }));
  for (const std::string& name : old) SHAREWAY_RETURN_IF_ERROR(Drop(name));
  return static_cast<int>(old.size());
}

}  // namespace shareway::sharing
