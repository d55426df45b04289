// SPDX-License-Identifier: Apache-2.0
#include "libs/statute/calendar.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::statute {
namespace {

const CalendarSet& Shipped() {
  static const auto& set =
      *new CalendarSet(CalendarSet::Load(SHAREWAY_SOURCE_DIR "/deploy/calendars").value());
  return set;
}

absl::CivilDay Day(absl::string_view text) {
  absl::CivilDay day;
  REQUIRE(absl::ParseCivilTime(text, &day));
  return day;
}

constexpr absl::string_view kGood = R"(area: cn
year: 2025
version: 1
notice: https://www.gov.cn/notice
working_days: 248
holidays:
  - {name: 元旦, from: 2025-01-01, to: 2025-01-01}
  - {name: 春节, from: 2025-01-28, to: 2025-02-04, make_up: [2025-01-26, 2025-02-08]}
  - {name: 清明节, from: 2025-04-04, to: 2025-04-06}
  - {name: 劳动节, from: 2025-05-01, to: 2025-05-05, make_up: [2025-04-27]}
  - {name: 端午节, from: 2025-05-31, to: 2025-06-02}
  - {name: 国庆节, from: 2025-10-01, to: 2025-10-08, make_up: [2025-09-28, 2025-10-11]}
)";

TEST_CASE("The shipped calendars are 2024 to 2026", "[statute]") {
  std::vector<std::string> ids;
  for (const Calendar* calendar : Shipped().all()) ids.push_back(calendar->id());
  CHECK(ids == std::vector<std::string>{"cn/2024@1", "cn/2025@1", "cn/2026@1"});
  CHECK(Shipped().Find("cn", 2024)->working_days == 251);
  CHECK(Shipped().Find("cn", 2027) == nullptr);
  CHECK_FALSE(Shipped().HasArea("c"));
  CHECK_FALSE(Shipped().HasArea("cn-xj"));
}

TEST_CASE("A day works by the notice first and by its weekday otherwise", "[statute]") {
  auto works = [](absl::string_view day) { return Shipped().Look("cn", Day(day)).working; };
  CHECK(works("2025-01-26"));        // Sunday, made up
  CHECK_FALSE(works("2025-01-28"));  // Tuesday, off
  CHECK(works("2024-02-09"));        // New Year's Eve is not in the notice
  CHECK_FALSE(works("2025-03-01"));
  CHECK(works("2025-03-03"));
  CHECK_FALSE(Shipped().Look("cn", Day("2027-01-04")).published);
}

TEST_CASE("Due dates are those computed from the notices by hand", "[statute]") {
  struct Vector {
    const char* received;
    int days;
    const char* due;
  };
  const Vector table[] = {
      {"2024-02-08", 10, "2024-02-28"}, {"2024-04-30", 10, "2024-05-16"},
      {"2025-01-24", 1, "2025-01-26"},  {"2025-01-24", 10, "2025-02-13"},
      {"2025-04-30", 10, "2025-05-19"}, {"2025-08-01", 10, "2025-08-15"},
      {"2025-09-26", 1, "2025-09-28"},  {"2025-09-26", 10, "2025-10-16"},
      {"2025-09-30", 1, "2025-10-09"},  {"2025-09-30", 10, "2025-10-21"},
      {"2025-09-30", 20, "2025-11-04"}, {"2026-02-13", 1, "2026-02-14"},
      {"2026-02-13", 10, "2026-03-05"}, {"2026-02-13", 20, "2026-03-19"},
      {"2026-04-30", 10, "2026-05-18"}, {"2026-06-18", 2, "2026-06-23"},
      {"2026-09-18", 10, "2026-10-09"}, {"2026-09-30", 20, "2026-11-03"},
  };
  for (const Vector& v : table) {
    CAPTURE(v.received, v.days);
    const DueDate due = Due(Shipped(), "cn", Day(v.received), v.days).value();
    CHECK(absl::FormatCivilTime(due.day) == v.due);
    CHECK_FALSE(due.provisional);
    CHECK(WorkingDaysBetween(Shipped(), "cn", Day(v.received), due.day).value().days == v.days);
    CHECK(WorkingDaysBetween(Shipped(), "cn", due.day, Day(v.received)).value().days == -v.days);
  }
}

TEST_CASE("A due date that needs an unpublished year is provisional and says so", "[statute]") {
  const DueDate due = Due(Shipped(), "cn", Day("2026-12-31"), 1).value();
  CHECK(absl::FormatCivilTime(due.day) == "2027-01-01");  // a Friday, by the weekday alone
  CHECK(due.provisional);
  CHECK(due.calendars.empty());

  const DueDate across = Due(Shipped(), "cn", Day("2026-12-25"), 10).value();
  CHECK(across.provisional);
  CHECK(across.calendars == std::vector<std::string>{"cn/2026@1"});
  CHECK_FALSE(Due(Shipped(), "cn", Day("2026-12-30"), 1).value().provisional);
  CHECK(WorkingDaysBetween(Shipped(), "cn", Day("2026-12-31"), Day("2027-01-08"))
            .value()
            .provisional);

  const DueDate both = Due(Shipped(), "cn", Day("2025-12-30"), 5).value();
  CHECK(both.calendars == std::vector<std::string>{"cn/2025@1", "cn/2026@1"});
}

