// SPDX-License-Identifier: Apache-2.0
// From segments through the log's own writer into a new store.
#include "services/audit/store/log_copy.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/log_writer.h"
#include "services/audit/store/mirror.h"
#include "services/audit/store/posting.h"
#include "services/audit/store/retention.h"
#include "services/audit/store/segment_file.h"
#include "services/audit/store/service_days.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

constexpr size_t kGroupEntries = 4096;
constexpr size_t kGroupBytes = 8 << 20;
constexpr size_t kMaxDaysBytes = 1 << 20;
constexpr size_t kIncarnationBytes = 16;
constexpr absl::string_view kService = "services/audit";
// The ids of entries without record are lost; these stand for them, none of a producer's.
constexpr absl::string_view kDeletedStream = "records that were deleted";

struct SignedHead {
  WitnessedCheckpoint witnessed = {};
  evidence::TreeHead head = {};
};

// The lines of the log, its name their origin, make the note; those of others cosign it.
absl::StatusOr<SignedHead> ReadHead(const Folder& mirror, const std::string& verifier_key,
                                    absl::Time now) {
  absl::StatusOr<std::string> text =
      mirror.ReadBack(kMirrorCheckpoint, 0, evidence::kMaxNoteBytes);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(
        absl::StrCat("no mirror with a checkpoint: ", text.status().message()));
  }
  SHAREWAY_RETURN_IF_ERROR(text.status());
  absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(*text, verifier_key);
  if (!head.ok()) {
    return absl::DataLossError(
        absl::StrCat("the checkpoint in ", mirror.path(),
                     " is not signed by the pinned key: ", head.status().message()));
  }
  SignedHead read{.head = *head};
  read.witnessed.checkpoint = {.size = head->size, .root = head->root, .time = now};
  std::string& note = read.witnessed.checkpoint.note;
  const size_t blank = text->find("\n\n") + 2;
  note = text->substr(0, blank);
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(*text).substr(blank), '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (words.size() > 1 && words[1] == head->origin) {
      absl::StrAppend(&note, line, "\n");
    } else {
      read.witnessed.cosignatures.push_back(absl::StrCat(line, "\n"));
    }
  }
  return read;
}

Entry WithoutRecord(uint64_t index, const EntryView& view) {
  Entry entry;
  entry.commitment = *Hash32::From(view.commitment);
  entry.leaf = crypto::LogHasher().leaf(view.commitment);
  entry.sealed.set_salt(std::string(kSaltBytes, '\0'));
  entry.stream = StreamOf(kDeletedStream, "");
  entry.sequence = index + 1;
  return entry;
}

// Grows the log entry by entry, in groups whose order the writer keeps.
class Copy {
 public:
  static absl::StatusOr<std::unique_ptr<Copy>> Begin(kv::Store* store,
                                                     const std::string& verifier_key,
                                                     absl::Time now) {
    const Checkpoint none{.root = crypto::LogHasher().empty};
    // Without a note nobody opens it as a log.
    SHAREWAY_RETURN_IF_ERROR(
        WriteBirth(store, {verifier_key, crypto::RandomBytes(kIncarnationBytes)}, none));
    SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<LogWriter> writer, LogWriter::Open(store, none));
    return std::unique_ptr<Copy>(new Copy(store, std::move(writer), now));
  }

  absl::Status Add(SegmentSpan span, uint64_t index, const EntryView& view) {
    std::shared_ptr<const Entry> entry;
    if (view.record.empty()) {
      ++report_.deleted;
      if (deleted_.empty() || deleted_.back().span() != span) deleted_.emplace_back(span);
      deleted_.back().Add(index);
      entry = std::make_shared<const Entry>(WithoutRecord(index, view));
    } else {
      SHAREWAY_ASSIGN_OR_RETURN(Entry opened, OpenStored(index, view.Copy()));
      SHAREWAY_RETURN_IF_ERROR(NoteIncarnation(opened));
      entry = std::make_shared<const Entry>(std::move(opened));
    }
    const bool in_order =
        group_.empty() || std::tie(group_.back()->stream, group_.back()->sequence) <
                              std::tie(entry->stream, entry->sequence);
    if (!in_order || group_.size() >= kGroupEntries || bytes_ >= kGroupBytes) {
      SHAREWAY_RETURN_IF_ERROR(Flush());
    }
    bytes_ += view.record.size() + kEntryOverhead;
    group_.push_back(std::move(entry));
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (group_.empty()) return absl::OkStatus();
    const uint64_t first = report_.size;
    SHAREWAY_ASSIGN_OR_RETURN(const LogWriter::Appended appended, writer_->Append(group_, now_));
    for (size_t i = 0; i < group_.size(); ++i) {
      if (appended.indices[i] == first + i) continue;
      return absl::DataLossError(absl::StrCat("entry ", first + i, " has the id of entry ",
                                              appended.indices[i], ": the mirror is damaged"));
    }
    report_.size += group_.size();
    group_.clear();
    bytes_ = 0;
    return Ingest();
  }

  // Compares the roots, and only then makes it a log.
  absl::StatusOr<CopyReport> Finish(const SignedHead& head, const std::vector<ServiceDay>& days) {
    SHAREWAY_RETURN_IF_ERROR(Flush());
    report_.root = writer_->state()->edge.Root(crypto::LogHasher());
    if (report_.size != head.head.size || report_.root != head.head.root) {
      return absl::DataLossError(
          absl::StrCat("the ", report_.size, " entries of the mirror have the root ",
                       ToHex(report_.root.view()), ", but its checkpoint of ", head.head.size,
                       " entries signs ", ToHex(head.head.root.view())));
    }
    kv::Batch batch;
    for (const DeletedRecords& deleted : deleted_) deleted.Put(&batch);
    ServiceDays::Put(days, &batch);
    if (!batch.empty()) SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
    report_.days = !days.empty();
    SHAREWAY_RETURN_IF_ERROR(PutIncarnations());
    if (!head.witnessed.cosignatures.empty()) {
      SHAREWAY_RETURN_IF_ERROR(WriteWitnessed(store_, head.witnessed));
    }
    SHAREWAY_RETURN_IF_ERROR(WriteCheckpoint(store_, head.witnessed.checkpoint));
    return report_;
  }

 private:
  Copy(kv::Store* store, std::unique_ptr<LogWriter> writer, absl::Time now)
      : store_(store), writer_(std::move(writer)), now_(now) {}

  // The search index of complete spans, so that memory does not grow with the log.
  absl::Status Ingest() {
    const std::shared_ptr<const LogState> state = writer_->state();
    RecentTerms::View recent = state->recent->view();
    if (recent.bundles.size() < kIndexBundles) return absl::OkStatus();
    recent.bundles.resize(kIndexBundles);
    SHAREWAY_RETURN_IF_ERROR(
        store_->Ingest(IndexFile(recent.first / kIndexBundles, recent.bundles)));
    state->recent->DropBelow(recent.first + kIndexBundles);
    return absl::OkStatus();
  }

  // The service finds its own entries by the incarnations that it had.
  absl::Status NoteIncarnation(const Entry& entry) {
    if (entry.facts.producer != kService) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(entry.sealed));
    const std::string& incarnation = opened.record.incarnation();
    if (incarnation.size() == kIncarnationBytes &&
        std::find(incarnations_.begin(), incarnations_.end(), incarnation) == incarnations_.end()) {
      incarnations_.push_back(incarnation);
    }
    return absl::OkStatus();
  }
  absl::Status PutIncarnations() {
    for (const std::string& past : incarnations_) {
      kv::Batch batch;
      SHAREWAY_RETURN_IF_ERROR(
          PutIncarnation(*store_, past, crypto::RandomBytes(kIncarnationBytes), &batch));
      SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
    }
    return absl::OkStatus();
  }

  kv::Store* const store_;
  const std::unique_ptr<LogWriter> writer_;
  const absl::Time now_;
  std::vector<EntryPtr> group_;
  size_t bytes_ = 0;
  std::vector<DeletedRecords> deleted_;
  std::vector<std::string> incarnations_;
  CopyReport report_;
};

