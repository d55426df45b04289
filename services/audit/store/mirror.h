// SPDX-License-Identifier: Apache-2.0
// A second copy of the whole log in a folder of another volume, or machine: what
// it holds is safe, and a lost store is made again from it (log_copy.h).
//
//   log                        the log's verifier key and a line feed
//   {first, 16 hex}.segment    entries, see segment_file.h; the last one is open
//   checkpoint                 the newest witnessed checkpoint that the segments
//                              cover: a signed note, its cosignatures' lines after it
//   service-days               ServiceDays::Bytes
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "services/audit/store/folder.h"
#include "services/audit/store/segment_copy.h"

namespace shareway::audit {

// A head as the mirror keeps it.
struct NotedHead {
  uint64_t size = 0;
  Hash32 root = {};
  std::string note = {};  // with the lines of its cosignatures, if any
};

inline constexpr absl::string_view kMirrorCheckpoint = "checkpoint";
inline constexpr absl::string_view kMirrorDays = "service-days";

// For one thread. After any error it looks at the folder again before it writes:
// the torn tail of the open segment is cut off and written again, closed segments
// that are damaged or gone are made again from the log. What is whole and not the
// log's is never touched, but an error:
//
// What it finds there it syncs before it counts: who wrote it may have been killed
// before. Once a mirror was begun an empty folder is taken for the mount point of a
// volume that is away; to begin in a new one, write its file `log`.
//
//   UNAVAILABLE                    the folder has no file `log`, and a mirror was begun
//   FAILED_PRECONDITION            the folder is another log's, or ahead of this one,
//                                  which then lost entries: rebuild it from the mirror
//   FAILED_PRECONDITION LOG_FORKED the folder has another history of the log
//   else                           Folder's errors, and DATA_LOSS of the log itself
class Mirror {
 public:
  // All must outlive it; `width` is kSegment but in tests.
  Mirror(Folder folder, kv::Store* store, const LogReader* log, std::string verifier_key,
         uint64_t width = kSegment)
      : folder_(std::move(folder)),
        store_(store),
        log_(log),
        verifier_key_(std::move(verifier_key)),
        width_(width) {}

  // Copies, at most so many at a time, the entries below head.size that are not
  // there yet, makes them durable and reads them back; once all are there, keeps
  // the head. True if there is more to do. `state` covers `head`.
  static constexpr uint64_t kStep = 4096;
  absl::StatusOr<bool> Follow(const LogState& state, const NotedHead& head);

  // Keeps the days of service.
  absl::Status PutDays(absl::string_view bytes);

  // Reads one closed segment whole, a different one each time, and makes it again
  // if a byte is wrong, or if it has records that the log deleted. True if it was
  // made again.
  absl::StatusOr<bool> Scrub(const LogState& state);
  // The same for the segment of `span`, if it is closed.
  absl::StatusOr<bool> ScrubOne(const LogState& state, SegmentSpan span);

  // Entries below are in the mirror, verified, under a head that it keeps: a log
  // that is lost can be made again with them. 0 until the first Follow.
  uint64_t safe_size() const { return safe_size_; }
  // Segments that were found damaged and made again.
  uint64_t repaired() const { return repaired_; }
  const Folder& folder() const { return folder_; }

 private:
  // The open segment: where writing goes on.
  struct Open {
    SegmentTally tally;
    uint64_t bytes = 0;  // of the file
    bool closed = false;
  };
  absl::Status Look(const LogState& state);
  // CheckOwner; notes in the store that there is a mirror, so that none begins anew.
  absl::Status CheckBegun();
  absl::Status SyncFound(const std::string& last) const;
  absl::Status LookAtHead(const LogState& state);
  absl::Status LookAtClosed(const LogState& state, SegmentSpan span);
  absl::Status LookAtOpen(const LogState& state, SegmentSpan span);
  absl::Status Step(const LogState& state, uint64_t end);
  absl::Status Close();
  absl::Status Keep(const NotedHead& head);
  absl::Status Make(const LogState& state, SegmentSpan span);
  absl::Status CheckEntry(const LogState& state, uint64_t index, const EntryView& entry) const;
  absl::Status WriteChecked(uint64_t offset, absl::string_view bytes) const;

  const Folder folder_;
  kv::Store* const store_;
  const LogReader* const log_;
  const std::string verifier_key_;
  const uint64_t width_;

  std::optional<Open> open_;  // unset: look first
  uint64_t head_size_ = 0;    // of the head that is kept
  uint64_t safe_size_ = 0;
  uint64_t scrubbed_ = 0;  // where the next Scrub goes on
  uint64_t repaired_ = 0;
};

}  // namespace shareway::audit
