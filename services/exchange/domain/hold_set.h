// SPDX-License-Identifier: Apache-2.0
// What the provider's own veto stops at this node.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"
#include "services/exchange/domain/grant.h"

namespace shareway::exchange {

// Thread-safe.
class HoldSet {
 public:
  // Holds or releases grants/{g}, agencies/{a} or resources/{r}.
  void Set(absl::string_view subject, bool held) {
    absl::MutexLock lock(&mutex_);
    if (held) {
      subjects_.insert(std::string(subject));
    } else {
      subjects_.erase(subject);
    }
    ++changes_;
  }
  // Another number once anything changed. Lock-free.
  uint64_t changes() const { return changes_; }

  // PERMISSION_DENIED, HELD, if the grant, its consumer or its resource is held.
  absl::Status Check(const Grant& grant) const {
    absl::ReaderMutexLock lock(&mutex_);
    for (const std::string* subject : {&grant.name, &grant.consumer, &grant.resource}) {
      if (subjects_.contains(*subject)) {
        return Error(Reason::kHeld, absl::StatusCode::kPermissionDenied,
                     absl::StrCat("the provider's node holds ", *subject))
            .With("subject", *subject);
      }
    }
    return absl::OkStatus();
  }

 private:
  std::atomic<uint64_t> changes_ = 0;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> subjects_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
