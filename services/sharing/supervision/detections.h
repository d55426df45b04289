// SPDX-License-Identifier: Apache-2.0
// The run of the detectors: clocks that near or pass their last day, grants without use records.
#pragma once

#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Opens what the detectors see, each once: a prewarning (预警) from the profile's percentage of a
// clock on, a suspicion (疑似问题线索) once its last day is over. A prewarning whose act came in time
// is settled; one whose time ran out becomes a suspicion. A clock whose due date is provisional
// makes no suspicion. A live grant without a use record kUseMonths after it was given makes one, and
// an extension that the authority did not answer before the reply's last day.
//
// Bounded: at most 500 clocks, 500 prewarnings and 500 entries of the grant log a call; the next
// one goes on where it stopped, and every running clock that is due within 40 days gets its turn.
// Returns how many findings were opened or changed.
absl::StatusOr<int> FindingsDue(const Desk& desk);

}  // namespace shareway::sharing
