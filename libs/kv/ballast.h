// SPDX-License-Identifier: Apache-2.0
// Space kept back on a store's volume, to finish what was accepted when it fills up.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace shareway::kv {

// A file, `ballast`, whose blocks are taken. A process that promises to record what it
// accepts asks Accepts() before it accepts; the store that it records in releases the
// ballast when the volume is full. So the process stops accepting first, and goes on
// recording. The ballast comes back by itself once there is room. Thread-safe.
class Ballast {
 public:
  struct Options {
    std::string dir = {};  // on the store's volume; created if absent
    size_t bytes = 64 << 20;
    double min_free_share = 0.1;  // of the volume, beside the ballast; 0 to 1
    const Clock* clock = &SystemClock();
  };
  // Takes the space; if less than `min_free_share` would stay free, none is taken, and
  // the ballast is released. UNAVAILABLE if the folder or the file cannot be made for
  // another reason than space.
  static absl::StatusOr<std::unique_ptr<Ballast>> Open(Options options);

  // Gives the space away; false if it was given before.
  bool Release();
  bool released() const;
  // True while the ballast is there and at least `min_free_share` of the volume is free.
  // Looks at the volume at most once a second, and then takes a released ballast again if
  // there is room for it. A volume that does not tell its size counts as free.
  bool Accepts();

 private:
  explicit Ballast(Options options);
  // Makes the file if it is not there and there is room.
  absl::Status Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // True if the volume has its share free, `besides` bytes not counted.
  bool Free(size_t besides) const;

  const Options options_;
  const std::string path_;
  mutable absl::Mutex mutex_;
  bool there_ ABSL_GUARDED_BY(mutex_) = false;
  bool accepts_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration looked_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();  // by boot time
};

}  // namespace shareway::kv
