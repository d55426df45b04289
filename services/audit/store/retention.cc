// SPDX-License-Identifier: Apache-2.0
// Bits of deleted records, and bundles written again without them.
#include "services/audit/store/retention.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/audit/store/segment_copy.h"

namespace shareway::audit {
namespace {

constexpr uint8_t kUnsettled = 0x80;  // beside the masks of classes

// The parts of a bundle as they lie in the store, by key.
struct Part {
  std::string key = {};
  std::string bytes = {};
};

absl::StatusOr<std::vector<Part>> ReadParts(const kv::Store& store, uint64_t bundle) {
  std::vector<Part> parts;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(BundleKey(bundle * kBundle), BundleKey((bundle + 1) * kBundle),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   parts.push_back({std::string(key), std::string(value)});
                   return true;
                 }));
  return parts;
}

// Puts the bundle again, each part under its key, without the records that are deleted.
absl::Status PutWithout(const std::vector<Part>& parts, uint64_t bundle,
                        const DeletedRecords& deleted, kv::Batch* batch) {
  uint64_t index = bundle * kBundle;
  for (const Part& part : parts) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<EntryView> entries, ParseEntries(part.bytes));
    std::string bytes;
    for (const EntryView& entry : entries) {
      if (deleted.Has(index)) {
        bytes += BytesWithoutRecord(entry);
      } else {
        absl::StrAppend(&bytes, BytesOf(entry));
      }
      ++index;
    }
    batch->Put(part.key, bytes);
  }
  if (index == (bundle + 1) * kBundle) return absl::OkStatus();
  return Damaged(BundleKey(bundle * kBundle), "the bundle is not in the store whole");
}

}  // namespace

std::string DeletedKey(uint64_t first) { return absl::StrCat(kDeletedPrefix, BigEndian64(first)); }

absl::StatusOr<DeletedRecords> DeletedRecords::Read(const kv::Store& store, SegmentSpan span) {
  DeletedRecords deleted(span);
  const std::string key = DeletedKey(span.first);
  const absl::StatusOr<kv::Entry> found = store.Get(key);
  if (absl::IsNotFound(found.status())) return deleted;
  SHAREWAY_RETURN_IF_ERROR(found.status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string value, Unguard(key, found->value));
  if (value.size() != 1 + deleted.bits_.size()) return Damaged(key, "has another length");
  const auto state = static_cast<uint8_t>(value[0]);
  deleted.settled_ = (state & kUnsettled) == 0;
  deleted.done_ = state & static_cast<uint8_t>(~kUnsettled);
  deleted.bits_ = value.substr(1);
  return deleted;
}

bool DeletedRecords::Has(uint64_t index) const {
  const uint64_t place = index - span_.first;
  return (static_cast<uint8_t>(bits_[place / 8]) >> (place % 8) & 1) != 0;
}

void DeletedRecords::Add(uint64_t index) {
  const uint64_t place = index - span_.first;
  bits_[place / 8] = static_cast<char>(static_cast<uint8_t>(bits_[place / 8]) | 1U << (place % 8));
}

uint64_t DeletedRecords::count() const {
  uint64_t count = 0;
  for (const char byte : bits_) {
    count += static_cast<uint64_t>(std::popcount(static_cast<uint8_t>(byte)));
  }
  return count;
}

void DeletedRecords::Put(kv::Batch* batch) const {
  const std::string key = DeletedKey(span_.first);
  const auto state = static_cast<uint8_t>(done_ | (settled_ ? 0 : kUnsettled));
  batch->Put(key, Guarded(key, absl::StrCat(std::string(1, static_cast<char>(state)), bits_)));
}

absl::StatusOr<SegmentRecords> RecordsOf(const LogReader& log, const LogState& state,
                                         SegmentSpan span, RetentionClass retention) {
  SegmentRecords records;
  const auto take = [&](uint64_t index, const EntryView& view) -> absl::Status {
    if (view.record.empty()) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const Entry entry, OpenStored(index, view.Copy()));
    if (ClassOf(entry.facts.kind) != retention) return absl::OkStatus();
    records.indices.push_back(index);
    if (!entry.facts.grant.empty()) records.grants.insert(entry.facts.grant);
    return absl::OkStatus();
  };
  SHAREWAY_RETURN_IF_ERROR(VisitEntries(log, state, span.first, span.end(), take));
  return records;
}

absl::Status DeleteFromStore(kv::Store* store, const std::vector<uint64_t>& indices,
                             const DeletedRecords& deleted) {
  for (auto next = indices.begin(); next != indices.end();) {
    const uint64_t bundle = *next / kBundle;
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Part> parts, ReadParts(*store, bundle));
    kv::Batch batch;
    SHAREWAY_RETURN_IF_ERROR(PutWithout(parts, bundle, deleted, &batch));
    SHAREWAY_RETURN_IF_ERROR(store->Commit(std::move(batch)).status());
    next = std::lower_bound(next, indices.end(), (bundle + 1) * kBundle);
  }
  return absl::OkStatus();
}

void PutDropped(kv::Batch* batch) { batch->Put(kDroppedKey, Guarded(kDroppedKey, "")); }

absl::StatusOr<bool> CompactDropped(kv::Store* store) {
  const absl::Status noted = store->Get(kDroppedKey).status();
  if (absl::IsNotFound(noted)) return false;
  SHAREWAY_RETURN_IF_ERROR(noted);
  SHAREWAY_RETURN_IF_ERROR(store->Compact("", ""));
  kv::Batch batch;
  batch.Delete(kDroppedKey);
  SHAREWAY_RETURN_IF_ERROR(store->Commit(std::move(batch)).status());
  return true;
}

absl::Status RecordExpired(uint64_t index) {
  return Error(Reason::kRecordExpired, absl::StatusCode::kNotFound,
               absl::StrCat("the record of entry ", index,
                            " was deleted at the end of its retention; its commitment stays"))
      .With("index", absl::StrCat(index));
}

}  // namespace shareway::audit