absl::StatusOr<std::vector<ServiceDay>> ReadDays(const Folder& mirror) {
  const absl::StatusOr<std::string> bytes = mirror.ReadBack(kMirrorDays, 0, kMaxDaysBytes);
  if (absl::IsNotFound(bytes.status())) return std::vector<ServiceDay>();
  SHAREWAY_RETURN_IF_ERROR(bytes.status());
  absl::StatusOr<std::vector<ServiceDay>> days = ServiceDays::Parse(*bytes);
  // Evidence matters more than its age: records are then kept longer.
  return days.ok() ? *std::move(days) : std::vector<ServiceDay>();
}

// The segment's entries below `end`; OK once all that the segment has of them were added.
absl::Status CopySegment(const Folder& mirror, SegmentSpan span, uint64_t end, Copy* copy,
                         uint64_t* beyond) {
  absl::Status failed;
  SHAREWAY_ASSIGN_OR_RETURN(const SegmentReading reading,
                            ReadSegment(mirror, span, [&](uint64_t index, const EntryView& entry) {
                              if (index >= end) {
                                ++*beyond;
                              } else if (failed.ok()) {
                                failed = copy->Add(span, index, entry);
                              }
                              return failed;
                            }));
  SHAREWAY_RETURN_IF_ERROR(failed);
  const uint64_t wanted = std::min(span.end(), end);
  if (reading.tally.next() >= wanted) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(reading.rest);
  return absl::DataLossError(absl::StrCat("segment ", mirror.path(), "/", span.name(),
                                          " ends before entry ", reading.tally.next(),
                                          ", want up to ", wanted));
}

}  // namespace

absl::StatusOr<CopyReport> CopyFromMirror(const Folder& mirror, const std::string& verifier_key,
                                          kv::Store* store, absl::Time now,
                                          const std::function<void(uint64_t done)>& progress) {
  SHAREWAY_ASSIGN_OR_RETURN(const SignedHead head, ReadHead(mirror, verifier_key, now));
  const absl::Status occupied = ReadBirth(*store).status();
  if (!absl::IsNotFound(occupied)) {
    return absl::FailedPreconditionError("the store is not empty: a log is never overwritten");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ServiceDay> days, ReadDays(mirror));
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Copy> copy, Copy::Begin(store, verifier_key, now));
  const uint64_t end = head.head.size;
  uint64_t beyond = 0;
  uint64_t width = kSegment;
  for (uint64_t first = 0; first < end; first += width) {
    const std::string name = SegmentSpan{.first = first}.name();
    absl::StatusOr<SegmentSpan> span = ReadSpan(mirror, name);
    if (absl::IsNotFound(span.status())) return absl::DataLossError(span.status().message());
    SHAREWAY_RETURN_IF_ERROR(span.status());
    if (first > 0 && span->width != width) {
      return absl::DataLossError(absl::StrCat("segment ", mirror.path(), "/", name, " is for ",
                                              span->width, " entries, the one before for ", width));
    }
    width = span->width;
    SHAREWAY_RETURN_IF_ERROR(CopySegment(mirror, *span, end, copy.get(), &beyond));
    progress(std::min(span->end(), end));
  }
  SHAREWAY_ASSIGN_OR_RETURN(CopyReport report, copy->Finish(head, days));
  report.beyond = beyond;
  return report;
}

}  // namespace shareway::audit
