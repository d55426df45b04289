// SPDX-License-Identifier: Apache-2.0
// The calendars in force, while years are added to them.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "libs/statute/calendar.h"

namespace shareway::sharing {

// Thread-safe. A set that was borrowed stays valid as long as the shelf: a transition that began
// under the old calendars ends under them. A year is loaded a few times a decade, so none is freed.
class CalendarShelf {
 public:
  // `first` must outlive it.
  explicit CalendarShelf(const statute::CalendarSet* first) : now_(first) {}
  CalendarShelf(const CalendarShelf&) = delete;
  CalendarShelf& operator=(const CalendarShelf&) = delete;

  const statute::CalendarSet* Get() const { return now_.load(std::memory_order_acquire); }

  // True once all clocks that wait for a calendar were computed by the set in force.
  bool Settled() const { return settled_.load(std::memory_order_acquire) == Get(); }
  // They were, by this set. A year that was added meanwhile leaves them unsettled.
  void Settle(const statute::CalendarSet* by) { settled_.store(by, std::memory_order_release); }

  // The set in force becomes one with this year besides. FAILED_PRECONDITION, STATE_FORBIDS, if
  // it has this version of the year or a newer one.
  absl::Status Add(statute::Calendar calendar) {
    absl::MutexLock lock(&mutex_);
    absl::StatusOr<statute::CalendarSet> next = Get()->With(std::move(calendar));
    if (!next.ok()) return next.status();
    sets_.push_back(std::make_unique<const statute::CalendarSet>(*std::move(next)));
    now_.store(sets_.back().get(), std::memory_order_release);
    return absl::OkStatus();
  }

 private:
  std::atomic<const statute::CalendarSet*> now_;
  std::atomic<const statute::CalendarSet*> settled_ = nullptr;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<const statute::CalendarSet>> sets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::sharing
