// SPDX-License-Identifier: Apache-2.0
#include "services/audit/store/fsck_copies.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/evidence/note.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/mirror.h"
#include "services/audit/store/segment_copy.h"
#include "services/audit/store/segment_file.h"

namespace shareway::audit {
namespace {

absl::Status CheckArchive(const kv::Store& store, const LogReader& reader, const LogState& state,
                          const FsckOptions& options, FsckReport* report) {
  std::vector<SegmentSpan> spans;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(kArchivedPrefix, PrefixEnd(kArchivedPrefix),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   const absl::StatusOr<std::string> roots = Unguard(key, value);
                   const bool whole = key.size() == kArchivedPrefix.size() + 8 && roots.ok() &&
                                      !roots->empty() && roots->size() % 32 == 0;
                   if (!whole) {
                     status = Damaged(key, "I11: is no archived segment");
                     return false;
                   }
                   spans.push_back({.first = ReadBigEndian64(key.substr(kArchivedPrefix.size())),
                                    .width = roots->size() / 32 * kBundle});
                   return true;
                 }));
  SHAREWAY_RETURN_IF_ERROR(status);
  for (const SegmentSpan& span : spans) {
    if (span.first != report->archived) {
      return Damaged(ArchivedKey(span.first),
                     absl::StrCat("I11: entry ", report->archived, " is in no archived segment"));
    }
    SHAREWAY_RETURN_IF_ERROR(store.Scan(BundleKey(span.first), BundleKey(span.end()),
                                        [&](absl::string_view key, absl::string_view, uint64_t) {
                                          status = Damaged(
                                              key, "I11: lies in the archive and in the store");
                                          return false;
                                        }));
    SHAREWAY_RETURN_IF_ERROR(status);
    SHAREWAY_RETURN_IF_ERROR(options.archive->Verify(reader, state, span));
    report->archived = span.end();
  }
  return absl::OkStatus();
}

absl::Status CheckMirrorHead(const Folder& mirror, const std::string& verifier_key,
                             const HeadsCheck& heads) {
  const absl::StatusOr<uint64_t> size = mirror.Size(kMirrorCheckpoint);
  if (absl::IsNotFound(size.status())) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(size.status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string note, mirror.Read(kMirrorCheckpoint, 0, *size));
  const absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(note, verifier_key);
  if (!head.ok()) {
    return absl::DataLossError(
        absl::StrCat("I8: ", mirror.path(), "/", kMirrorCheckpoint, ": ", head.status().message()));
  }
  return heads.CheckRoot("the mirror's head", head->size, head->root);
}

absl::Status CheckMirror(const LogReader& reader, const LogState& state, const Folder& mirror,
                         FsckReport* report) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names, mirror.Names());
  for (const std::string& name : names) {
    const std::optional<uint64_t> first = FirstInName(name);
    if (!first) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const SegmentSpan span, ReadSpan(mirror, name));
    if (span.first != report->mirrored) {
      return absl::DataLossError(absl::StrCat("I11: ", mirror.path(), "/", name, ": entry ",
                                              report->mirrored, " is in no segment before"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(
        const SegmentReading reading,
        ReadSegment(mirror, span, [&](uint64_t index, const EntryView& entry) {
          return index < state.size()
                     ? CheckLeaf(reader, state, index, entry)
                     : absl::DataLossError(absl::StrCat("I20: the log ends before entry ", index));
        }));
    const bool last = name == names.back() || !FirstInName(names[&name - names.data() + 1]);
    if (!reading.rest.ok() || (!reading.closed && !last)) {
      return absl::DataLossError(
          absl::StrCat("I11: ", mirror.path(), "/", name, ", after entry ", reading.tally.next(),
                       ": ", reading.rest.ok() ? "not closed" : reading.rest.message()));
    }
    report->mirrored = reading.tally.next();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckArchiveGiven(const kv::Store& store, const FsckOptions& options) {
  if (options.archive != nullptr) return absl::OkStatus();
  bool archived = false;
  SHAREWAY_RETURN_IF_ERROR(store.Scan(kArchivedPrefix, PrefixEnd(kArchivedPrefix),
                                      [&](absl::string_view, absl::string_view, uint64_t) {
                                        archived = true;
                                        return false;
                                      }));
  if (!archived) return absl::OkStatus();
  return absl::FailedPreconditionError("segments lie in an archive, whose folder is not given");
}

absl::Status CheckCopies(const kv::Store& store, const LogReader& reader, const LogState& state,
                         const HeadsCheck& heads, const FsckOptions& options, FsckReport* report) {
  SHAREWAY_RETURN_IF_ERROR(CheckArchive(store, reader, state, options, report));
  if (options.mirror == nullptr) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Birth birth, ReadBirth(store));
  SHAREWAY_RETURN_IF_ERROR(CheckMirrorHead(*options.mirror, birth.verifier_key, heads));
  return CheckMirror(reader, state, *options.mirror, report);
}

}  // namespace shareway::audit
