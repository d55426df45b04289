// SPDX-License-Identifier: Apache-2.0
// Due dates that rested on an unpublished calendar are computed again once it is there.
#include "services/sharing/statutes/recompute.h"

#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

// 2027 with one holiday over the first days of the year.
statute::CalendarSet With2027() {
  statute::Calendar year{.area = "cn",
                         .year = 2027,
                         .version = 1,
                         .notice = "https://www.gov.cn/example",
                         .working_days = 260,
                         .holidays = {{"元旦", absl::CivilDay(2027, 1, 1),
                                       absl::CivilDay(2027, 1, 3), {}}}};
  return Calendars().With(std::move(year)).value();
}

TEST_CASE("A provisional due date is superseded when its year is loaded") {
  TestDesk t;
  t.clock.Advance(statute::StartOfDay(absl::CivilDay(2026, 12, 28)) - Morning());
  Request::Fields asked = Asked(Marriages());
  asked.scope.start = absl::CivilDay(2027, 1, 1);
  asked.scope.end = absl::CivilDay(2027, 12, 31);
  Stored<Request> request = t.sharing.Create(t.By(Applicant()), asked, false).value();
  request =
      t.sharing.SignOff(t.By(ConsumerHead()), t.NameOf(request), t.EtagOf(request)).value();
  request = t.sharing.Submit(t.By(Applicant()), t.NameOf(request), t.EtagOf(request)).value();
  REQUIRE(request.value.fields().clock->due.provisional);
  CHECK(t.store.Provisional().value() == std::vector<std::string>{t.NameOf(request)});
  CHECK(RecomputeClocks(t.desk).value() == 0);

  const statute::CalendarSet calendars = With2027();
  const Desk later(&t.store, &t.clock, &Profiles(), &calendars, "cn-2025-809",
                   [&t](absl::string_view name) { return t.agencies.find(name)->second; });
  CHECK(RecomputeClocks(later).value() == 1);
  CHECK(RecomputeClocks(later).value() == 0);
  const Request::Fields now = t.store.LoadRequest(t.NameOf(request))->value.fields();
  CHECK_FALSE(now.clock->due.provisional);
  CHECK(now.clock->superseded.size() == 1);
  CHECK(now.steps.back().action == "LoadCalendar");
  CHECK(now.state == Request::State::kInReview);
  // The list shows the new date only.
  const auto rows =
      t.store
          .ListClocks({kCivil}, "", 10,
                      [](const ClockRow&, const Request*, const Dispute*) { return true; })
          .value()
          .values;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].value.clock.due.day == now.clock->due.day);
}

TEST_CASE("A due date that moves under an unsigned decision is told to the provider only") {
  TestDesk t;
  t.clock.Advance(statute::StartOfDay(absl::CivilDay(2026, 12, 28)) - Morning());
  Request::Fields asked = Asked(Marriages());
  asked.scope.start = absl::CivilDay(2027, 1, 1);
  asked.scope.end = absl::CivilDay(2027, 12, 31);
  const Stored<Request> decided =
      t.Decided({.verdict = Decision::Verdict::kRefuse, .reason = "不行"}, asked);
  const statute::CalendarSet calendars = With2027();
  const Desk later(&t.store, &t.clock, &Profiles(), &calendars, "cn-2025-809",
                   [&t](absl::string_view name) { return t.agencies.find(name)->second; });
  REQUIRE(RecomputeClocks(later).value() == 1);
  const evidence::AuditRecord told = t.Events().back();
  CHECK(told.object() == t.NameOf(decided));
  REQUIRE(told.agencies_size() == 1);
  CHECK(told.agencies(0) == kCivil);
}

}  // namespace
}  // namespace shareway::sharing
