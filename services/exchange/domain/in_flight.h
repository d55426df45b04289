// SPDX-License-Identifier: Apache-2.0
// What is being worked on right now: each id once, and nothing dies under it.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace shareway::exchange {

// Thread-safe.
class InFlight {
 public:
  // Waits until all that entered have left.
  ~InFlight() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](absl::flat_hash_set<std::string>* ids) { return ids->empty(); }, &ids_));
  }

  // False if `id` is in flight already.
  bool Enter(absl::string_view id) {
    absl::MutexLock lock(&mutex_);
    return ids_.insert(std::string(id)).second;
  }
  void Leave(absl::string_view id) {
    absl::MutexLock lock(&mutex_);
    ids_.erase(id);
  }
  bool Has(absl::string_view id) const {
    absl::MutexLock lock(&mutex_);
    return ids_.contains(id);
  }

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
