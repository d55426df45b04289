// SPDX-License-Identifier: Apache-2.0
// From bundles to segment files.
#include "services/audit/store/segment_copy.h"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/merkle/proof.h"

namespace shareway::audit {
namespace {

constexpr size_t kCopyBytes = 1 << 20;

absl::Status VerifyFile(const Folder& folder, const std::string& name, SegmentSpan span,
                        const Hash32& root) {
  SHAREWAY_ASSIGN_OR_RETURN(const SegmentReading reading,
                            ReadSegmentFile(folder, name, span, [](uint64_t, const EntryView&) {
                              return absl::OkStatus();
                            }));
  SHAREWAY_RETURN_IF_ERROR(reading.rest);
  if (!reading.closed) {
    return absl::DataLossError(absl::StrCat("segment ", folder.path(), "/", name, " has ",
                                            reading.tally.entries(), " entries and no trailer"));
  }
  if (reading.tally.root() == root) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("segment ", folder.path(), "/", name, " does not have the tree's entries"));
}

}  // namespace

absl::Status CheckLeaf(const LogReader& log, const LogState& state, uint64_t index,
                       const EntryView& entry) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 leaf, log.Node(state, {.level = 0, .index = index}));
  if (crypto::LogHasher().leaf(entry.commitment) == leaf) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("entry ", index, " is not the one in the tree"));
}

absl::Status VisitEntries(const LogReader& log, const LogState& state, uint64_t begin, uint64_t end,
                          EntryVisitor visit) {
  for (uint64_t bundle = begin / kBundle; bundle * kBundle < end; ++bundle) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string bytes, log.BundleBytes(state, bundle));
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<EntryView> entries, ParseEntries(bytes));
    const uint64_t first = bundle * kBundle;
    for (uint64_t index = std::max(begin, first); index < std::min(end, first + kBundle); ++index) {
      const EntryView& entry = entries[index - first];
      if (!IsWhole(entry)) {
        return absl::DataLossError(absl::StrCat("entry ", index, " does not have its commitment"));
      }
      SHAREWAY_RETURN_IF_ERROR(CheckLeaf(log, state, index, entry));
      SHAREWAY_RETURN_IF_ERROR(visit(index, entry));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Hash32> RootOfSpan(const LogReader& log, const LogState& state, SegmentSpan span) {
  return log.Node(state, {.level = std::countr_zero(span.width), .index = span.first / span.width});
}

absl::Status WriteSegment(const Folder& folder, const LogReader& log, const LogState& state,
                          SegmentSpan span, EntryFilter drop) {
  const std::string draft = Folder::DraftOf(span.name());
  SegmentTally tally(span);
  uint64_t written = 0;
  std::string bytes = tally.Header();
  const auto flush = [&]() -> absl::Status {
    SHAREWAY_RETURN_IF_ERROR(folder.Append(draft, written, bytes));
    written += bytes.size();
    bytes.clear();
    return absl::OkStatus();
  };
  for (uint64_t first = span.first; first < span.end(); first += kBundle) {
    SHAREWAY_RETURN_IF_ERROR(VisitEntries(
        log, state, first, first + kBundle, [&](uint64_t index, const EntryView& entry) {
          if (!drop(index)) {
            absl::StrAppend(&bytes, BytesOf(entry));
            tally.Add(entry);
            return absl::OkStatus();
          }
          const std::string without = BytesWithoutRecord(entry);
          bytes += without;
          tally.Add({.commitment = absl::string_view(without).substr(4, 32)});
          return absl::OkStatus();
        }));
    if (bytes.size() >= kCopyBytes) SHAREWAY_RETURN_IF_ERROR(flush());
  }
  bytes += tally.Trailer();
  SHAREWAY_RETURN_IF_ERROR(flush());
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, RootOfSpan(log, state, span));
  SHAREWAY_RETURN_IF_ERROR(VerifyFile(folder, draft, span, root));
  return folder.Publish(span.name());
}

absl::Status VerifySegment(const Folder& folder, const LogReader& log, const LogState& state,
                           SegmentSpan span) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, RootOfSpan(log, state, span));
  return VerifyFile(folder, span.name(), span, root);
}

absl::Status CopySegmentFile(const Folder& from, const Folder& to, SegmentSpan span,
                             const Hash32& root) {
  const std::string name = span.name();
  const std::string draft = Folder::DraftOf(name);
  for (uint64_t at = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string bytes, from.ReadBack(name, at, kCopyBytes));
    if (bytes.empty() && at > 0) break;
    SHAREWAY_RETURN_IF_ERROR(to.Append(draft, at, bytes));
    at += bytes.size();
    if (bytes.size() < kCopyBytes) break;
  }
  SHAREWAY_RETURN_IF_ERROR(VerifyFile(to, draft, span, root));
  return to.Publish(name);
}

}  // namespace shareway::audit
