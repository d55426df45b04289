// SPDX-License-Identifier: Apache-2.0
// Writes the rows of one version in batches, several of them on their way at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/kv/store.h"
#include "services/exchange/domain/row.h"

namespace shareway::exchange {

// Keeps a bounded number of rows in memory. Finds keys that come twice: a key that
// is above all before it, or whose fingerprint is new, cannot be one of them; any
// other is expected absent when it is written, which costs a read. Fingerprints
// take about 13 bytes a row, at most 40 MB. For one thread.
class RowWriter {
 public:
  // A key that two lines of the file have.
  struct Duplicate {
    int64_t line = 0;
    int64_t first_line = 0;
  };

  static constexpr size_t kMaxFingerprints = 3'000'000;

  // Writes under `prefix`, where nothing lies. `store` must outlive it.
  RowWriter(kv::Store* store, std::string prefix, size_t max_fingerprints = kMaxFingerprints);
  // Waits for what is on its way, so that nothing lands afterwards.
  ~RowWriter();

  // May block until earlier rows are durable. ALREADY_EXISTS for a key that was
  // added before, perhaps told by a later call: see duplicate(). Any other error
  // is the store's, and what was written is unknown. After an error the writer
  // only repeats it.
  absl::Status Add(StoredRow row);
  // OK once all rows are durable.
  absl::Status Finish();

  const std::optional<Duplicate>& duplicate() const { return duplicate_; }

 private:
  static constexpr size_t kBatchRows = 1000;
  static constexpr size_t kBatchBytes = 1 << 20;
  static constexpr int kMaxFlying = 4;

  struct Expected {
    std::string key;  // with the prefix
    int64_t line = 0;
  };

  // True if `key` cannot be among those sent before.
  bool New(absl::string_view key);
  absl::Status Send();
  // Waits until at most `flying` batches are on their way; the first error.
  absl::Status Await(int flying);
  absl::Status Twice(int64_t line, int64_t first_line);
  // Why a batch was refused: a key of it that lies there from an earlier line.
  absl::Status Explain(const absl::Status& aborted);

  kv::Store* const store_;
  const std::string prefix_;
  const size_t max_fingerprints_;
  std::optional<Duplicate> duplicate_;
  absl::Status failed_;

  // The batch at hand.
  kv::Batch batch_;
  size_t batch_bytes_ = 0;
  absl::flat_hash_map<std::string, int64_t> batch_keys_;  // -> line
  std::vector<Expected> expected_;
  absl::flat_hash_set<size_t> fingerprints_;  // of the first max_fingerprints_ keys
  bool all_printed_ = true;                   // of every key
  std::string largest_;                       // key sent or in hand
  std::string largest_sent_;

  absl::Mutex mutex_;
  int flying_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status lost_ ABSL_GUARDED_BY(mutex_);              // the first error of a batch
  std::vector<Expected> lost_expected_ ABSL_GUARDED_BY(mutex_);  // what that batch expected
};

}  // namespace shareway::exchange
