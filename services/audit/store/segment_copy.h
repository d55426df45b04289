// SPDX-License-Identifier: Apache-2.0
// Copying the log's entries into segments, checked against the tree.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/segment_file.h"

namespace shareway::audit {

// Calls `visit` with the entries [begin, end) as they lie in the log, in order,
// each of which is whole and has the leaf that the tree has at its index. Needs
// end <= state.size(). DATA_LOSS at the first that is not so; else LogReader's
// errors and those of `visit`.
absl::Status VisitEntries(const LogReader& log, const LogState& state, uint64_t begin, uint64_t end,
                          EntryVisitor visit);

// OK if `entry` has the tree's leaf at `index` < state.size(). DATA_LOSS if not.
absl::Status CheckLeaf(const LogReader& log, const LogState& state, uint64_t index,
                       const EntryView& entry);

// The root over the entries of a span that lies below state.size().
absl::StatusOr<Hash32> RootOfSpan(const LogReader& log, const LogState& state, SegmentSpan span);

// Makes the closed segment of `span`, which lies below state.size(), in `folder`,
// in place of one that is there; without the records for which `drop` is true.
// What was written is read back from the volume and leads to the tree's root
// before it gets its name, so that a segment that has its name is whole.
using EntryFilter = absl::FunctionRef<bool(uint64_t index)>;
absl::Status WriteSegment(const Folder& folder, const LogReader& log, const LogState& state,
                          SegmentSpan span, EntryFilter drop);

// OK if the file is the closed segment of `span`, whole, and the tree's. DATA_LOSS or Folder's
// errors if not.
absl::Status VerifySegment(const Folder& folder, const LogReader& log, const LogState& state,
                           SegmentSpan span);

// Copies the file of `span` from one folder to another, in place of one that is there, if it is
// whole and has `root`. Errors as VerifySegment; then nothing changed under its name.
absl::Status CopySegmentFile(const Folder& from, const Folder& to, SegmentSpan span,
                             const Hash32& root);

}  // namespace shareway::audit
