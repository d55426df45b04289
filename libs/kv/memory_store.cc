// SPDX-License-Identifier: Apache-2.0
// The semantics of the engines, over maps.
#include "libs/kv/memory_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::kv {

absl::StatusOr<Entry> MemoryStore::Get(absl::string_view key) const {
  absl::MutexLock lock(&mutex_);
  auto it = entries_.find(key);
  if (it != entries_.end()) return it->second;
  return absl::NotFoundError(absl::StrCat("no key ", absl::CHexEscape(key)));
}

absl::Status MemoryStore::Scan(absl::string_view start, absl::string_view limit,
                               Visitor visit) const {
  // A copy is the snapshot: `visit` may use the store.
  std::vector<std::pair<std::string, Entry>> snapshot;
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = entries_.lower_bound(start);
         it != entries_.end() && (limit.empty() || it->first < limit); ++it) {
      snapshot.push_back(*it);
    }
  }
  for (const auto& [key, entry] : snapshot) {
    if (!visit(key, entry.value, entry.version)) break;
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::ReadLog(absl::string_view log, uint64_t from, LogVisitor visit) const {
  std::map<uint64_t, std::string> snapshot;
  {
    absl::MutexLock lock(&mutex_);
    auto it = logs_.find(log);
    if (it == logs_.end()) return absl::OkStatus();
    snapshot.insert(it->second.entries.lower_bound(from), it->second.entries.end());
  }
  for (const auto& [number, bytes] : snapshot) {
    if (!visit(number, bytes)) break;
  }
  return absl::OkStatus();
}

uint64_t MemoryStore::LogHead(absl::string_view log) const {
  absl::MutexLock lock(&mutex_);
  auto it = logs_.find(log);
  return it == logs_.end() ? 0 : it->second.head;
}

absl::StatusOr<uint64_t> MemoryStore::LogTail(absl::string_view log) const {
  absl::MutexLock lock(&mutex_);
  auto it = logs_.find(log);
  if (it == logs_.end()) return 1;
  const Log& found = it->second;
  return found.entries.empty() ? found.head + 1 : found.entries.begin()->first;
}

bool MemoryStore::WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const {
  const absl::Duration deadline = SystemClock().SinceBoot() + timeout;
  absl::MutexLock lock(&mutex_);
  for (;;) {
    auto it = logs_.find(log);
    if (it != logs_.end() && it->second.head > number) return true;
    const absl::Duration left = deadline - SystemClock().SinceBoot();
    if (left <= absl::ZeroDuration()) return false;
    grown_.WaitWithTimeout(&mutex_, left);
  }
}

void MemoryStore::CommitAsync(Batch batch, std::function<void(absl::StatusOr<Committed>)> done) {
  absl::StatusOr<Committed> result = Committed{};
  if (absl::Status checked = batch.Check(); !checked.ok()) {
    result = std::move(checked);
  } else {
    absl::MutexLock lock(&mutex_);
    result = CommitLocked(batch);
  }
  if (done) done(std::move(result));
  grown_.SignalAll();
}

absl::StatusOr<Committed> MemoryStore::CommitLocked(const Batch& batch) {
  for (const Batch::Expectation& expect : batch.expects()) {
    auto it = entries_.find(expect.key);
    const uint64_t version = it == entries_.end() ? 0 : it->second.version;
    if (version != expect.version) {
      return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
                   absl::StrCat("key ", absl::CHexEscape(expect.key), " has version ", version,
                                ", expected ", expect.version, " (0 is absent)"))
          .With("version", absl::StrCat(version));
    }
  }
  const Outcome outcome = on_commit ? on_commit(batch) : Outcome{};
  Committed committed;
  if (outcome.apply) committed = ApplyLocked(batch);
  if (!outcome.status.ok()) return outcome.status;
  return committed;
}

Committed MemoryStore::ApplyLocked(const Batch& batch) {
  Committed committed;
  committed.version = ++commits_;
  for (const Batch::Op& op : batch.ops()) {
    switch (op.kind) {
      case Batch::Op::Kind::kPut:
        entries_[op.key] = {op.value, committed.version};
        break;
      case Batch::Op::Kind::kDelete:
        entries_.erase(op.key);
        break;
      case Batch::Op::Kind::kDeleteRange:
        if (op.value.empty() || op.key < op.value) {
          entries_.erase(entries_.lower_bound(op.key),
                         op.value.empty() ? entries_.end() : entries_.lower_bound(op.value));
        }
        break;
      case Batch::Op::Kind::kAppend: {
        Log& log = logs_[op.key];
        log.entries[++log.head] = op.value;
        committed.numbers.push_back(log.head);
        break;
      }
      case Batch::Op::Kind::kPutNumber:
        entries_[op.key] = {BigEndian64(committed.numbers[op.number]), committed.version};
        break;
      case Batch::Op::Kind::kTrim: {
        Log& log = logs_[op.key];
        log.entries.erase(log.entries.begin(), log.entries.lower_bound(op.number));
        break;
      }
    }
  }
  return committed;
}

absl::Status MemoryStore::IngestChecked(absl::Span<const Pair> sorted) {
  absl::MutexLock lock(&mutex_);
  const Outcome outcome = on_ingest ? on_ingest(sorted) : Outcome{};
  if (outcome.apply) {
    for (const Pair& pair : sorted) entries_[pair.key] = {pair.value, /*version=*/0};
  }
  return outcome.status;
}

absl::Status MemoryStore::Checkpoint(const std::string& dir) {
  return absl::FailedPreconditionError(
      absl::StrCat("a store in memory has no folder to copy to ", dir));
}

}  // namespace shareway::kv
