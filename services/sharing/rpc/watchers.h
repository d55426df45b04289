// SPDX-License-Identifier: Apache-2.0
// Which nodes watch the grants, and how far each has applied them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace shareway::sharing {

// Thread-safe.
class Watchers {
 public:
  // One stream of a node, from construction to destruction.
  class Presence {
   public:
    Presence(Watchers* watchers, std::string node);
    ~Presence();
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    Watchers* const watchers_;
    const std::string node_;
  };

  // The node said, as it renewed its lease, that it has applied the log up to `number`.
  void Applied(absl::string_view node, uint64_t number);

  // Waits up to `limit` until every node that watches and is `concerned` has applied `number`.
  // Returns those that have, sorted.
  std::vector<std::string> AwaitApplied(uint64_t number, absl::Duration limit,
                                        absl::FunctionRef<bool(absl::string_view)> concerned);

  // Nodes with a stream now.
  int count() const;

 private:
  struct Watcher {
    int streams = 0;
    uint64_t applied = 0;
  };

  mutable absl::Mutex mutex_;
  std::map<std::string, Watcher, std::less<>> nodes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::sharing
