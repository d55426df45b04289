// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/freshness.h"

#include "catch2/catch.hpp"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

absl::Time At(const char* day, int hour = 10) {
  absl::CivilDay civil;
  REQUIRE(absl::ParseCivilTime(day, &civil));
  return statute::StartOfDay(civil) + absl::Hours(hour);
}

TEST_CASE("Data are due by their cycle, on a working day", "[catalog][freshness]") {
  struct Case {
    UpdateCycle cycle;
    const char* last;
    const char* due;
  };
  // 2025: the National Day holiday is from 1 to 8 October; 28 September and 11 October are worked.
  const Case cases[] = {{UpdateCycle::kDaily, "2025-09-22", "2025-09-23"},
                        {UpdateCycle::kDaily, "2025-09-27", "2025-09-28"},  // a Sunday that works
                        {UpdateCycle::kDaily, "2025-09-30", "2025-10-09"},
                        {UpdateCycle::kWeekly, "2025-09-24", "2025-10-09"},
                        {UpdateCycle::kWeekly, "2025-09-15", "2025-09-22"},
                        {UpdateCycle::kMonthly, "2025-01-31", "2025-02-28"},
                        {UpdateCycle::kMonthly, "2025-09-02", "2025-10-09"},
                        {UpdateCycle::kQuarterly, "2025-06-10", "2025-09-10"},
                        {UpdateCycle::kHalfYearly, "2025-03-31", "2025-09-30"},
                        {UpdateCycle::kYearly, "2024-02-29", "2025-02-28"}};
  for (const Case& c : cases) {
    INFO(static_cast<int>(c.cycle) << " " << c.last);
    absl::CivilDay day;
    REQUIRE(absl::ParseCivilTime(c.due, &day));
    for (int hour : {0, 23}) {
      const auto due = RefreshDue(c.cycle, At(c.last, hour), TestCalendars(), "cn");
      REQUIRE(due.ok());
      CHECK(*due == statute::EndOfDay(day));
    }
  }
}

TEST_CASE("What has no period is never due", "[catalog][freshness]") {
  for (UpdateCycle cycle : {UpdateCycle::kUnspecified, UpdateCycle::kRealtime,
                            UpdateCycle::kIrregular, UpdateCycle::kOther}) {
    const auto due = RefreshDue(cycle, At("2025-06-10"), TestCalendars(), "cn");
    REQUIRE(due.ok());
    CHECK_FALSE(due->has_value());
  }
  CHECK(absl::IsNotFound(
      RefreshDue(UpdateCycle::kDaily, At("2025-06-10"), TestCalendars(), "xx").status()));
}

TEST_CASE("A reminder goes out when data become stale and every five working days",
          "[catalog][freshness]") {
  const absl::Time due = statute::EndOfDay(absl::CivilDay(2025, 9, 23));
  const auto reminded = [&](std::optional<absl::Time> last, absl::Time now) {
    return ReminderDue(due, last, now, TestCalendars(), "cn").value();
  };
  CHECK_FALSE(reminded(std::nullopt, due - absl::Seconds(1)));
  CHECK(reminded(std::nullopt, due));
  // A reminder of an earlier time that data were stale does not count.
  CHECK(reminded(At("2025-09-10"), due));
  // 24 September: then 25, 26, 28 (worked), 29 and 30 are five working days.
  CHECK_FALSE(reminded(At("2025-09-24"), At("2025-09-29", 23)));
  CHECK(reminded(At("2025-09-24"), At("2025-09-30", 0)));
  // The holiday counts for nothing.
  CHECK_FALSE(reminded(At("2025-09-30"), At("2025-10-08")));
}

}  // namespace
}  // namespace shareway::catalog
