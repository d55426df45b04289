// SPDX-License-Identifier: Apache-2.0
// Due dates that rested on an unpublished calendar, computed again once it is there.
#pragma once

#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Computes the provisional due dates of all running clocks again by the calendars in force: of
// requests, disputes and every kind of case. Old dates are kept as superseded, with CLOCK_RECOMPUTED
// for each subject whose date moved. One that fails is logged and does not hinder the others.
// Returns how many subjects changed.
absl::StatusOr<int> RecomputeClocks(const Desk& desk);

// By rule: RecomputeClocks at a start and after a year was loaded, each minute until a round found
// nothing left to move and nothing failed. So a clock that could not be written, or that was written
// under the calendars before while the round ran, does not wait for the next start.
absl::StatusOr<int> ClocksDue(const Desk& desk);

}  // namespace shareway::sharing
