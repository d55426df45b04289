// SPDX-License-Identifier: Apache-2.0
// When data have to be refreshed by the update cycle of their entry. R25 13, 18; M16 13.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/statute/calendar.h"
#include "services/catalog/domain/entry.h"

namespace shareway::catalog {

// Working days between two reminders. law.md section 6.
inline constexpr int kReminderDays = 5;
// How far a node's clock may be ahead.
inline constexpr absl::Duration kRefreshAhead = absl::Minutes(5);

// The end of the day by which data refreshed at `last` are to be refreshed next: the next working
// day for DAILY, else the last day of the period, or, if nobody works on it, the next working day.
// Nothing for a cycle without a period. NOT_FOUND if the area has no calendar.
absl::StatusOr<std::optional<absl::Time>> RefreshDue(UpdateCycle cycle, absl::Time last,
                                                     const statute::CalendarSet& calendars,
                                                     absl::string_view area);

// True if a reminder is to be sent at `now`: data were due at `due`, and none was sent since, or the
// last one, at `reminded`, kReminderDays ago. Errors as RefreshDue.
absl::StatusOr<bool> ReminderDue(absl::Time due, std::optional<absl::Time> reminded, absl::Time now,
                                 const statute::CalendarSet& calendars, absl::string_view area);

}  // namespace shareway::catalog
