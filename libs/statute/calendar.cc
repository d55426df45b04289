// SPDX-License-Identifier: Apache-2.0
#include "libs/statute/calendar.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/statute/yaml.h"

namespace shareway::statute {
namespace {

constexpr int kMinYear = 2000;
constexpr int kMaxYear = 2150;
constexpr int kMaxHolidayDays = 15;

absl::TimeZone LawZone() { return absl::FixedTimeZone(8 * 60 * 60); }

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

// A notice names days of its year, and may reach back into December.
bool BelongsTo(int year, absl::CivilDay day) {
  return day.year() == year || (day.year() == year - 1 && day.month() == 12);
}

std::map<absl::CivilDay, bool> Named(const Calendar& calendar) {
  std::map<absl::CivilDay, bool> works;
  for (const Holiday& holiday : calendar.holidays) {
    for (absl::CivilDay day = holiday.from; day <= holiday.to; ++day) works[day] = false;
    for (absl::CivilDay day : holiday.make_up) works[day] = true;
  }
  return works;
}

int CountYear(int year, const std::map<absl::CivilDay, bool>& works) {
  int count = 0;
  for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
    const auto named = works.find(day);
    count += named == works.end() ? !IsWeekend(day) : named->second;
  }
  return count;
}

void ReadHoliday(YamlMap& map, int year, std::set<absl::CivilDay>* seen, Holiday* holiday) {
  map.Text("name", &holiday->name);
  map.Day("from", &holiday->from);
  map.Day("to", &holiday->to);
  map.Days("make_up", &holiday->make_up);
  if (holiday->to < holiday->from || holiday->to - holiday->from >= kMaxHolidayDays) {
    map.Fault("to",
              absl::StrCat(absl::FormatCivilTime(holiday->to), " is not 0 to ", kMaxHolidayDays - 1,
                           " days after ", absl::FormatCivilTime(holiday->from)));
    return;
  }
  auto check = [&](const char* key, absl::CivilDay day) {
    if (!BelongsTo(year, day)) {
      map.Fault(key, absl::StrCat(absl::FormatCivilTime(day), " is neither in ", year,
                                  " nor in December before it"));
    } else if (!seen->insert(day).second) {
      map.Fault(key, absl::StrCat(absl::FormatCivilTime(day), " is named twice"));
    }
  };
  for (absl::CivilDay day = holiday->from; day <= holiday->to; ++day) check("from", day);
  for (absl::CivilDay day : holiday->make_up) {
    check("make_up", day);
    if (!IsWeekend(day)) {
      map.Fault("make_up", absl::StrCat(absl::FormatCivilTime(day), " is no Saturday or Sunday"));
    }
  }
}

absl::Status CheckPeriod(const CalendarSet& calendars, absl::string_view area, absl::CivilDay day) {
  if (day.year() < kMinYear || day.year() > kMaxYear) {
    return Error::Field("day", absl::StrCat(absl::FormatCivilTime(day), " is not in the years ",
                                            kMinYear, " to ", kMaxYear));
  }
  if (!calendars.HasArea(area)) {
    return absl::NotFoundError(absl::StrCat("no calendar of the area \"", area, "\" is loaded"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string Calendar::id() const { return absl::StrCat(area, "/", year, "@", version); }

absl::StatusOr<Calendar> ParseCalendar(absl::string_view text, absl::string_view where) {
  Calendar calendar;
  auto read = [&](YamlMap& map) {
    map.Text("area", &calendar.area);
    map.Number("year", kMinYear, kMaxYear, &calendar.year);
    map.Number("version", 1, 1000, &calendar.version);
    map.Text("notice", &calendar.notice);
    map.Number("working_days", 200, 300, &calendar.working_days);
    std::set<absl::CivilDay> seen;
    map.MapList("holidays", [&](YamlMap& inner) {
      ReadHoliday(inner, calendar.year, &seen, &calendar.holidays.emplace_back());
    });
    if (!IsId(calendar.area)) map.Fault("area", "is not [a-z][a-z0-9-]*, at most 63 characters");
    if (!absl::StartsWith(calendar.notice, "https://") &&
        !absl::StartsWith(calendar.notice, "http://")) {
      map.Fault("notice", "is not the notice's web address");
    }
    if (const int count = CountYear(calendar.year, Named(calendar));
        count != calendar.working_days) {
      map.Fault("working_days", absl::StrCat(calendar.working_days, ", but the days named make ",
                                             count, " working days"));
    }
  };
  SHAREWAY_RETURN_IF_ERROR(YamlMap::Read(text, where, YamlMap::Absent::kFault, read));
  return calendar;
}

absl::StatusOr<CalendarSet> CalendarSet::Load(const std::string& folder) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListYaml(folder));
  CalendarSet set;
  for (const std::string& path : paths) {
    const std::string file = absl::StrCat(folder, "/", path);
    SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
    SHAREWAY_ASSIGN_OR_RETURN(Calendar calendar, ParseCalendar(text, file));
    if (path != absl::StrCat(calendar.area, "/", calendar.year, ".yaml")) {
      return Error::Field(file, absl::StrCat("holds the calendar ", calendar.id(),
                                             ", which belongs in {area}/{year}.yaml"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(set, set.With(std::move(calendar)));
  }
  if (set.years_.empty()) return absl::NotFoundError(absl::StrCat("no calendar under ", folder));
  return set;
}

absl::StatusOr<CalendarSet> CalendarSet::With(Calendar calendar) const {
  const Calendar* present = Find(calendar.area, calendar.year);
  if (present != nullptr && present->version >= calendar.version) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(present->id(), " is loaded; version ", calendar.version,
                              " is not above it"))
        .With("calendar", present->id());
  }
  CalendarSet next = *this;
  Year year{std::move(calendar), {}};
  year.works = Named(year.calendar);
  auto key = std::make_pair(year.calendar.area, year.calendar.year);
  next.years_.insert_or_assign(std::move(key), std::move(year));
  return next;
}

const Calendar* CalendarSet::Find(absl::string_view area, int year) const {
  const auto found = years_.find({std::string(area), year});
  return found == years_.end() ? nullptr : &found->second.calendar;
}

bool CalendarSet::HasArea(absl::string_view area) const {
  const auto first = years_.lower_bound({std::string(area), 0});
  return first != years_.end() && first->first.first == area;
}

std::vector<const Calendar*> CalendarSet::all() const {
  std::vector<const Calendar*> calendars;
  for (const auto& [key, year] : years_) calendars.push_back(&year.calendar);
  return calendars;
}

DayStatus CalendarSet::Look(absl::string_view area, absl::CivilDay day) const {
  DayStatus status{.working = !IsWeekend(day), .published = false};
  const int year = static_cast<int>(day.year());
  // The next year's notice has the last word on December.
  for (int notice : {year, day.month() == 12 ? year + 1 : year}) {
    const auto found = years_.find({std::string(area), notice});
    if (found == years_.end()) continue;
    if (notice == year) status.published = true;
    const auto named = found->second.works.find(day);
    if (named != found->second.works.end()) status.working = named->second;
  }
  return status;
}

absl::StatusOr<DueDate> Due(const CalendarSet& calendars, absl::string_view area,
                            absl::CivilDay received, int working_days) {
  if (working_days < 1 || working_days > kMaxWorkingDays) {
    return Error::Field("days", absl::StrCat(working_days, " is not 1 to ", kMaxWorkingDays));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckPeriod(calendars, area, received));
  DueDate due;
  due.day = received;
  std::set<std::string> used;
  for (int left = working_days; left > 0;) {
    const DayStatus status = calendars.Look(area, ++due.day);
    const int year = static_cast<int>(due.day.year());
    due.provisional = due.provisional || !status.published;
    if (status.published) used.insert(calendars.Find(area, year)->id());
    if (status.working) --left;
  }
  due.calendars.assign(used.begin(), used.end());
  return due;
}

absl::StatusOr<WorkingDays> WorkingDaysBetween(const CalendarSet& calendars, absl::string_view area,
                                               absl::CivilDay from, absl::CivilDay to) {
  SHAREWAY_RETURN_IF_ERROR(CheckPeriod(calendars, area, from));
  SHAREWAY_RETURN_IF_ERROR(CheckPeriod(calendars, area, to));
  if (to < from) {
    SHAREWAY_ASSIGN_OR_RETURN(WorkingDays back, WorkingDaysBetween(calendars, area, to, from));
    back.days = -back.days;
    return back;
  }
  if (to - from > 20 * 366) {
    return Error::Field(
        "day", absl::StrCat(absl::FormatCivilTime(from), " and ", absl::FormatCivilTime(to),
                            " are more than 20 years apart"));
  }
  WorkingDays count;
  for (absl::CivilDay day = from + 1; day <= to; ++day) {
    const DayStatus status = calendars.Look(area, day);
    count.days += status.working;
    count.provisional = count.provisional || !status.published;
  }
  return count;
}

absl::StatusOr<absl::CivilDay> NextWorkingDay(const CalendarSet& calendars, absl::string_view area,
                                              absl::CivilDay day) {
  SHAREWAY_ASSIGN_OR_RETURN(const DueDate next, Due(calendars, area, day, 1));
  return next.day;
}

absl::CivilDay LawDay(absl::Time instant) { return absl::ToCivilDay(instant, LawZone()); }

int LawMinute(absl::Time instant) {
  const absl::CivilMinute minute = absl::ToCivilMinute(instant, LawZone());
  return minute.hour() * 60 + minute.minute();
}

absl::Time StartOfDay(absl::CivilDay day) { return absl::FromCivil(day, LawZone()); }

absl::Time EndOfDay(absl::CivilDay day) { return StartOfDay(day + 1); }

}  // namespace shareway::statute
