// SPDX-License-Identifier: Apache-2.0
// The thread that tells subscribers what changed.
#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/catalog/subscriptions.h"

namespace shareway::catalog {

// Tells what is in the log when it starts, then each change as it comes; once a day it drops what is
// old. After an error it tries again: nothing is lost, since the log keeps what was not told.
class Notifier {
 public:
  struct Parts {
    Subscriptions* subscriptions = nullptr;
    const Clock* clock = nullptr;
    // Blocks until the catalogue's log has more than was told, or the time has passed.
    std::function<void(absl::Duration)> wait = {};
    absl::Duration pause = absl::Seconds(5);  // after an error
  };
  // All parts must outlive it. Begins to work.
  explicit Notifier(Parts parts) : parts_(std::move(parts)), thread_([this] { Run(); }) {}
  // Ends after what is under way.
  ~Notifier();

 private:
  void Run();
  // Tells all that there is, and drops what is old if it is time.
  absl::Status Round();
  bool Stopping() const;

  const Parts parts_;
  absl::Time swept_ = absl::InfinitePast();
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: sees all else
};

}  // namespace shareway::catalog
