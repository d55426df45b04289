// SPDX-License-Identifier: Apache-2.0
// How many signed refusals a peer may cause: each is evidence for ever.
#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/error.h"

namespace shareway::exchange {

// Thread-safe. Refusals are signed and recorded one by one, so that a node which asks what nobody
// granted it could fill the outbox and the log for all. Beyond the limit calls that would be refused
// are told so, and counted (architecture section 2 step 6), but not signed.
class RefusalCount {
 public:
  static constexpr uint32_t kMost = 600;  // a peer and minute

  explicit RefusalCount(uint32_t most = kMost) : most_(most) {}

  // False if `peer` caused as many as it may in the minute of `now`. Peers are of the directory.
  bool Take(absl::string_view peer, absl::Time now) {
    const int64_t minute = absl::ToUnixSeconds(now) / 60;
    absl::MutexLock lock(&mutex_);
    if (minute != minute_) counts_.clear();
    minute_ = minute;
    uint32_t& count = counts_[std::string(peer)];
    if (count >= most_) return false;
    ++count;
    return true;
  }
  // What is told then: RESOURCE_EXHAUSTED, RATE_LIMITED.
  absl::Status Full() const {
    return Error(Reason::kRateLimited, absl::StatusCode::kResourceExhausted,
                 absl::StrCat("this node refused ", most_,
                              " requests of the calling node this minute, its most"));
  }

 private:
  const uint32_t most_;
  absl::Mutex mutex_;
  int64_t minute_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, uint32_t> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
