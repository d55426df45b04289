// SPDX-License-Identifier: Apache-2.0
// Time that nobody can set back.
#include "services/console/timekeeper.h"

#include <algorithm>

namespace shareway::console {
namespace {

constexpr absl::Duration kTolerance = absl::Seconds(2);

}  // namespace

Timekeeper::Timekeeper(const Clock* clock, absl::Time latest)
    : clock_(clock), base_(std::max(latest, clock->Now())), base_boot_(clock->SinceBoot()) {}

absl::Time Timekeeper::NowLocked() {
  const absl::Duration boot = clock_->SinceBoot();
  base_ = std::max(clock_->Now(), base_ + (boot - base_boot_));
  base_boot_ = boot;
  return base_;
}

absl::Time Timekeeper::Now() {
  absl::MutexLock lock(&mutex_);
  return NowLocked();
}

std::optional<absl::Duration> Timekeeper::TakeStepBack() {
  absl::MutexLock lock(&mutex_);
  const absl::Duration behind = NowLocked() - clock_->Now();
  const bool told = behind_;
  behind_ = behind > kTolerance;
  if (!behind_ || told) return std::nullopt;
  return behind;
}

}  // namespace shareway::console
