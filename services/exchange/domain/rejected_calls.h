// SPDX-License-Identifier: Apache-2.0
// Calls that were refused without evidence of their own, counted: such as could not be
// attributed, such as came too many or too fast, and such as were answered before.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace shareway::exchange {

// One peer in one minute.
struct RejectedCalls {
  std::string peer = {};  // agencies/{a}/nodes/{n}, …/systems/{s}; agencies/{a} for its persons
  int64_t minute = 0;     // since 1970
  uint64_t count = 0;
  std::string reason = {};  // of the last one
};

// Thread-safe. Peers are of the directory, so there are not many.
class RejectionCount {
 public:
  void Add(absl::string_view peer, absl::Time now, absl::string_view reason) {
    const int64_t minute = absl::ToUnixSeconds(now) / 60;
    absl::MutexLock lock(&mutex_);
    RejectedCalls& calls = calls_[{minute, std::string(peer)}];
    calls.peer = std::string(peer);
    calls.minute = minute;
    ++calls.count;
    calls.reason = std::string(reason);
  }

  // Takes out what was counted in minutes that are over at `now`; all, at its end:
  // a minute may then have another record by the process that comes next.
  std::vector<RejectedCalls> TakeOver(absl::Time now) {
    return TakeBefore(absl::ToUnixSeconds(now) / 60);
  }
  std::vector<RejectedCalls> TakeAll() {
    return TakeBefore(std::numeric_limits<int64_t>::max());
  }
  // Counts them again: their record was not kept.
  void PutBack(std::vector<RejectedCalls> taken) {
    absl::MutexLock lock(&mutex_);
    for (RejectedCalls& calls : taken) {
      RejectedCalls& there = calls_[{calls.minute, calls.peer}];
      const uint64_t count = there.count + calls.count;
      if (there.count == 0) there = std::move(calls);
      there.count = count;
    }
  }

 private:
  std::vector<RejectedCalls> TakeBefore(int64_t minute) {
    std::vector<RejectedCalls> taken;
    absl::MutexLock lock(&mutex_);
    while (!calls_.empty() && calls_.begin()->first.first < minute) {
      taken.push_back(std::move(calls_.begin()->second));
      calls_.erase(calls_.begin());
    }
    return taken;
  }

  absl::Mutex mutex_;
  std::map<std::pair<int64_t, std::string>, RejectedCalls> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
