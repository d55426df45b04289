// SPDX-License-Identifier: Apache-2.0
// Proves the invariants of a log's store from its bytes alone. Behind
// `shareway fsck`, and the judge of the fault tests.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "libs/evidence/envelope.h"
#include "libs/kv/store.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/folder.h"

namespace shareway::audit {

// What an earlier run has proven, so that the next one need not: the entries below `size`.
struct Proven {
  std::string verifier_key = {};  // the log's
  uint64_t size = 0;
  Hash32 root = {};

  // As a small file keeps it, and back. INVALID_ARGUMENT for other bytes.
  std::string Text() const;
  static absl::StatusOr<Proven> Parse(absl::string_view text);
};

// DATA_LOSS: the invariant of that name, for example I10, is violated by the entry at
// `index`; with the first of the bytes that violate it.
absl::Status Violation(absl::string_view invariant, uint64_t index, absl::string_view what,
                       absl::string_view bytes);

// Judges what records say; for a layer that knows the directory's messages.
class RecordsJudge {
 public:
  // What a judge may ask of the log.
  struct Log {
    // The record at an index, again.
    std::function<absl::StatusOr<evidence::OpenedRecord>(uint64_t index)> reread = {};
    // Whether an entry that this run does not read is the same half of an exchange with
    // the same ending; unset if all entries are read.
    std::function<absl::StatusOr<bool>(const Entry& entry)> said_before = {};
  };

  virtual ~RecordsJudge() = default;
  virtual void Begin(Log log) = 0;
  // Each entry that has a record, in the order of their indices.
  virtual absl::Status Take(uint64_t index, const Entry& entry) = 0;
  // What can only be judged once all are known.
  virtual absl::Status Finish() = 0;
};

struct FsckOptions {
  // Judges the records; then their producers must number them without a gap, too.
  RecordsJudge* judge = nullptr;
  // Only the entries from here on, and what all of them make. FAILED_PRECONDITION if it
  // is of another log.
  std::optional<Proven> since = {};
  // The log's verifier key as the caller pins it; the store's own if empty.
  std::string verifier_key = {};
  // Where archived segments lie; needed if there are any. Each byte there is read.
  const Archive* archive = nullptr;
  // A mirror; each byte there is read.
  const Folder* mirror = nullptr;
  uint64_t segment_width = kSegment;  // another in tests only
  // Signed notes that others hold, such as witnesses: the log must contain their trees.
  std::vector<std::string> notes = {};
  // Hears how many of how many entries are done, for each bundle.
  std::function<void(uint64_t done, uint64_t of)> progress = {};
};

struct FsckReport {
  uint64_t size = 0;             // entries
  Hash32 root = {};              // over all of them
  uint64_t checkpoint_size = 0;  // covered by the signed checkpoint
  uint64_t witnessed_size = 0;   // and by a witnessed one; 0 if none is stored
  uint64_t witnesses = 0;        // who cosigned that
  uint64_t unmatched = 0;        // halves of exchanges that wait for the other
  uint64_t read = 0;             // entries that this run read
  uint64_t deleted = 0;          // of them without record, at the end of its retention
  uint64_t archived = 0;         // entries that lie in the archive
  uint64_t mirrored = 0;         // entries that the mirror holds
  uint64_t staged = 0;           // entries that wait for a rebuild
  Proven proven = {};            // for the next run
};

// Derives everything again from the stored bytes and compares it with what is
// stored. DATA_LOSS naming the first violation, by invariant, entry or key, and
// bytes; NOT_FOUND if the store has no log.
//
//   I8   the newest signed head, the newest witnessed one, those in the mirror, in stamps
//        and in options.notes are heads of this tree
//   I10  an entry at each index, with its commitment, each entry id once; and where the
//        indexes say: each posting and waiting half is there, and none too many
//   I11  the root over all leaves is the stored one, as each node of the tree; a record is
//        missing only if its deletion is on record
//   I12  the witnessed head has the cosignatures of a quorum
//   I14  with a judge: the sequences of each producer's incarnation are gapless from 1
//   I19  the halves that wait are those of the entries without a match
//   I20  no head of options.notes, or of the mirror, is ahead of the tree
//
// Any changed byte under a key of the log is found by a full run. Checkpoints are verified
// under options.verifier_key. One pass; memory for the waiting halves and the terms of one
// span of the index. Not for a store that is being written.
absl::StatusOr<FsckReport> CheckLog(const kv::Store& store, const FsckOptions& options = {});

}  // namespace shareway::audit
