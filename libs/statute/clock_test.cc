// SPDX-License-Identifier: Apache-2.0
#include "libs/statute/clock.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::statute {
namespace {

const CalendarSet& Calendars() {
  static const auto& set =
      *new CalendarSet(CalendarSet::Load(SHAREWAY_SOURCE_DIR "/deploy/calendars").value());
  return set;
}

const Profile& R25() {
  static const auto& set =
      *new ProfileSet(ProfileSet::Load(SHAREWAY_SOURCE_DIR "/deploy/statutes").value());
  return *set.Find("cn-2025-809").value();
}

// "2025-09-30 10:00", law time.
absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  INFO(text);
  REQUIRE(absl::ParseTime("%Y-%m-%d %H:%M", text, absl::FixedTimeZone(8 * 3600), &time, &error));
  return time;
}

Clock Started(ClockKind kind, const std::string& trigger) {
  return StartClock(R25(), Calendars(), kind, At(trigger)).value();
}

std::string DueText(const Clock& clock) { return absl::FormatCivilTime(clock.due.day); }

Reading ReadAt(const Clock& clock, const std::string& at) {
  return ReadClock(clock, Calendars(), At(at)).value();
}

TEST_CASE("A clock carries profile, calendars and due date from its start", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2025-09-30 23:59");
  CHECK(clock.profile == "cn-2025-809");
  CHECK(clock.profile_version == 1);
  CHECK(clock.due.calendars == std::vector<std::string>{"cn/2025@1"});
  CHECK(DueText(clock) == "2025-10-21");
  CHECK(DueInstant(clock) == At("2025-10-22 00:00"));
  CHECK(DueText(Started(ClockKind::kSupply, "2025-09-30 09:00")) == "2025-11-04");
  CHECK(DueText(Started(ClockKind::kReplyUnconditional, "2025-09-26 09:00")) == "2025-09-28");

  const absl::Status none =
      StartClock(R25(), Calendars(), ClockKind::kAuthorityCheck, At("2025-09-30 09:00")).status();
  CHECK(none.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(absl::StrContains(none.message(), "AUTHORITY_CHECK has no term in cn-2025-809@1"));
  CHECK(StartClock(R25(), Calendars(), ClockKind::kSupply, At("2025-09-30 09:00"), "mars")
            .status()
            .code() == absl::StatusCode::kNotFound);
}

TEST_CASE("A running clock tells days left, share used and whom to warn", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2025-09-30 10:00");
  struct Row {
    const char* at;
    ClockState state;
    int left;
    int percent;
    Warning warning;
  };
  const Row table[] = {
      {"2025-09-30 10:00", ClockState::kRunning, 10, 0, Warning::kNone},
      {"2025-10-05 10:00", ClockState::kRunning, 10, 0, Warning::kNone},
      {"2025-10-09 00:00", ClockState::kRunning, 9, 10, Warning::kNone},
      {"2025-10-14 00:00", ClockState::kRunning, 5, 50, Warning::kReviewer},
      {"2025-10-17 23:59", ClockState::kRunning, 2, 80, Warning::kHead},
      {"2025-10-21 23:59", ClockState::kRunning, 0, 100, Warning::kHead},
      {"2025-10-22 00:00", ClockState::kOverdue, -1, 110, Warning::kAuthority},
  };
  for (const Row& row : table) {
    CAPTURE(row.at);
    const Reading reading = ReadAt(clock, row.at);
    CHECK(reading.state == row.state);
    CHECK(reading.working_days_left == row.left);
    CHECK(reading.percent_used == row.percent);
    CHECK(reading.late == (row.state == ClockState::kOverdue));
    CHECK(WarningFor(R25(), reading) == row.warning);
  }
}

TEST_CASE("A pause moves the due date by its working days and keeps the old one", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2025-08-01 10:00");
  REQUIRE(DueText(clock) == "2025-08-15");
  const Clock paused = PauseClock(clock, At("2025-08-06 15:00"), "supplement asked").value();
  const Reading during = ReadAt(paused, "2025-08-30 10:00");
  CHECK(during.state == ClockState::kPaused);
  CHECK(during.working_days_left == 7);
  CHECK_FALSE(during.late);
  CHECK(WarningFor(R25(), during) == Warning::kNone);

  const Clock resumed = ResumeClock(paused, Calendars(), At("2025-08-13 09:00")).value();
  CHECK(DueText(resumed) == "2025-08-22");
  REQUIRE(resumed.superseded.size() == 1);
  CHECK(resumed.superseded[0].due == clock.due);
  CHECK(resumed.superseded[0].reason == "resumed: supplement asked");
  const Reading after = ReadAt(resumed, "2025-08-13 10:00");
  CHECK(after.working_days_left == 7);
  CHECK(after.percent_used == 30);
  CHECK(DueText(clock) == "2025-08-15");

  const Clock same_day = ResumeClock(paused, Calendars(), At("2025-08-06 16:00")).value();
  CHECK(DueText(same_day) == "2025-08-15");
  CHECK(same_day.superseded.empty());
}

TEST_CASE("A clock paused on its last day is not overdue when it resumes", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2025-08-01 10:00");
  const Clock paused = PauseClock(clock, At("2025-08-15 23:00"), "supplement asked").value();
  // Saturday: no working day was lost.
  const Clock resumed = ResumeClock(paused, Calendars(), At("2025-08-16 10:00")).value();
  CHECK(DueText(resumed) == "2025-08-18");
  CHECK(ReadAt(resumed, "2025-08-16 10:00").state == ClockState::kRunning);
  // The day gained stays when more is added later.
  const Clock extended =
      ExtendClock(resumed, Calendars(),
                  {10, "同意延期〔2025〕1号", At("2025-08-17 09:00"), At("2025-08-18 09:00")})
          .value();
  CHECK(DueText(extended) == "2025-09-01");
  CHECK(DueText(ResumeClock(paused, Calendars(), At("2025-08-18 10:00")).value()) == "2025-08-18");
}

TEST_CASE("Two pauses add up", "[statute]") {
  Clock clock = Started(ClockKind::kReplyConditional, "2025-08-01 10:00");
  clock = PauseClock(clock, At("2025-08-04 10:00"), "a").value();
  clock = ResumeClock(clock, Calendars(), At("2025-08-06 10:00")).value();
  clock = PauseClock(clock, At("2025-08-07 10:00"), "b").value();
  clock = ResumeClock(clock, Calendars(), At("2025-08-08 10:00")).value();
  CHECK(DueText(clock) == "2025-08-20");
  CHECK(clock.superseded.size() == 2);
  CHECK(ReadAt(clock, "2025-08-08 11:00").percent_used == 20);
}

TEST_CASE("An extension needs consent, comes once and keeps the old due date", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2025-09-30 10:00");
  const Extension good = {10, "同意延期〔2025〕3号", At("2025-10-20 10:00"),
                          At("2025-10-21 10:00")};
  const Clock extended = ExtendClock(clock, Calendars(), good).value();
  CHECK(DueText(extended) == "2025-11-04");
  CHECK(extended.superseded.at(0).due == clock.due);
  CHECK(ReadAt(extended, "2025-10-21 12:00").percent_used == 50);

  // Asked in time, consented after the day: the consent still counts.
  Extension late_consent = good;
  late_consent.consented = At("2025-10-23 10:00");
  CHECK(ReadAt(ExtendClock(clock, Calendars(), late_consent).value(), "2025-10-23 10:00").state ==
        ClockState::kRunning);

  auto code = [](const Clock& c, const Extension& e) {
    return ExtendClock(c, Calendars(), e).status().code();
  };
  CHECK(code(extended, good) == absl::StatusCode::kFailedPrecondition);
  Extension bad = good;
  bad.days = 11;
  CHECK(code(clock, bad) == absl::StatusCode::kInvalidArgument);
  bad.days = 0;
  CHECK(code(clock, bad) == absl::StatusCode::kInvalidArgument);
  bad = good;
  bad.document = "";
  CHECK(code(clock, bad) == absl::StatusCode::kInvalidArgument);
  bad = good;
  bad.asked = At("2025-10-22 00:00");
  bad.consented = At("2025-10-23 00:00");
  CHECK(code(clock, bad) == absl::StatusCode::kFailedPrecondition);
  bad = good;
  bad.consented = At("2025-10-19 10:00");
  CHECK(code(clock, bad) == absl::StatusCode::kInvalidArgument);
  CHECK(code(Started(ClockKind::kSupply, "2025-09-30 10:00"), good) ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(code(StopClock(clock, At("2025-10-09 10:00")).value(), good) ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("A stopped clock stays as it was judged", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2025-09-30 10:00");
  const Clock in_time = StopClock(clock, At("2025-10-21 23:59")).value();
  CHECK(ReadAt(in_time, "2025-12-01 10:00").state == ClockState::kStopped);
  CHECK_FALSE(ReadAt(in_time, "2025-12-01 10:00").late);
  CHECK(ReadAt(in_time, "2025-12-01 10:00").percent_used == 100);
  const Clock late = StopClock(clock, At("2025-10-22 00:00")).value();
  CHECK(ReadAt(late, "2025-12-01 10:00").late);
  CHECK(ReadAt(late, "2025-12-01 10:00").working_days_left == -1);
  CHECK(WarningFor(R25(), ReadAt(late, "2025-12-01 10:00")) == Warning::kNone);

  // Withdrawn while it stood still: nobody was late.
  const Clock paused = PauseClock(clock, At("2025-10-10 10:00"), "a").value();
  const Clock withdrawn = StopClock(paused, At("2025-12-01 10:00")).value();
  CHECK_FALSE(ReadAt(withdrawn, "2025-12-02 10:00").late);
}

TEST_CASE("Changes in the wrong state or order are refused", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2025-09-30 10:00");
  const Clock paused = PauseClock(clock, At("2025-10-10 10:00"), "a").value();
  const Clock stopped = StopClock(clock, At("2025-10-10 10:00")).value();
  const absl::Time later = At("2025-10-11 10:00");
  const absl::Time before = At("2025-09-30 09:00");
  constexpr auto kState = absl::StatusCode::kFailedPrecondition;
  constexpr auto kArgument = absl::StatusCode::kInvalidArgument;
  CHECK(PauseClock(paused, later, "b").status().code() == kState);
  CHECK(PauseClock(stopped, later, "b").status().code() == kState);
  CHECK(PauseClock(clock, At("2025-10-22 00:00"), "b").status().code() == kState);
  CHECK(PauseClock(clock, later, "").status().code() == kArgument);
  CHECK(PauseClock(clock, before, "b").status().code() == kArgument);
  CHECK(ResumeClock(clock, Calendars(), later).status().code() == kState);
  CHECK(ResumeClock(stopped, Calendars(), later).status().code() == kState);
  CHECK(ResumeClock(paused, Calendars(), At("2025-10-10 09:59")).status().code() == kArgument);
  CHECK(StopClock(stopped, later).status().code() == kState);
  CHECK(StopClock(clock, before).status().code() == kArgument);
}

TEST_CASE("A newly published year supersedes a provisional due date", "[statute]") {
  const Clock clock = Started(ClockKind::kReplyConditional, "2026-12-25 10:00");
  REQUIRE(clock.due.provisional);
  REQUIRE(DueText(clock) == "2027-01-08");
  const Calendar year = ParseCalendar(R"(area: cn
year: 2027
version: 1
notice: https://www.gov.cn/invented
working_days: 260
holidays:
  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}
)",
                                      "2027.yaml")
                            .value();
  const CalendarSet more = Calendars().With(year).value();
  const Clock again = RecomputeClock(clock, more, At("2026-12-28 10:00")).value();
  CHECK(DueText(again) == "2027-01-11");
  CHECK_FALSE(again.due.provisional);
  CHECK(again.due.calendars == std::vector<std::string>{"cn/2026@1", "cn/2027@1"});
  CHECK(again.superseded.at(0).due == clock.due);
  CHECK(RecomputeClock(again, more, At("2026-12-29 10:00")).value().superseded.size() == 1);

  const Clock stopped = StopClock(clock, At("2026-12-28 09:00")).value();
  CHECK(RecomputeClock(stopped, more, At("2026-12-28 10:00")).value().due == clock.due);
}

TEST_CASE("Office hours and the start day are counted as the profile says", "[statute]") {
  Profile profile = R25();
  profile.counting = {false, 17 * 60 + 30, true};
  auto start = [&](const std::string& at) {
    return StartClock(profile, Calendars(), ClockKind::kReplyUnconditional, At(at)).value();
  };
  CHECK(DueText(start("2025-08-01 17:29")) == "2025-08-04");
  CHECK(DueText(start("2025-08-01 17:30")) == "2025-08-05");
  CHECK(DueText(start("2025-08-02 09:00")) == "2025-08-05");
  CHECK(DueInstant(start("2025-08-01 09:00")) == At("2025-08-04 17:30"));
  // A pause before counting began takes nothing away.
  const Clock paused = PauseClock(start("2025-08-02 09:00"), At("2025-08-02 10:00"), "a").value();
  CHECK(DueText(ResumeClock(paused, Calendars(), At("2025-08-04 10:00")).value()) == "2025-08-05");

  profile.counting = {true, {}, false};
  CHECK(DueText(start("2025-08-01 09:00")) == "2025-08-01");
  CHECK(DueText(start("2025-08-02 09:00")) == "2025-08-04");
}

TEST_CASE("A promise warns the reviewer and makes nothing overdue", "[statute]") {
  const Clock plain = Started(ClockKind::kReplyConditional, "2025-09-30 10:00");
  CHECK_FALSE(PromisedInstant(plain));
  for (const int days : {-1, 0, 10, 11}) {
    CAPTURE(days);
    CHECK(PromiseClock(plain, Calendars(), days).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  const Clock clock = PromiseClock(plain, Calendars(), 5).value();
  CHECK(clock.due == plain.due);
  CHECK(clock.promised->day == absl::CivilDay(2025, 10, 14));
  CHECK(PromisedInstant(clock) == At("2025-10-15 00:00"));
  struct Row {
    const char* at;
    int percent;
    bool broken;
    Warning warning;
  };
  const Row table[] = {
      {"2025-10-10 23:59", 40, false, Warning::kNone},
      {"2025-10-11 00:00", 60, false, Warning::kReviewer},
      {"2025-10-14 23:59", 100, false, Warning::kReviewer},
      {"2025-10-15 00:00", 120, true, Warning::kReviewer},
      {"2025-10-17 10:00", 160, true, Warning::kHead},
      {"2025-10-22 00:00", 220, true, Warning::kAuthority},
  };
  for (const Row& row : table) {
    CAPTURE(row.at);
    const Reading reading = ReadAt(clock, row.at);
    CHECK(reading.promise_percent_used == row.percent);
    CHECK(reading.promise_broken == row.broken);
    CHECK(reading.late == (row.warning == Warning::kAuthority));
    CHECK(WarningFor(R25(), reading) == row.warning);
    CHECK(PromiseNears(R25(), reading) ==
          (row.percent >= 80 && row.warning != Warning::kAuthority));
  }
  CHECK_FALSE(PromiseNears(R25(), ReadAt(plain, "2025-10-21 10:00")));
  const Clock stopped = StopClock(clock, At("2025-10-16 10:00")).value();
  CHECK(ReadAt(stopped, "2025-11-30 10:00").promise_broken);
  CHECK_FALSE(ReadAt(stopped, "2025-11-30 10:00").late);
  CHECK(PromiseClock(stopped, Calendars(), 3).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("A promise stands still with its clock, and an extension leaves it", "[statute]") {
  const Clock clock =
      PromiseClock(Started(ClockKind::kReplyConditional, "2025-08-01 10:00"), Calendars(), 5)
          .value();
  REQUIRE(clock.promised->day == absl::CivilDay(2025, 8, 8));
  const Clock paused = PauseClock(clock, At("2025-08-06 15:00"), "supplement asked").value();
  CHECK_FALSE(ReadAt(paused, "2025-08-12 10:00").promise_broken);
  const Clock resumed = ResumeClock(paused, Calendars(), At("2025-08-13 09:00")).value();
  CHECK(resumed.promised->day == absl::CivilDay(2025, 8, 15));
  const Clock extended =
      ExtendClock(resumed, Calendars(),
                  {10, "同意延期〔2025〕1号", At("2025-08-14 09:00"), At("2025-08-15 09:00")})
          .value();
  CHECK(extended.due.day > resumed.due.day);
  CHECK(extended.promised == resumed.promised);
  const Clock again = RecomputeClock(extended, Calendars(), At("2025-08-15 10:00")).value();
  CHECK(again.promised == extended.promised);
}

}  // namespace
}  // namespace shareway::statute
