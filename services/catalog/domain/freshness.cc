// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/freshness.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "libs/base/status.h"

namespace shareway::catalog {
namespace {

// The same day `months` later, or the last one of that month.
absl::CivilDay MonthsLater(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

std::optional<absl::CivilDay> PeriodEnd(UpdateCycle cycle, absl::CivilDay day) {
  switch (cycle) {
    case UpdateCycle::kDaily:
      return day + 1;
    case UpdateCycle::kWeekly:
      return day + 7;
    case UpdateCycle::kMonthly:
      return MonthsLater(day, 1);
    case UpdateCycle::kQuarterly:
      return MonthsLater(day, 3);
    case UpdateCycle::kHalfYearly:
      return MonthsLater(day, 6);
    case UpdateCycle::kYearly:
      return MonthsLater(day, 12);
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<std::optional<absl::Time>> RefreshDue(UpdateCycle cycle, absl::Time last,
                                                     const statute::CalendarSet& calendars,
                                                     absl::string_view area) {
  const std::optional<absl::CivilDay> end = PeriodEnd(cycle, statute::LawDay(last));
  if (!end) return std::nullopt;
  // The day before is not counted, so this is the period's last day if that is a working day.
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay day,
                            statute::NextWorkingDay(calendars, area, *end - 1));
  return statute::EndOfDay(day);
}

absl::StatusOr<bool> ReminderDue(absl::Time due, std::optional<absl::Time> reminded, absl::Time now,
                                 const statute::CalendarSet& calendars, absl::string_view area) {
  if (now < due) return false;
  if (!reminded || *reminded < due) return true;
  SHAREWAY_ASSIGN_OR_RETURN(
      const statute::WorkingDays passed,
      statute::WorkingDaysBetween(calendars, area, statute::LawDay(*reminded),
                                  statute::LawDay(now)));
  return passed.days >= kReminderDays;
}

}  // namespace shareway::catalog