TEST_CASE("A new year is loaded once, and its notice may reach back into December", "[statute]") {
  const std::string next = R"(area: cn
year: 2027
version: 1
notice: https://www.gov.cn/invented
working_days: 260
holidays:
  - {name: 元旦, from: 2026-12-31, to: 2027-01-01}
)";
  const Calendar calendar = ParseCalendar(next, "2027.yaml").value();
  const CalendarSet set = Shipped().With(calendar).value();
  CHECK_FALSE(Due(set, "cn", Day("2026-12-31"), 1).value().provisional);
  CHECK(absl::FormatCivilTime(Due(set, "cn", Day("2026-12-30"), 1).value().day) == "2027-01-04");
  CHECK(set.With(calendar).status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Shipped().Find("cn", 2027) == nullptr);
}

TEST_CASE("Counts out of range and unknown areas are refused by value and limit", "[statute]") {
  for (int days : {0, -1, 1001}) {
    const absl::Status status = Due(Shipped(), "cn", Day("2025-01-02"), days).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), "is not 1 to 1000"));
  }
  CHECK(Due(Shipped(), "cn", Day("1999-12-31"), 1).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(Due(Shipped(), "mars", Day("2025-01-02"), 1).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(WorkingDaysBetween(Shipped(), "cn", Day("2000-01-03"), Day("2030-01-03")).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("A good calendar file parses and each spoilt one names line, key and rule", "[statute]") {
  REQUIRE(ParseCalendar(kGood, "f.yaml").ok());
  struct Spoilt {
    const char* from;
    const char* to;
    const char* says;
  };
  const Spoilt table[] = {
      {"area: cn", "area: CN", "f.yaml:1 area: is not [a-z]"},
      {"year: 2025", "year: 20x5", "f.yaml:2 year: \"20x5\" is not a whole number, 2000 to 2150"},
      {"year: 2025", "year: +2025", "f.yaml:2 year"},
      {"year: 2025", "year: 2026", "is neither in 2026 nor in December before it"},
      {"version: 1", "version: 0", "f.yaml:3 version: \"0\" is not a whole number, 1 to 1000"},
      {"version: 1\n", "", "version: is missing"},
      {"version: 1", "version: 1\nversion: 2", "f.yaml:4 version: stands here twice"},
      {"version: 1", "version: 1\nvresion: 2", "f.yaml:4 vresion: is not a known key"},
      {"https://www.gov.cn/notice", "ftp://x", "f.yaml:4 notice: is not the notice's web address"},
      {"working_days: 248", "working_days: 249",
       "f.yaml:5 working_days: 249, but the days named make 248 working days"},
      {"from: 2025-01-01", "from: 2025-1-1",
       "f.yaml:7 holidays[0].from: \"2025-1-1\" is not a day"},
      {"from: 2025-01-01", "from: 2025-02-30", "holidays[0].from"},
      {"from: 2025-01-01, to", "to", "holidays[0].from: is missing"},
      {"name: 元旦", "name: 元旦, off: 1", "holidays[0].off: is not a known key"},
      {"name: 元旦", "name: \"\"", "holidays[0].name"},
      {"to: 2025-02-04", "to: 2025-01-27", "is not 0 to 14 days after"},
      {"to: 2025-02-04", "to: 2025-02-14", "is not 0 to 14 days after"},
      {"2025-02-08]", "2025-02-07]", "2025-02-07 is no Saturday or Sunday"},
      {"2025-02-08]", "2025-02-02]", "2025-02-02 is named twice"},
      {"2025-02-08]", "soon]", "\"soon\" is not a day"},
      {"make_up: [2025-04-27]", "make_up: 2025-04-27", "is not a list of days"},
      {"area: cn", "area: [cn", "not YAML"},
      {"area: cn", "- cn", "is not one YAML map"},
      {"area: cn", "---\narea: cn\n---\narea: cn", "is not one YAML map"},
      {"area: cn", "area: cn\x01", "is not UTF-8 text without controls"},
  };
  for (const Spoilt& spoilt : table) {
    const std::string text = absl::StrReplaceAll(kGood, {{spoilt.from, spoilt.to}});
    const absl::Status status = ParseCalendar(text, "f.yaml").status();
    CAPTURE(spoilt.to, status.message());
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), spoilt.says));
  }
  CHECK_FALSE(ParseCalendar("", "f.yaml").ok());
  CHECK_FALSE(ParseCalendar("[]", "f.yaml").ok());
  CHECK_FALSE(ParseCalendar(std::string(70000, '#'), "f.yaml").ok());
  CHECK(CalendarSet::Load("/nowhere").status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("A calendar file with one byte changed is read or refused, never worse", "[statute]") {
  int read = 0;
  for (size_t i = 0; i < kGood.size(); i += 5) {
    for (char c : absl::string_view("\0\n:-{]&*!\"9 ", 12)) {
      std::string text(kGood);
      text[i] = c;
      const absl::StatusOr<Calendar> calendar = ParseCalendar(text, "f.yaml");
      read += calendar.ok();
      if (calendar.ok()) CHECK(calendar->working_days == 248);
    }
  }
  CHECK(read > 0);
  CHECK_FALSE(ParseCalendar(std::string(60000, '['), "f.yaml").ok());
  CHECK_FALSE(ParseCalendar("area: &a [*a, *b]", "f.yaml").ok());
}

TEST_CASE("Law time is UTC+8 and a day ends at 24:00", "[statute]") {
  const absl::Time late =
      absl::FromCivil(absl::CivilMinute(2025, 9, 30, 15, 59), absl::UTCTimeZone());
  CHECK(LawDay(late) == absl::CivilDay(2025, 9, 30));
  CHECK(LawMinute(late) == 23 * 60 + 59);
  CHECK(LawDay(late + absl::Minutes(1)) == absl::CivilDay(2025, 10, 1));
  CHECK(EndOfDay(absl::CivilDay(2025, 9, 30)) == late + absl::Minutes(1));
}

}  // namespace
}  // namespace shareway::statute
