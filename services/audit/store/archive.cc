// SPDX-License-Identifier: Apache-2.0
// Moving segments out, and reading bundles back.
#include "services/audit/store/archive.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/merkle/small_tree.h"

namespace shareway::audit {
namespace {

constexpr absl::string_view kOwnerFile = "log";
constexpr size_t kMaxOwnerBytes = 4096;
constexpr uint64_t kMaxBundleBytes = kBundle * (kEntryOverhead + kMaxRecordBytes);

bool KeepAll(uint64_t) { return false; }

// The entries' root, as an inner node of the tree.
Hash32 BundleRoot(const std::vector<EntryView>& entries) {
  std::vector<Hash32> leaves;
  for (const EntryView& entry : entries) {
    leaves.push_back(crypto::LogHasher().leaf(entry.commitment));
  }
  return merkle::RootOf(crypto::LogHasher(), leaves);
}

}  // namespace

absl::Status CheckOwner(const Folder& folder, const std::string& verifier_key, bool fresh) {
  const absl::StatusOr<std::string> owner = folder.Read(kOwnerFile, 0, kMaxOwnerBytes);
  if (owner.ok() && *owner == verifier_key + "\n") return absl::OkStatus();
  if (owner.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the folder ", folder.path(), " belongs to the log ", *owner));
  }
  if (!absl::IsNotFound(owner.status())) return owner.status();
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names, folder.Names());
  if (fresh && names.empty()) return folder.Replace(kOwnerFile, verifier_key + "\n");
  return absl::UnavailableError(absl::StrCat("the folder ", folder.path(), " has no file '",
                                             kOwnerFile, "': is its volume mounted?"));
}

std::string ArchivedKey(uint64_t first) {
  return absl::StrCat(kArchivedPrefix, BigEndian64(first));
}

absl::StatusOr<uint64_t> Archive::Size() const {
  uint64_t size = 0;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      store_->Scan(kArchivedPrefix, PrefixEnd(kArchivedPrefix),
                   [&](absl::string_view key, absl::string_view, uint64_t) {
                     if (key != ArchivedKey(size)) {
                       status = Damaged(key, "is no archived segment, or one before is missing");
                     }
                     size += width_;
                     return status.ok();
                   }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return size;
}

absl::Status Archive::Take(const LogReader& log, const LogState& state) {
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t first, Size());
  const SegmentSpan span{.first = first, .width = width_};
  if (span.end() > state.tail_begin()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the segment of entry ", first, " is not complete"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOwner(folder_, verifier_key_, /*fresh=*/first == 0));
  SHAREWAY_RETURN_IF_ERROR(WriteSegment(folder_, log, state, span, KeepAll));
  // Once more, under its name, before the only other copy goes.
  SHAREWAY_RETURN_IF_ERROR(VerifySegment(folder_, log, state, span));
  std::string roots;
  for (uint64_t bundle = first / kBundle; bundle * kBundle < span.end(); ++bundle) {
    SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root,
                              log.Node(state, {.level = kTileHeight, .index = bundle}));
    absl::StrAppend(&roots, root.view());
  }
  const std::string key = ArchivedKey(first);
  kv::Batch batch;
  batch.Put(key, Guarded(key, roots));
  batch.DeleteRange(BundleKey(first), BundleKey(span.end()));
  PutDropped(&batch);
  return store_->Commit(std::move(batch)).status();
}

absl::Status Archive::Delete(const LogReader& log, const LogState& state,
                             const DeletedRecords& deleted) {
  SHAREWAY_RETURN_IF_ERROR(CheckOwner(folder_, verifier_key_, /*fresh=*/false));
  return WriteSegment(folder_, log, state, deleted.span(),
                      [&deleted](uint64_t index) { return deleted.Has(index); });
}

absl::Status Archive::Verify(const LogReader& log, const LogState& state, SegmentSpan span) const {
  return VerifySegment(folder_, log, state, span);
}

absl::Status Archive::Repair(const LogReader& log, const LogState& state, SegmentSpan span,
                             const Folder& copy) {
  SHAREWAY_RETURN_IF_ERROR(CheckOwner(folder_, verifier_key_, /*fresh=*/false));
  SHAREWAY_ASSIGN_OR_RETURN(const DeletedRecords deleted, DeletedRecords::Read(*store_, span));
  SHAREWAY_ASSIGN_OR_RETURN(const SegmentTrailer trailer, ReadTrailer(copy, span));
  if (trailer.deleted != deleted.count()) {
    return absl::FailedPreconditionError(absl::StrCat("segment ", copy.path(), "/", span.name(),
                                                      " lacks ", trailer.deleted,
                                                      " records, the archive ", deleted.count()));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, RootOfSpan(log, state, span));
  return CopySegmentFile(copy, folder_, span, root);
}

absl::StatusOr<std::string> Archive::ReadBundle(uint64_t bundle) const {
  const SegmentSpan span = SegmentOf(bundle * kBundle, width_);
  const std::string key = ArchivedKey(span.first);
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry found, store_->Get(key));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string roots, Unguard(key, found.value));
  if (roots.size() != width_ / kBundle * 32) return Damaged(key, "has another length");
  const size_t place = (bundle * kBundle - span.first) / kBundle;
  const absl::string_view root = absl::string_view(roots).substr(place * 32, 32);
  absl::StatusOr<std::string> bytes = ReadFromFile(span, place, root);
  // The file may have been replaced between the look at its trailer and at the bundle.
  if (absl::IsDataLoss(bytes.status())) bytes = ReadFromFile(span, place, root);
  // There, says the store: then its volume is not.
  if (absl::IsNotFound(bytes.status())) return absl::UnavailableError(bytes.status().message());
  return bytes;
}

absl::StatusOr<std::string> Archive::ReadFromFile(SegmentSpan span, size_t place,
                                                  absl::string_view root) const {
  SHAREWAY_ASSIGN_OR_RETURN(const SegmentTrailer trailer, ReadTrailer(folder_, span));
  const uint64_t begin = trailer.offsets[place];
  const uint64_t length = std::min(trailer.offsets[place + 1] - begin, kMaxBundleBytes);
  SHAREWAY_ASSIGN_OR_RETURN(std::string bytes, folder_.Read(span.name(), begin, length));
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<EntryView> entries, ParseEntries(bytes));
  if (entries.size() == kBundle && BundleRoot(entries).view() == root) return bytes;
  return absl::DataLossError(absl::StrCat("segment ", folder_.path(), "/", span.name(),
                                          ": the bundle of entry ", span.first + place * kBundle,
                                          " is not the tree's"));
}

absl::StatusOr<std::unique_ptr<Archive>> OpenArchive(const std::string& path, kv::Store* store,
                                                     const std::string& verifier_key) {
  auto archive = std::make_unique<Archive>(Folder(path), store, verifier_key);
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, archive->Size());
  if (!path.empty()) return archive;
  if (size == 0) return std::unique_ptr<Archive>();
  return absl::FailedPreconditionError(
      absl::StrCat("--archive: the log's first ", size, " entries lie in an archive; name it"));
}

}  // namespace shareway::audit
