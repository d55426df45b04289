// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/row_writer.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace shareway::exchange {

RowWriter::RowWriter(kv::Store* store, std::string prefix, size_t max_fingerprints)
    : store_(store), prefix_(std::move(prefix)), max_fingerprints_(max_fingerprints) {}

RowWriter::~RowWriter() { (void)Await(0); }

absl::Status RowWriter::Add(StoredRow row) {
  SHAREWAY_RETURN_IF_ERROR(failed_);
  std::string key = absl::StrCat(prefix_, row.key);
  const auto [it, fresh] = batch_keys_.try_emplace(row.key, row.line);
  if (!fresh) return Twice(row.line, it->second);
  if (!New(row.key)) {
    batch_.ExpectAbsent(key);
    expected_.push_back({key, row.line});
  }
  batch_.Put(key, row.cells);
  batch_bytes_ += key.size() + row.cells.size();
  largest_ = std::max(largest_, std::move(row.key));
  if (batch_keys_.size() < kBatchRows && batch_bytes_ < kBatchBytes) return absl::OkStatus();
  return Send();
}

absl::Status RowWriter::Finish() {
  SHAREWAY_RETURN_IF_ERROR(failed_);
  if (!batch_.empty()) SHAREWAY_RETURN_IF_ERROR(Send());
  failed_ = Await(0);
  return failed_;
}

bool RowWriter::New(absl::string_view key) {
  const bool above = key > largest_sent_;
  if (fingerprints_.size() == max_fingerprints_) {
    all_printed_ = false;
    return above;
  }
  const bool unseen = fingerprints_.insert(absl::Hash<absl::string_view>()(key)).second;
  return above || (unseen && all_printed_);
}

absl::Status RowWriter::Send() {
  failed_ = Await(kMaxFlying - 1);
  SHAREWAY_RETURN_IF_ERROR(failed_);
  {
    absl::MutexLock lock(&mutex_);
    ++flying_;
  }
  auto expected = std::make_shared<std::vector<Expected>>(std::move(expected_));
  store_->CommitAsync(std::move(batch_), [this, expected](absl::StatusOr<kv::Committed> result) {
    absl::MutexLock lock(&mutex_);
    --flying_;
    if (result.ok() || !lost_.ok()) return;
    lost_ = result.status();
    lost_expected_ = std::move(*expected);
  });
  batch_ = kv::Batch();
  batch_bytes_ = 0;
  batch_keys_.clear();
  expected_.clear();
  largest_sent_ = largest_;
  return absl::OkStatus();
}

absl::Status RowWriter::Await(int flying) {
  absl::Status lost;
  {
    absl::MutexLock lock(&mutex_);
    const auto few = [this, &flying]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      // After an error wait for all: the explanation reads what they wrote.
      return flying_ <= (lost_.ok() ? flying : 0);
    };
    mutex_.Await(absl::Condition(&few));
    lost = lost_;
  }
  return absl::IsAborted(lost) ? Explain(lost) : lost;
}

absl::Status RowWriter::Twice(int64_t line, int64_t first_line) {
  duplicate_ = Duplicate{line, first_line};
  failed_ = absl::AlreadyExistsError(
      absl::StrCat("the key of line ", line, " is already on line ", first_line));
  return failed_;
}

absl::Status RowWriter::Explain(const absl::Status& aborted) {
  std::vector<Expected> expected;
  {
    absl::MutexLock lock(&mutex_);
    expected = lost_expected_;
  }
  for (const Expected& row : expected) {
    absl::StatusOr<kv::Entry> there = store_->Get(row.key);
    if (absl::IsNotFound(there.status())) continue;
    SHAREWAY_RETURN_IF_ERROR(there.status());
    // A later batch may have brought the key too: that is not what this one lost to.
    const int64_t first_line = LineOf(there->value);
    if (first_line < row.line) return Twice(row.line, first_line);
  }
  return aborted;
}

}  // namespace shareway::exchange
