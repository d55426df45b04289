// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/change_log.h"

#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::catalog {
namespace {

constexpr char kEpochKey[] = "meta/epoch";
// Trimming runs once for so many changes.
constexpr uint64_t kTrimSlack = 1024;

}  // namespace

absl::StatusOr<ChangeLog> ChangeLog::Open(kv::Store* kv, std::string log) {
  absl::StatusOr<kv::Entry> epoch = kv->Get(kEpochKey);
  if (absl::IsNotFound(epoch.status())) {
    kv::Batch birth;
    birth.ExpectAbsent(kEpochKey).Put(kEpochKey, BigEndian64(1));
    SHAREWAY_RETURN_IF_ERROR(kv->Commit(std::move(birth)).status());
    epoch = kv->Get(kEpochKey);
  }
  SHAREWAY_RETURN_IF_ERROR(epoch.status());
  return ChangeLog(kv, std::move(log), ReadBigEndian64(epoch->value));
}

absl::StatusOr<bool> ChangeLog::Reaches(uint64_t epoch, uint64_t number) const {
  if (epoch != epoch_ || number > head()) return false;
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t tail, kv_->LogTail(log_));
  return number + 1 >= tail;
}

absl::StatusOr<std::vector<std::pair<uint64_t, std::string>>> ChangeLog::Read(uint64_t number,
                                                                              size_t limit) const {
  std::vector<std::pair<uint64_t, std::string>> changes;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->ReadLog(log_, number + 1, [&changes, limit](uint64_t n, absl::string_view bytes) {
        changes.emplace_back(n, std::string(bytes));
        return changes.size() < limit;
      }));
  return changes;
}

int ChangeLog::Append(absl::string_view bytes, kv::Batch* batch) const {
  const uint64_t last = head();
  if (last > kKeptChanges + kTrimSlack) {
    absl::StatusOr<uint64_t> tail = kv_->LogTail(log_);
    if (tail.ok() && last - *tail > kKeptChanges + kTrimSlack) {
      batch->Trim(log_, last - kKeptChanges);
    }
  }
  return batch->Append(log_, std::string(bytes));
}

}  // namespace shareway::catalog
