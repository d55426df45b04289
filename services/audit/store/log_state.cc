// SPDX-License-Identifier: Apache-2.0
// Growing the log by one batch, and reading its state back.
//
// One batch holds everything, so a crash leaves the log before it or after it;
// ReadState never repairs.
#include "services/audit/store/log_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/audit/store/stored_tree.h"

namespace shareway::audit {
namespace {

// A value stays well below the store's limit of 1 MiB.
constexpr size_t kPartBytes = 512 << 10;

size_t SizeOf(absl::Span<const EntryPtr> entries) {
  size_t bytes = 0;
  for (const EntryPtr& entry : entries) bytes += kEntryOverhead + entry->sealed.record().size();
  return bytes;
}

// Puts `entries`, the first of which has index `first`, under as many keys as their size asks for.
std::vector<uint64_t> PutEntries(absl::Span<const EntryPtr> entries, uint64_t first,
                                 std::string (*key)(uint64_t), kv::Batch* batch) {
  std::vector<uint64_t> parts;
  std::string bytes;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (bytes.empty()) {
      parts.push_back(first + i);
      bytes.reserve(std::min(SizeOf(entries.subspan(i)), kPartBytes + kMaxRecordBytes));
    }
    AppendEntry(*entries[i], &bytes);
    if (bytes.size() >= kPartBytes || i + 1 == entries.size()) {
      batch->Put(key(parts.back()), std::exchange(bytes, {}));
    }
  }
  return parts;
}

void FinishBundle(LogState* state, uint64_t bundle, kv::Batch* batch) {
  PutEntries(state->tail, bundle * kBundle, BundleKey, batch);
  for (uint64_t part : state->tail_parts) batch->Delete(TailKey(part));
  state->tail.clear();
  state->tail_parts.clear();
}

absl::StatusOr<std::vector<EntryPtr>> ReadTail(const kv::Store& store, std::vector<uint64_t>* parts,
                                               uint64_t first) {
  std::vector<EntryPtr> tail;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(kTailPrefix, PrefixEnd(kTailPrefix),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   if (key != TailKey(first + tail.size())) {
                     status = Damaged(key, "the tail has a gap");
                     return false;
                   }
                   parts->push_back(first + tail.size());
                   absl::StatusOr<std::vector<EntryView>> entries = ParseEntries(value);
                   if (!entries.ok()) {
                     status = Damaged(key, entries.status().message());
                     return false;
                   }
                   for (const EntryView& view : *entries) {
                     absl::StatusOr<Entry> entry = OpenStored(first + tail.size(), view.Copy());
                     if (!entry.ok()) {
                       status = entry.status();
                       return false;
                     }
                     tail.push_back(std::make_shared<const Entry>(*std::move(entry)));
                   }
                   return true;
                 }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return tail;
}

}  // namespace

LogState Grow(const LogState& before, absl::Span<const EntryPtr> added, kv::Batch* batch) {
  const merkle::Hasher& hasher = crypto::LogHasher();
  LogState after = before;
  size_t written = after.tail.size();  // entries of the tail that have a key already
  for (const EntryPtr& entry : added) {
    after.tail.push_back(entry);
    for (const RightEdge::Completed& completed : after.edge.Append(hasher, entry->leaf)) {
      batch->Put(TileKey(completed.id), completed.tile.bytes());
    }
    if (after.tail.size() == kBundle) {
      FinishBundle(&after, after.size() / kBundle - 1, batch);
      written = 0;
    }
  }
  const std::vector<uint64_t> parts = PutEntries(absl::MakeConstSpan(after.tail).subspan(written),
                                                 after.tail_begin() + written, TailKey, batch);
  after.tail_parts.insert(after.tail_parts.end(), parts.begin(), parts.end());
  batch->Put(kHeadKey, HeadBytes({after.size(), after.edge.Root(hasher)}));
  return after;
}

std::string HeadBytes(const Head& head) {
  return absl::StrCat(BigEndian64(head.size), head.root.view());
}

absl::StatusOr<Head> ParseHead(absl::string_view bytes) {
  if (bytes.size() != 40) return Damaged(kHeadKey, absl::StrCat(bytes.size(), " bytes, want 40"));
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, Hash32::From(bytes.substr(8)));
  return Head{ReadBigEndian64(bytes), root};
}

absl::StatusOr<LogState> ReadState(const kv::Store& store) {
  const absl::StatusOr<kv::Entry> found = store.Get(kHeadKey);
  if (absl::IsNotFound(found.status())) return Damaged(kHeadKey, "is missing");
  SHAREWAY_RETURN_IF_ERROR(found.status());
  SHAREWAY_ASSIGN_OR_RETURN(const Head head, ParseHead(found->value));
  LogState state;
  const uint64_t begin = head.size / kBundle * kBundle;
  SHAREWAY_ASSIGN_OR_RETURN(state.tail, ReadTail(store, &state.tail_parts, begin));
  if (begin + state.tail.size() != head.size) {
    return Damaged(kHeadKey, absl::StrCat("the log has ", begin + state.tail.size(),
                                          " entries, not ", head.size));
  }
  std::vector<std::vector<Hash32>> leaves;
  for (int level = 0; level < RightEdge::Levels(head.size); ++level) {
    leaves.emplace_back();
    if (level == 0) {
      for (const EntryPtr& entry : state.tail) leaves.back().push_back(entry->leaf);
    } else {
      SHAREWAY_ASSIGN_OR_RETURN(leaves.back(), ReadTileLeaves(store, level, head.size));
    }
  }
  SHAREWAY_ASSIGN_OR_RETURN(state.edge, RightEdge::Restore(crypto::LogHasher(), head.size, leaves));
  if (state.edge.Root(crypto::LogHasher()) != head.root) {
    return Damaged(kHeadKey, absl::StrCat("the root of the ", head.size,
                                          " entries that are there is another"));
  }
  return state;
}

}  // namespace shareway::audit
