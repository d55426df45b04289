// SPDX-License-Identifier: Apache-2.0
// Warnings of clocks: at the marks of the profile the reviewer, then also the head, and once a
// clock ran out also the authority (law.md section 1).
#pragma once

#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Looks at the clocks whose day has come, at most 5000 a call, and tells each mark that was
// reached once: CLOCK_WARNED, and a row in the inboxes of those who are told. A clock is looked at
// after the first fifth of its days and on the days on which it reaches a mark, no oftener; a mark
// within a day (office hours) is told the day after. Returns how many marks were told. A warning
// changes nothing else: nothing is approved by silence.
absl::StatusOr<int> WarningsDue(const Desk& desk);

}  // namespace shareway::sharing
