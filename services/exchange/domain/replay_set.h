// SPDX-License-Identifier: Apache-2.0
// The attempts that a provider's node has taken, by the minute of their issue.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace shareway::exchange {

// Takes each attempt once. An attempt stays taken whatever became of it: whether
// a failed commit wrote it is not known. What is forgotten is older than any
// request that would still be accepted. It lasts as long as the process: it spares the
// work for an attempt that comes twice, and what stops a second delivery is the commit
// that settles the attempt. Thread-safe.
class ReplaySet {
 public:
  // The minute that an attempt issued at `issue` belongs to, since 1970.
  static int64_t MinuteOf(absl::Time issue) { return absl::ToUnixSeconds(issue) / 60; }
  // The first minute whose attempts could still be replayed at `now`.
  static int64_t FirstMinute(absl::Time now);
  // The attempt's place in the set.
  static std::string KeyOf(absl::string_view consumer, absl::string_view exchange,
                           uint32_t attempt);

  // False if `key` was taken within the window, under whatever minute.
  bool Take(int64_t minute, absl::string_view key);
  // Forgets all minutes before `minute`.
  void Forget(int64_t minute);

 private:
  absl::Mutex mutex_;
  std::map<int64_t, absl::flat_hash_set<std::string>> minutes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
