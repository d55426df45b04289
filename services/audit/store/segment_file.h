// SPDX-License-Identifier: Apache-2.0
// The file format of mirror and archive: a run of the log's entries that proves
// itself. For ever.
//
//   segment := header entry* [trailer]
//   header  := "shareway/v1/segment\n" ‖ u64(first) ‖ u64(width)
//   entry   := u32(length of record) ‖ commitment (32) ‖ salt (16) ‖ record
//   trailer := 0xffffffff ‖ u64(entries) ‖ u64(deleted) ‖ root (32)
//              ‖ u64(offset) for each bundle of 256 entries ‖ checksum (32)
//
// Numbers are big-endian. The file of the entries [first, first + width) is named
// by `first`, 16 hexadecimal digits, and ".segment"; `first` is a multiple of
// `width`. A record that was deleted at the end of its retention has length 0 and
// a salt of zeros. The trailer follows the last of `width` entries and closes the
// file: how many entries have no record, the RFC 6962 root over the entries'
// leaves, where each bundle begins, and as checksum the SHA-256 of (the SHA-256 of
// header and entries ‖ the trailer so far).
//
// Every changed byte is found: by the checksum in a closed segment; in an open
// one by the commitments, and by the tree for entries without record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "libs/merkle/frontier.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/folder.h"

namespace shareway::audit {

// Entries of a segment, but in tests: a power of two, at least a bundle.
inline constexpr uint64_t kSegment = 64 * kBundle;

// The entries that one file holds.
struct SegmentSpan {
  uint64_t first = 0;
  uint64_t width = kSegment;

  uint64_t end() const { return first + width; }
  std::string name() const;
  friend bool operator==(const SegmentSpan&, const SegmentSpan&) = default;
};
// The span of the entry at `index`.
SegmentSpan SegmentOf(uint64_t index, uint64_t width);
// The first index that a file's name says; nothing for any other name.
std::optional<uint64_t> FirstInName(absl::string_view name);

// True if the commitment is that of record and salt; where the record was
// deleted, if it may be one.
bool IsWhole(const EntryView& entry);
// An entry as files and bundles hold it, and as they hold it without record.
absl::string_view BytesOf(const EntryView& entry);
std::string BytesWithoutRecord(const EntryView& entry);

// What a segment has so far; gives the header, and once it is complete the trailer.
class SegmentTally {
 public:
  explicit SegmentTally(SegmentSpan span);

  // Takes the next entry in. Not for a complete segment.
  void Add(const EntryView& entry);

  const SegmentSpan& span() const { return span_; }
  uint64_t entries() const { return leaves_.size(); }
  uint64_t next() const { return span_.first + entries(); }
  uint64_t deleted() const { return deleted_; }
  bool complete() const { return entries() == span_.width; }
  // Of header and entries, without trailer.
  uint64_t bytes() const { return bytes_; }
  Hash32 root() const;
  std::string Header() const;
  // Needs complete().
  std::string Trailer() const;

 private:
  SegmentSpan span_;
  crypto::Sha256Stream hash_;
  merkle::Frontier leaves_;
  std::vector<uint64_t> offsets_;
  uint64_t deleted_ = 0;
  uint64_t bytes_ = 0;
};

// What lies in a file.
struct SegmentReading {
  explicit SegmentReading(SegmentSpan span) : tally(span) {}

  SegmentTally tally;   // the entries before the first that is not whole
  uint64_t bytes = 0;   // up to where all is right, so that writing may go on there
  bool closed = false;  // the right trailer follows, and nothing else
  // OK if nothing follows; otherwise what is wrong with what follows, or what
  // `visit` said of the entry there.
  absl::Status rest;
};

// Reads a segment from its volume, one bundle's bytes in memory at a time, and
// checks each byte; calls `visit` with each whole entry. Errors are Folder's.
using EntryVisitor = absl::FunctionRef<absl::Status(uint64_t index, const EntryView& entry)>;
absl::StatusOr<SegmentReading> ReadSegment(const Folder& folder, SegmentSpan span,
                                           EntryVisitor visit);
// The same from a file of another name, such as a draft.
absl::StatusOr<SegmentReading> ReadSegmentFile(const Folder& folder, const std::string& name,
                                               SegmentSpan span, EntryVisitor visit);

// The span in a file's header. DATA_LOSS if it has none, or is named for another.
absl::StatusOr<SegmentSpan> ReadSpan(const Folder& folder, absl::string_view name);

// What a closed segment says of itself, without a look at its entries: enough to
// see whether it is there, not whether it is whole.
struct SegmentTrailer {
  uint64_t deleted = 0;
  Hash32 root = {};
  std::vector<uint64_t> offsets = {};  // of each bundle, and of the trailer
};
// DATA_LOSS if the file does not end with a trailer of its span.
absl::StatusOr<SegmentTrailer> ReadTrailer(const Folder& folder, SegmentSpan span);

}  // namespace shareway::audit
