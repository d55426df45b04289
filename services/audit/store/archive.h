// SPDX-License-Identifier: Apache-2.0
// Closed segments in a folder in place of the store: for volumes that are large
// and slow. The tree, the indexes and all that proves stay in the store.
//
//   a/{first}  -> guarded: the roots of the bundles of the segment that begins at
//                 `first`, 32 bytes each: its entries lie in the folder's file
//
// Crash order: the file is whole, read back and durable under its name; then one
// batch puts the key and deletes the bundles. Killed before, the store has them
// and the file is made again; after, the file does. So at any instant one has all. The
// store's disk has the space back after CompactDropped.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "services/audit/store/bundle_source.h"
#include "services/audit/store/folder.h"
#include "services/audit/store/retention.h"
#include "services/audit/store/segment_copy.h"

namespace shareway::audit {

// OK if the folder's file "log" names the log, so that it is the folder meant and
// its volume is there; makes it in an empty folder if `fresh`. FAILED_PRECONDITION
// if it is another log's folder; UNAVAILABLE if it names none.
absl::Status CheckOwner(const Folder& folder, const std::string& verifier_key, bool fresh);

// Reading is thread-safe; all that changes is for one thread.
class Archive final : public BundleSource {
 public:
  // `store` must outlive it; `width` is kSegment but in tests.
  Archive(Folder folder, kv::Store* store, std::string verifier_key, uint64_t width = kSegment)
      : folder_(std::move(folder)),
        store_(store),
        verifier_key_(std::move(verifier_key)),
        width_(width) {}

  // How many entries, from the first on, lie in the archive.
  absl::StatusOr<uint64_t> Size() const;

  // Moves the segment that begins at Size() and lies below state.size() from the
  // store to the folder. Errors leave it where it was, or in both; so does
  // CheckOwner's. DATA_LOSS: the entries are not the tree's, nothing was moved.
  absl::Status Take(const LogReader& log, const LogState& state);

  // Writes an archived segment again without the deleted records. `deleted` must
  // be durable. Errors leave it as it was.
  absl::Status Delete(const LogReader& log, const LogState& state, const DeletedRecords& deleted);

  // Reads a whole archived segment and checks each byte. As VerifySegment.
  absl::Status Verify(const LogReader& log, const LogState& state, SegmentSpan span) const;

  // Makes a damaged archived segment again from the same segment in `copy`, a
  // mirror, unless that has records which are deleted here. Errors as
  // CopySegmentFile; FAILED_PRECONDITION for other records.
  absl::Status Repair(const LogReader& log, const LogState& state, SegmentSpan span,
                      const Folder& copy);

  absl::StatusOr<std::string> ReadBundle(uint64_t bundle) const override;

  const Folder& folder() const { return folder_; }
  uint64_t width() const { return width_; }

 private:
  absl::StatusOr<std::string> ReadFromFile(SegmentSpan span, size_t place,
                                           absl::string_view root) const;

  const Folder folder_;
  kv::Store* const store_;
  const std::string verifier_key_;
  const uint64_t width_;
};
std::string ArchivedKey(uint64_t first);

// The archive of `store` in folder `path`; null for an empty path. FAILED_PRECONDITION if `path`
// is empty but segments were archived: without their folder the log cannot be read.
absl::StatusOr<std::unique_ptr<Archive>> OpenArchive(const std::string& path, kv::Store* store,
                                                     const std::string& verifier_key);

}  // namespace shareway::audit
