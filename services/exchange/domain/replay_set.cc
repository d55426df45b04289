// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/replay_set.h"

#include "absl/strings/str_cat.h"
#include "services/exchange/domain/request_check.h"

namespace shareway::exchange {

int64_t ReplaySet::FirstMinute(absl::Time now) { return MinuteOf(now - kReplayWindow); }

std::string ReplaySet::KeyOf(absl::string_view consumer, absl::string_view exchange,
                             uint32_t attempt) {
  return absl::StrCat(consumer, "/", exchange, "/", attempt);
}

bool ReplaySet::Take(int64_t minute, absl::string_view key) {
  absl::MutexLock lock(&mutex_);
  // The same attempt may come under another issue time: look into every minute, there are three.
  for (const auto& [any, keys] : minutes_) {
    if (keys.contains(key)) return false;
  }
  minutes_[minute].insert(std::string(key));
  return true;
}

void ReplaySet::Forget(int64_t minute) {
  absl::MutexLock lock(&mutex_);
  minutes_.erase(minutes_.begin(), minutes_.lower_bound(minute));
}

}  // namespace shareway::exchange
