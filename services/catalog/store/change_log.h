// SPDX-License-Identifier: Apache-2.0
// A log of changes that watchers follow, over one of the store's append logs.
//
// Keys:
//   meta/epoch -> this store's epoch, 8 bytes big-endian; from 1
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"

namespace shareway::catalog {

// A watcher further behind than this gets a snapshot.
inline constexpr uint64_t kKeptChanges = 1'000'000;

// Thread-safe.
class ChangeLog {
 public:
  // Opens `log` of `kv`, which must outlive it; a new store gets epoch 1.
  static absl::StatusOr<ChangeLog> Open(kv::Store* kv, std::string log);

  uint64_t epoch() const { return epoch_; }
  // The last number that is durable; 0 before the first change.
  uint64_t head() const { return kv_->LogHead(log_); }
  // True if whoever applied `number` of `epoch` can go on with Read(number).
  absl::StatusOr<bool> Reaches(uint64_t epoch, uint64_t number) const;
  // Up to `limit` changes after `number`: number and bytes.
  absl::StatusOr<std::vector<std::pair<uint64_t, std::string>>> Read(uint64_t number,
                                                                     size_t limit) const;
  // Blocks until there is a change after `number`, or `timeout` has passed.
  void Wait(uint64_t number, absl::Duration timeout) const { kv_->WaitLog(log_, number, timeout); }
  // Appends a change, and lets go of those beyond kKeptChanges. Returns its place in the batch.
  int Append(absl::string_view bytes, kv::Batch* batch) const;

 private:
  ChangeLog(kv::Store* kv, std::string log, uint64_t epoch)
      : kv_(kv), log_(std::move(log)), epoch_(epoch) {}

  kv::Store* kv_;
  std::string log_;
  uint64_t epoch_;
};

}  // namespace shareway::catalog
