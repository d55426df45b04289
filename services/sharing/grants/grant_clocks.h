// SPDX-License-Identifier: Apache-2.0
// The clocks of what follows a grant, after calendars changed.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// True if the collection is one of notices, disposals, changes of service and requests for return flow.
bool HasGrantClock(absl::string_view collection);

// Computes the running clock of one of them again; true if its due date moved. The old one is kept as
// superseded. Errors: as Cases.
absl::StatusOr<bool> RecomputeGrantClock(const Desk& desk, absl::string_view name);

}  // namespace shareway::sharing
