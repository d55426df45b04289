// SPDX-License-Identifier: Apache-2.0
// Looking, copying, reading back.
//
// Crash order: entries are durable and read back before the head that covers
// them is kept, and the head before safe_size() tells of it.
#include "services/audit/store/mirror.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/note.h"
#include "libs/merkle/proof.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/retention.h"

namespace shareway::audit {
namespace {

constexpr size_t kStepBytes = 8 << 20;

absl::Status Ahead(const Folder& folder, uint64_t mirrored, uint64_t size) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the mirror ", folder.path(), " has at least ", mirrored, " entries, but the log only ", size,
      ": it lost entries; rebuild it from the mirror"));
}

absl::Status Forked(const Folder& folder, absl::string_view what) {
  return Error(Reason::kLogForked, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the mirror ", folder.path(), " has another history: ", what));
}

}  // namespace

absl::StatusOr<bool> Mirror::Follow(const LogState& state, const NotedHead& head) {
  const auto follow = [&]() -> absl::Status {
    if (!open_) SHAREWAY_RETURN_IF_ERROR(Look(state));
    if (open_->tally.next() < head.size) SHAREWAY_RETURN_IF_ERROR(Step(state, head.size));
    if (open_->tally.complete() && !open_->closed) SHAREWAY_RETURN_IF_ERROR(Close());
    return open_->tally.next() < head.size ? absl::OkStatus() : Keep(head);
  };
  const absl::Status status = follow();
  if (!status.ok()) {
    open_.reset();
    return status;
  }
  return open_->tally.next() < head.size;
}

absl::Status Mirror::Look(const LogState& state) {
  SHAREWAY_RETURN_IF_ERROR(CheckBegun());
  SHAREWAY_RETURN_IF_ERROR(folder_.RemoveDrafts());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names, folder_.Names());
  uint64_t last = 0;
  for (const std::string& name : names) last = std::max(last, FirstInName(name).value_or(0));
  SHAREWAY_RETURN_IF_ERROR(SyncFound(SegmentSpan{.first = last, .width = width_}.name()));
  SHAREWAY_RETURN_IF_ERROR(LookAtHead(state));
  if (last > state.size()) return Ahead(folder_, last, state.size());
  for (uint64_t first = 0; first < last; first += width_) {
    SHAREWAY_RETURN_IF_ERROR(LookAtClosed(state, {.first = first, .width = width_}));
  }
  return LookAtOpen(state, {.first = last, .width = width_});
}

absl::Status Mirror::CheckBegun() {
  const absl::Status begun = store_->Get(kMirroredKey).status();
  if (!begun.ok() && !absl::IsNotFound(begun)) return begun;
  const absl::Status owner = CheckOwner(folder_, verifier_key_, /*fresh=*/!begun.ok());
  if (begun.ok() && absl::IsUnavailable(owner)) {
    return absl::UnavailableError(
        absl::StrCat(owner.message(), " The log has a mirror; to begin another here, write ",
                     verifier_key_, " and a line feed to ", folder_.path(), "/log"));
  }
  SHAREWAY_RETURN_IF_ERROR(owner);
  if (begun.ok()) return absl::OkStatus();
  kv::Batch batch;
  batch.Put(kMirroredKey, Guarded(kMirroredKey, ""));
  return store_->Commit(std::move(batch)).status();
}

// A process that was killed before its sync leaves bytes that only memory has. Whole
// segments were synced before the next began.
absl::Status Mirror::SyncFound(const std::string& last) const {
  for (const absl::string_view name : {absl::string_view(last), kMirrorCheckpoint}) {
    const absl::Status synced = folder_.Sync(name);
    if (!synced.ok() && !absl::IsNotFound(synced)) return synced;
  }
  return absl::OkStatus();
}

absl::Status Mirror::LookAtHead(const LogState& state) {
  head_size_ = 0;
  const absl::StatusOr<std::string> note =
      folder_.ReadBack(kMirrorCheckpoint, 0, evidence::kMaxNoteBytes);
  if (absl::IsNotFound(note.status())) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(note.status());
  // A damaged one is written again with the next head.
  const absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(*note, verifier_key_);
  if (!head.ok()) return absl::OkStatus();
  if (head->size > state.size()) return Ahead(folder_, head->size, state.size());
  SHAREWAY_ASSIGN_OR_RETURN(
      const Hash32 root, merkle::RootAt(crypto::LogHasher(), head->size, [&](merkle::NodeId node) {
        return log_->Node(state, node);
      }));
  if (root != head->root) {
    return Forked(folder_, absl::StrCat("its checkpoint of ", head->size,
                                        " entries does not have this log's root"));
  }
  head_size_ = head->size;
  return absl::OkStatus();
}

// Not every byte of it: Scrub does that.
absl::Status Mirror::LookAtClosed(const LogState& state, SegmentSpan span) {
  const absl::StatusOr<SegmentTrailer> trailer = ReadTrailer(folder_, span);
  if (trailer.ok()) {
    SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, RootOfSpan(*log_, state, span));
    if (trailer->root == root) return absl::OkStatus();
  } else if (!absl::IsDataLoss(trailer.status()) && !absl::IsNotFound(trailer.status())) {
    return trailer.status();
  }
  ++repaired_;
  return Make(state, span);
}

