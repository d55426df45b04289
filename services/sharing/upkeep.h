// SPDX-License-Identifier: Apache-2.0
// What the service does for its store at each start.
#pragma once

#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Computes provisional due dates again by the calendars loaded now. Returns how many changed.
absl::StatusOr<int> RecomputeClocks(const Desk& desk);

// Recomputes clocks and trims the grant log to its newest million changes (architecture.md
// section 3). What fails is logged and is taken up at the next start.
void Upkeep(const Desk* desk);

}  // namespace shareway::sharing
