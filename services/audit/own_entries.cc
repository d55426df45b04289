// SPDX-License-Identifier: Apache-2.0
// Runs of ids backwards, entries forwards.
#include "services/audit/own_entries.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "services/audit/store/run.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

constexpr size_t kKept = 256;
constexpr size_t kMaxEntryBytes = 1 << 20;
constexpr size_t kPageBytes = 4 << 20;

// What a record says, whenever and under whatever id it does.
std::string Saying(evidence::AuditRecord record) {
  record.clear_nonce();
  record.clear_producer();
  record.clear_incarnation();
  record.clear_sequence();
  record.clear_time();
  return record.SerializeAsString();
}

}  // namespace

absl::StatusOr<std::vector<uint64_t>> OwnEntries::Indices(uint64_t from, uint64_t end) const {
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<std::string> incarnations, ReadPastIncarnations(*store_));
  incarnations.push_back(own_->incarnation());
  std::vector<uint64_t> indices;
  for (const std::string& incarnation : incarnations) {
    const Digest16 stream = StreamOf(own_->producer(), incarnation);
    SHAREWAY_ASSIGN_OR_RETURN(uint64_t sequence, LastSequence(*store_, stream));
    // Indices grow with sequences, so older runs lie before `from`, too.
    while (sequence > 0) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Run> run,
                                ReadRun(*store_, stream, sequence));
      if (!run || run->index + run->count <= from) break;
      for (uint64_t i = 0; i < run->count; ++i) {
        if (run->index + i >= from && run->index + i < end) indices.push_back(run->index + i);
      }
      sequence = run->first - 1;
    }
  }
  std::sort(indices.begin(), indices.end());
  return indices;
}

absl::StatusOr<Found> OwnEntries::ReadOne(uint64_t index) const {
  {
    absl::MutexLock lock(&mutex_);
    if (const auto kept = kept_.find(index); kept != kept_.end()) return kept->second;
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      std::vector<Found> found,
      reader_->Entries(*audit_->state(), index, index + 1, kMaxEntryBytes));
  absl::MutexLock lock(&mutex_);
  if (kept_.size() >= kKept) kept_.erase(kept_.begin());
  return kept_.emplace(index, std::move(found[0])).first->second;
}

absl::StatusOr<OwnEntries::Page> OwnEntries::Read(uint64_t from, uint64_t end,
                                                  size_t max_bytes) const {
  Page page{.next = end};
  if (from >= end) return page;
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<uint64_t> indices, Indices(from, end));
  size_t bytes = 0;
  for (const uint64_t index : indices) {
    SHAREWAY_ASSIGN_OR_RETURN(Found found, ReadOne(index));
    bytes += found.stored.sealed.ByteSizeLong() + kEntryOverhead;
    if (!page.entries.empty() && bytes > max_bytes) {
      page.next = index;
      return page;
    }
    page.entries.push_back(std::move(found));
  }
  return page;
}

absl::Status AppendOnce(evidence::AuditRecord record, uint64_t from, const OwnEntries& entries,
                        Audit* audit, OwnRecords* own) {
  // After an error only the next append reads again what became durable.
  SHAREWAY_RETURN_IF_ERROR(audit->AppendAndWait({}).status());
  const std::string saying = Saying(record);
  const uint64_t end = audit->state()->size();
  while (from < end) {
    SHAREWAY_ASSIGN_OR_RETURN(const OwnEntries::Page page, entries.Read(from, end, kPageBytes));
    for (const Found& found : page.entries) {
      SHAREWAY_ASSIGN_OR_RETURN(evidence::OpenedRecord opened,
                                evidence::Open(found.stored.sealed));
      if (Saying(std::move(opened.record)) == saying) return absl::OkStatus();
    }
    from = page.next;
  }
  return own->Append(std::move(record)).status();
}

}  // namespace shareway::audit