absl::Status Mirror::LookAtOpen(const LogState& state, SegmentSpan span) {
  absl::StatusOr<SegmentReading> reading = ReadSegment(
      folder_, span,
      [&](uint64_t index, const EntryView& entry) { return CheckEntry(state, index, entry); });
  if (absl::IsNotFound(reading.status())) {
    open_.emplace(Open{.tally = SegmentTally(span)});
    return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(reading.status());
  if (absl::IsFailedPrecondition(reading->rest)) return reading->rest;
  if (!reading->rest.ok()) SHAREWAY_RETURN_IF_ERROR(folder_.Truncate(span.name(), reading->bytes));
  open_.emplace(
      Open{.tally = std::move(reading->tally), .bytes = reading->bytes, .closed = reading->closed});
  return absl::OkStatus();
}

// DATA_LOSS: damage, to be written again. A whole record that is not the tree's
// is none; an entry without record says nothing for itself.
absl::Status Mirror::CheckEntry(const LogState& state, uint64_t index,
                                const EntryView& entry) const {
  if (index < state.size()) {
    absl::Status status = CheckLeaf(*log_, state, index, entry);
    if (!absl::IsDataLoss(status) || entry.record.empty()) return status;
    return Forked(folder_, status.message());
  }
  if (!entry.record.empty()) return Ahead(folder_, index + 1, state.size());
  return absl::DataLossError(absl::StrCat("entry ", index, " is not in the log"));
}

absl::Status Mirror::WriteChecked(uint64_t offset, absl::string_view bytes) const {
  const std::string name = open_->tally.span().name();
  SHAREWAY_RETURN_IF_ERROR(folder_.Append(name, offset, bytes));
  // One more byte than it should have.
  SHAREWAY_ASSIGN_OR_RETURN(const std::string back,
                            folder_.ReadBack(name, offset, bytes.size() + 1));
  if (back == bytes) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the volume of ", folder_.path(), "/", name, " does not keep what is written"));
}

absl::Status Mirror::Step(const LogState& state, uint64_t end) {
  if (open_->tally.complete() && open_->closed) {
    open_.emplace(Open{.tally = SegmentTally(SegmentOf(open_->tally.next(), width_))});
  }
  SegmentTally& tally = open_->tally;
  if (tally.complete()) return absl::OkStatus();
  const uint64_t begin = tally.next();
  end = std::min({end, tally.span().end(), begin + kStep});
  std::string bytes = open_->bytes == 0 ? tally.Header() : std::string();
  for (uint64_t next = begin; next < end && bytes.size() < kStepBytes;) {
    const uint64_t stop = std::min(end, (next / kBundle + 1) * kBundle);
    SHAREWAY_RETURN_IF_ERROR(
        VisitEntries(*log_, state, next, stop, [&](uint64_t, const EntryView& entry) {
          absl::StrAppend(&bytes, BytesOf(entry));
          tally.Add(entry);
          return absl::OkStatus();
        }));
    next = stop;
  }
  SHAREWAY_RETURN_IF_ERROR(WriteChecked(open_->bytes, bytes));
  open_->bytes += bytes.size();
  return absl::OkStatus();
}

absl::Status Mirror::Close() {
  const std::string trailer = open_->tally.Trailer();
  SHAREWAY_RETURN_IF_ERROR(WriteChecked(open_->bytes, trailer));
  open_->bytes += trailer.size();
  open_->closed = true;
  return absl::OkStatus();
}

absl::Status Mirror::Keep(const NotedHead& head) {
  // The head that is there is one of this log's, and no smaller one replaces it.
  if (head.size > head_size_) {
    SHAREWAY_RETURN_IF_ERROR(folder_.Replace(kMirrorCheckpoint, head.note));
    SHAREWAY_ASSIGN_OR_RETURN(const std::string back,
                              folder_.ReadBack(kMirrorCheckpoint, 0, head.note.size() + 1));
    if (back != head.note) {
      return absl::UnavailableError(
          absl::StrCat("the volume of ", folder_.path(), " does not keep what is written"));
    }
    head_size_ = head.size;
  }
  safe_size_ = head_size_;
  return absl::OkStatus();
}

absl::Status Mirror::PutDays(absl::string_view bytes) {
  return folder_.Replace(kMirrorDays, bytes);
}

absl::Status Mirror::Make(const LogState& state, SegmentSpan span) {
  return WriteSegment(folder_, *log_, state, span, [](uint64_t) { return false; });
}

absl::StatusOr<bool> Mirror::Scrub(const LogState& state) {
  // All but the one that Follow writes.
  const uint64_t end = open_ ? open_->tally.span().first : 0;
  if (end == 0) return false;
  if (scrubbed_ >= end) scrubbed_ = 0;
  const SegmentSpan span{.first = scrubbed_, .width = width_};
  scrubbed_ += width_;
  return ScrubOne(state, span);
}

absl::StatusOr<bool> Mirror::ScrubOne(const LogState& state, SegmentSpan span) {
  if (!open_ || span.end() > open_->tally.span().first) return false;
  const absl::Status status = VerifySegment(folder_, *log_, state, span);
  if (!status.ok() && !absl::IsDataLoss(status) && !absl::IsNotFound(status)) return status;
  bool again = !status.ok();
  if (again) {
    ++repaired_;
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(const DeletedRecords deleted, DeletedRecords::Read(*store_, span));
    SHAREWAY_ASSIGN_OR_RETURN(const SegmentTrailer trailer, ReadTrailer(folder_, span));
    again = deleted.settled() && trailer.deleted != deleted.count();
  }
  if (again) SHAREWAY_RETURN_IF_ERROR(Make(state, span));
  return again;
}

}  // namespace shareway::audit
