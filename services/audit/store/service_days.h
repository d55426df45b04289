// SPDX-License-Identifier: Apache-2.0
// The days on which the log was at work, and how far it had come on each: how
// old an entry is, whatever the clock does.
//
//   q/{number}  -> guarded: wall time in nanoseconds (8), entries of the log (8)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"

namespace shareway::audit {

// The beginning of a day of service.
struct ServiceDay {
  absl::Time time = {};
  uint64_t size = 0;  // entries that the log had
  friend bool operator==(const ServiceDay&, const ServiceDay&) = default;
};

// Numbered from 0 without a gap. For one thread.
class ServiceDays {
 public:
  // The days in `store`, which must outlive it. DATA_LOSS if they are damaged.
  static absl::StatusOr<ServiceDays> Read(kv::Store* store);

  // Begins a new day if the last began 24 hours ago or more; durable. A wall clock
  // that jumps ahead makes one day too many at most; one that was set back does
  // not stop the days. `boot` is the time since boot. `size` must not shrink.
  absl::Status Mark(absl::Time now, absl::Duration boot, uint64_t size);

  // The first so many entries of the log are at least `days` >= 1 days old; 0 if none is.
  uint64_t SizeBefore(int days) const;

  const std::vector<ServiceDay>& days() const { return days_; }

  // All days as a file keeps them, and back. DATA_LOSS if the bytes are not what was written.
  std::string Bytes() const;
  static absl::StatusOr<std::vector<ServiceDay>> Parse(absl::string_view bytes);
  // Puts days into a store that has none.
  static void Put(const std::vector<ServiceDay>& days, kv::Batch* batch);

 private:
  explicit ServiceDays(kv::Store* store) : store_(store) {}

  kv::Store* store_;
  std::vector<ServiceDay> days_;
  // When this process began the last one, or was first asked.
  absl::Duration begun_ = -absl::InfiniteDuration();
  bool own_ = false;  // did this process begin it?
};

}  // namespace shareway::audit
