// SPDX-License-Identifier: Apache-2.0
// What is being worked on right now: each id once, not too many, and nothing dies under it.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"

namespace shareway::exchange {

// Thread-safe.
class InFlight {
 public:
  static constexpr size_t kMost = 4096;  // with its rows each may hold a megabyte
  enum class Entry { kEntered, kTwice, kFull };

  explicit InFlight(size_t most = kMost) : most_(most) {}
  // Waits until all that entered have left.
  ~InFlight() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](absl::flat_hash_set<std::string>* ids) { return ids->empty(); }, &ids_));
  }

  // kTwice if `id` is in flight already, kFull if `most` others are.
  Entry Enter(absl::string_view id) {
    absl::MutexLock lock(&mutex_);
    if (ids_.contains(id)) return Entry::kTwice;
    if (ids_.size() >= most_) return Entry::kFull;
    ids_.insert(std::string(id));
    return Entry::kEntered;
  }
  // What kFull is told as: RESOURCE_EXHAUSTED, OVERLOADED.
  absl::Status Full() const {
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 absl::StrCat("this node works on ", most_, " exchanges, its most"));
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
  const size_t most_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
