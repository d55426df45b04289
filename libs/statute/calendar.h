// SPDX-License-Identifier: Apache-2.0
// Working days: which days count, and when a period of working days ends.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace shareway::statute {

// One holiday of a notice, its last day included.
struct Holiday {
  std::string name;  // Chinese, as in the notice
  absl::CivilDay from;
  absl::CivilDay to;
  std::vector<absl::CivilDay> make_up;  // weekend days worked in exchange
};

// One published year. Days in December of the year before may be in it, since
// a notice can begin the New Year's holiday there.
struct Calendar {
  std::string area;  // cn; autonomous areas have their own
  int year = 0;
  int version = 0;       // grows with each correction of the file
  std::string notice;    // URL of the notice
  int working_days = 0;  // in the year, by this notice
  std::vector<Holiday> holidays;

  // "cn/2025@1", as clocks and evidence cite it.
  std::string id() const;
};

// Reads one calendar file. INVALID_ARGUMENT naming every fault by file, line,
// key, value and rule: unknown and repeated keys, days of other years, a holiday
// of more than 15 days or over another one, make-up days that are no weekend or
// a holiday, a control total `working_days` that does not come out.
absl::StatusOr<Calendar> ParseCalendar(absl::string_view text, absl::string_view where);

// What is known of one day.
struct DayStatus {
  bool working = false;
  bool published = false;  // false: counted by Monday to Friday, for want of a calendar
};

// The calendars of an installation, one version of each area and year. A value;
// safe to read from many threads.
class CalendarSet {
 public:
  // Reads FOLDER/{area}/{year}.yaml. INVALID_ARGUMENT as ParseCalendar, and if a
  // file's place and content disagree; NOT_FOUND if there is no calendar at all.
  static absl::StatusOr<CalendarSet> Load(const std::string& folder);

  // This set with one more year, or a newer version of one it has.
  // FAILED_PRECONDITION if its version is not above the present one's.
  absl::StatusOr<CalendarSet> With(Calendar calendar) const;

  // nullptr if that year is not published.
  const Calendar* Find(absl::string_view area, int year) const;
  bool HasArea(absl::string_view area) const;
  std::vector<const Calendar*> all() const;  // by area, then year

  // A published make-up day or day off; otherwise Monday to Friday works.
  DayStatus Look(absl::string_view area, absl::CivilDay day) const;

 private:
  struct Year {
    Calendar calendar;
    std::map<absl::CivilDay, bool> works;  // only the days that the notice names
  };
  std::map<std::pair<std::string, int>, Year> years_;
};

// The last day of a period.
struct DueDate {
  absl::CivilDay day;
  // True if a counted day lies in a year without a calendar: those days were
  // counted by Monday to Friday, and the date is to be computed again.
  bool provisional = false;
  std::vector<std::string> calendars;  // ids of the calendars used, sorted

  friend bool operator==(const DueDate&, const DueDate&) = default;
};

inline constexpr int kMaxWorkingDays = 1000;

// The day on which `working_days` working days after `received` have passed; the
// day of receipt is not counted (Civil Code 201, by analogy).
// INVALID_ARGUMENT unless working_days is 1 to 1000 and the year 2000 to 2150;
// NOT_FOUND if no calendar of the area is loaded.
absl::StatusOr<DueDate> Due(const CalendarSet& calendars, absl::string_view area,
                            absl::CivilDay received, int working_days);

// A count of working days, and whether it needed an unpublished year.
struct WorkingDays {
  int days = 0;
  bool provisional = false;
};

// Working days after `from` up to and with `to`, so that the day that Due answers
// is `working_days` from `received`. Negative if `to` is earlier. Errors as Due;
// also INVALID_ARGUMENT if the days are more than 20 years apart.
absl::StatusOr<WorkingDays> WorkingDaysBetween(const CalendarSet& calendars, absl::string_view area,
                                               absl::CivilDay from, absl::CivilDay to);

// The next working day after `day`.
absl::StatusOr<absl::CivilDay> NextWorkingDay(const CalendarSet& calendars, absl::string_view area,
                                              absl::CivilDay day);

// Law time: Asia/Shanghai, UTC+8 without daylight saving.
absl::CivilDay LawDay(absl::Time instant);
int LawMinute(absl::Time instant);  // minutes since 00:00
absl::Time StartOfDay(absl::CivilDay day);
absl::Time EndOfDay(absl::CivilDay day);  // 24:00, the first instant outside

}  // namespace shareway::statute
