// SPDX-License-Identifier: Apache-2.0
// The end of a grant in whose place another one comes, in the batch that puts that one in force.
#pragma once

#include "absl/status/status.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Adds to the change a grant in whose place `successor` comes, `after` it as it is then, and the
// disposal of what lies beyond that one (domain/disposal.h), which its reason names; none where
// nothing does. The grant's own event is the caller's.
absl::Status AddReplaced(const Desk& desk, const Stored<Grant>& before, const Grant& after,
                         const Grant& successor, const Parties& parties, absl::Time now,
                         Change* change);

// The same, with its event, for the grant that the APPROVED request changes, once its successor is
// in force: at its approval, or when its terms are accepted. Nothing if the successor has its place
// already. FAILED_PRECONDITION, STATE_FORBIDS, unless it is ACTIVE and its period not over: a
// change lapses with the grant that it changes. The act of the errand stands in another event.
absl::Status ReplaceChanged(const Desk& desk, const Errand& errand, const Request& approved,
                            const Grant& successor, const Parties& parties,
                            const StatuteText& text, absl::Time now, Change* change);

}  // namespace shareway::sharing
