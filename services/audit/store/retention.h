// SPDX-License-Identifier: Apache-2.0
// Deleting records and salts at the end of their retention. Commitments and the
// tree stay: every proof holds for ever.
//
//   y/{first}  -> guarded: state (1), then a bit for each entry of the segment that
//                 begins at `first`, 1: its record is deleted, or is being deleted
//   state         bits 1 and 2: the class of that number is done; bit 7: a deletion is
//                 under way, so that a record may still be there though its bit is 1
//
// Of records that are held for an incident no bit is set (holds.h).
//
// Order of deletion: the log says so in a record of its own (RECORDS_EXPIRED), then
// the bits are durable, then the records go. So nothing is deleted unsaid, and an
// entry without record whose bit is 0 is damage. A crash after the log's record and
// before the bits makes it say so twice.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "services/audit/domain/retention.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/segment_file.h"

namespace shareway::audit {

// The records of a segment that are deleted. A value.
class DeletedRecords {
 public:
  explicit DeletedRecords(SegmentSpan span) : span_(span), bits_(span.width / 8, '\0') {}
  // What `store` says; none if it says nothing. DATA_LOSS if it is damaged.
  static absl::StatusOr<DeletedRecords> Read(const kv::Store& store, SegmentSpan span);

  const SegmentSpan& span() const { return span_; }
  bool Has(uint64_t index) const;
  uint64_t count() const;
  void Add(uint64_t index);

  // Are all records of a class deleted, those of a copy in the archive included?
  bool Done(RetentionClass retention) const { return (done_ & Mask(retention)) != 0; }
  void SetDone(RetentionClass retention) { done_ |= Mask(retention); }
  // True if no deletion is under way: each bit stands for an entry without record.
  bool settled() const { return settled_; }
  void set_settled(bool settled) { settled_ = settled; }

  void Put(kv::Batch* batch) const;

 private:
  static uint8_t Mask(RetentionClass retention) {
    return static_cast<uint8_t>(1U << static_cast<unsigned>(retention));
  }
  SegmentSpan span_;
  std::string bits_;
  uint8_t done_ = 0;
  bool settled_ = true;
};
std::string DeletedKey(uint64_t first);

// The records of one class in a segment that are still there.
struct SegmentRecords {
  std::vector<uint64_t> indices = {};  // ascending
  std::set<std::string> grants = {};   // that they name
};
// Reads and checks every entry. DATA_LOSS if one is damaged: then nothing is to be deleted.
absl::StatusOr<SegmentRecords> RecordsOf(const LogReader& log, const LogState& state,
                                         SegmentSpan span, RetentionClass retention);

// Deletes from the bundles in the store that have one of `indices` (ascending) all
// records that are `deleted`, which is durable; one batch for each bundle. Errors as
// Commit's; call it again, then. The bytes are off the disk after CompactDropped.
absl::Status DeleteFromStore(kv::Store* store, const std::vector<uint64_t>& indices,
                             const DeletedRecords& deleted);

// Notes in `batch`, the last of a deletion, that the store's files have bytes to drop.
void PutDropped(kv::Batch* batch);
// If that is noted, drops them: deleted records are in no file of the store
// afterwards, neither in bundles nor in the tail's parts of before nor in the log of
// commits. True if it did. Errors as kv::Store::Compact; the note stays, then. No
// deletion may go on meanwhile.
absl::StatusOr<bool> CompactDropped(kv::Store* store);

// NOT_FOUND, RECORD_EXPIRED: the answer to who asks for a record that was deleted.
absl::Status RecordExpired(uint64_t index);

}  // namespace shareway::audit
