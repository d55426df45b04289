// SPDX-License-Identifier: Apache-2.0
// What this node got under each grant today, as the consumer's.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "services/exchange/domain/quota.h"

namespace shareway::exchange {

// For people who ask what is left of a quota; the provider's nodes alone decide. In memory: a
// restart starts at nothing, and other nodes of the agency are not counted. Thread-safe.
class DayUse {
 public:
  void Add(absl::string_view grant, absl::CivilDay day, const Amounts& got) {
    absl::MutexLock lock(&mutex_);
    if (day > day_) {
      day_ = day;
      got_.clear();
    }
    if (day == day_) got_[grant] = got_[grant] + got;
  }

  Amounts Of(absl::string_view grant, absl::CivilDay day) const {
    absl::ReaderMutexLock lock(&mutex_);
    const auto at = day == day_ ? got_.find(grant) : got_.end();
    return at == got_.end() ? Amounts{} : at->second;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::CivilDay day_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Amounts> got_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
