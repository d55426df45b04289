// SPDX-License-Identifier: Apache-2.0
// Calls of peers that were refused before they could be attributed, counted.
#pragma once

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
  std::string peer = {};  // agencies/{a}/nodes/{n}
  int64_t minute = 0;     // since 1970
  uint64_t count = 0;
  std::string reason = {};  // of the last one
};

// Thread-safe. Peers are nodes of the directory, so there are not many.
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

  // Takes out what was counted in minutes that are over at `now`.
  std::vector<RejectedCalls> TakeOver(absl::Time now) {
    const int64_t minute = absl::ToUnixSeconds(now) / 60;
    std::vector<RejectedCalls> over;
    absl::MutexLock lock(&mutex_);
    while (!calls_.empty() && calls_.begin()->first.first < minute) {
      over.push_back(std::move(calls_.begin()->second));
      calls_.erase(calls_.begin());
    }
    return over;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::pair<int64_t, std::string>, RejectedCalls> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
