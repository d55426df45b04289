// SPDX-License-Identifier: Apache-2.0
// A year that is loaded takes effect at once, for running clocks too, and over a restart.
#include "services/sharing/statutes/statutes.h"

#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "services/sharing/grants/corrections.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/test_desk.h"
#include "services/sharing/upkeep.h"

namespace shareway::sharing {
namespace {

// 2027 with its New Year's holiday alone; 260 working days by this file.
const char kYear2027[] = R"(area: cn
year: 2027
version: 1
notice: https://www.gov.cn/example/2027
working_days: 260
holidays:
  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}
)";

Errand ByAdministrator(TestDesk& t, const std::string& request_id = "") {
  return t.By(Officer(), request_id, "body");
}

// Submitted on the last day of 2026: its ten working days lie in a year without calendar.
Stored<Request> SubmittedAtYearEnd(TestDesk& t) {
  t.clock.Advance(statute::StartOfDay(absl::CivilDay(2026, 12, 31)) + absl::Hours(10) - Morning());
  Request::Fields asked = Asked(Marriages());
  asked.scope.start = absl::CivilDay(2027, 1, 1);
  asked.scope.end = absl::CivilDay(2027, 12, 31);
  return t.Submitted(asked);
}

TEST_CASE("A calendar that is loaded moves the provisional dates and keeps the old ones",
          "[statutes]") {
  TestDesk t;
  Statutes statutes(&t.desk);
  const Stored<Request> r = SubmittedAtYearEnd(t);
  const statute::Clock before = *r.value.fields().clock;
  REQUIRE(before.due.provisional);
  CHECK(statute::Due(t.desk.calendars(), "cn", absl::CivilDay(2026, 12, 31), 1)->day ==
        absl::CivilDay(2027, 1, 1));

  const Statutes::Loaded loaded = statutes.Load(ByAdministrator(t), kYear2027, false).value();
  CHECK(loaded.recomputed == 1);
  CHECK(loaded.year.calendar.year == 2027);
  CHECK(statute::Due(t.desk.calendars(), "cn", absl::CivilDay(2026, 12, 31), 1)->day ==
        absl::CivilDay(2027, 1, 4));
  const statute::Clock after = *t.store.LoadRequest(t.NameOf(r))->value.fields().clock;
  CHECK_FALSE(after.due.provisional);
  CHECK(after.due.day > before.due.day);
  REQUIRE(after.superseded.size() == 1);
  CHECK(after.superseded[0].due.day == before.due.day);
  CHECK(t.store.Provisional()->empty());

  std::vector<evidence::RecordKind> kinds;
  for (const evidence::AuditRecord& event : t.Events()) {
    kinds.push_back(static_cast<evidence::RecordKind>(event.kind()));
  }
  REQUIRE(kinds.size() >= 2);
  CHECK(kinds[kinds.size() - 2] == evidence::RecordKind::CALENDAR_LOADED);
  CHECK(kinds.back() == evidence::RecordKind::CLOCK_RECOMPUTED);
}

TEST_CASE("Clocks of cases move with the calendar as those of requests do", "[statutes]") {
  TestDesk t;
  t.clock.Advance(statute::StartOfDay(absl::CivilDay(2026, 12, 31)) + absl::Hours(10) - Morning());
  const Corrections corrections(&t.desk, [](absl::string_view, absl::string_view) { return true; });
  const Actor clerk{.name = "people/c", .agency = kTax, .clerk = true};
  const Stored<Correction> opened =
      corrections
          .Open(t.By(clerk), Marriages().name,
                {.description = "目录与数据不一致", .evidence = "抽查记录"}, false)
          .value();
  REQUIRE(opened.value.clock);
  REQUIRE(opened.value.clock->due.provisional);
  Statutes statutes(&t.desk);
  CHECK(statutes.Load(ByAdministrator(t), kYear2027, false)->recomputed == 1);
  const Stored<Correction> now = corrections.Get(clerk, opened.value.name).value();
  CHECK_FALSE(now.value.clock->due.provisional);
  CHECK(now.value.clock->superseded.size() == 1);
  CHECK(t.Events().back().object() == opened.value.name);
}

TEST_CASE("A consultation keeps its place in the consumers' lists when its day is computed anew",
          "[statutes]") {
  TestDesk t;
  (void)t.Granted();
  (void)t.GrantedTo(kHousing);
  t.clock.Advance(statute::StartOfDay(absl::CivilDay(2026, 12, 31)) + absl::Hours(10) -
                  t.clock.Now());
  const Stored<ServiceChange> change =
      ServiceChanges(&t.desk)
          .Propose(t.By(ProviderHead()), {.resource = Marriages().name,
                                          .kind = ServiceChange::Kind::kEnd,
                                          .reason = "系统停用",
                                          .effect = absl::CivilDay(2027, 9, 1)})
          .value();
  REQUIRE(change.value.answers.size() == 2);
  REQUIRE(change.value.clock);
  REQUIRE(change.value.clock->due.provisional);
  const auto listed = [&](const std::string& owner) {
    const Page<ClockRow> page =
        t.store
            .ListClocks({owner}, "", 1000,
                        [&](const ClockRow& row, const Request*, const Dispute*) {
                          return row.subject == change.value.name;
                        })
            .value();
    return page.values.size();
  };
  const std::vector<std::string> owners = {kTax, kHousing, kCivil, City().name};
  for (const std::string& owner : owners) CHECK(listed(owner) == 1);
  Statutes statutes(&t.desk);
  REQUIRE(statutes.Load(ByAdministrator(t), kYear2027, false).ok());
  REQUIRE_FALSE(t.store.LoadCase<ServiceChange>(change.value.name)->value.clock->due.provisional);
  for (const std::string& owner : owners) CHECK(listed(owner) == 1);
}

TEST_CASE("A clock that could not be written when its year was loaded is computed by upkeep",
          "[statutes]") {
  TestDesk t;
  Statutes statutes(&t.desk);
  const Stored<Request> first = SubmittedAtYearEnd(t);
  RunDuties(t.desk);
  REQUIRE(t.desk.ClocksSettled());
  const auto provisional = [&] {
    return t.store.LoadRequest(t.NameOf(first))->value.fields().clock->due.provisional;
  };
  int commits = 0;
  t.kv.on_commit = [&](const kv::Batch&) {
    // The calendar is stored; the clock's write is lost.
    return ++commits == 1 ? kv::Outcome{}
                          : kv::Outcome{false, absl::UnavailableError("the wire broke")};
  };
  CHECK(statutes.Load(ByAdministrator(t), kYear2027, false)->recomputed == 0);
  RunDuties(t.desk);
  t.kv.on_commit = nullptr;
  CHECK(provisional());
  CHECK_FALSE(t.desk.ClocksSettled());
  RunDuties(t.desk);
  CHECK_FALSE(provisional());
  // A round that finds nothing left ends it.
  RunDuties(t.desk);
  CHECK(t.desk.ClocksSettled());
}

TEST_CASE("A loaded year is in force again after a restart", "[statutes]") {
  TestDesk t;
  REQUIRE(Statutes(&t.desk).Load(ByAdministrator(t), kYear2027, false).ok());
  const Desk restarted(&t.store, &t.clock, &Profiles(), &Calendars(), "cn-2025-809",
                       [](absl::string_view) { return std::nullopt; },
                       [](absl::string_view) { return std::nullopt; });
  const Statutes statutes(&restarted);
  CHECK(restarted.calendars().Find("cn", 2027) == nullptr);
  REQUIRE(statutes.Restore().ok());
  REQUIRE(restarted.calendars().Find("cn", 2027) != nullptr);
  REQUIRE(statutes.Restore().ok());  // again: nothing to do
  const Statutes::Year year = statutes.Find("calendars/cn/2027").value();
  CHECK(year.loader == Officer().name);
  CHECK(year.load_time == t.clock.Now());
  CHECK_FALSE(statutes.Find("calendars/cn/2026")->load_time);
  CHECK(statutes.All("cn")->size() == statutes.All("")->size());
}

TEST_CASE("A calendar that breaks a rule, or is not newer, is refused and changes nothing",
          "[statutes]") {
  TestDesk t;
  Statutes statutes(&t.desk);
  const auto refused = [&](const std::string& yaml) {
    return ReasonOf(statutes.Load(ByAdministrator(t), yaml, false).status());
  };
  const std::string good = kYear2027;
  CHECK(refused("") == Reason::kFieldInvalid);
  CHECK(refused(std::string(40 << 10, '#')) == Reason::kFieldInvalid);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"working_days: 260", "working_days: 261"},
           {"year: 2027", "year: 2026"},
           {"notice: https://www.gov.cn/example/2027", "notice: none"},
           {"version: 1", "version: 0"},
           {"area: cn", "area: CN"},
           {"to: 2027-01-03", "to: 2026-12-30"},
           {"holidays:", "holiday:"}}) {
    INFO(to);
    CHECK(refused(absl::StrReplaceAll(good, {{from, to}})) == Reason::kCalendarInvalid);
  }
  CHECK(t.desk.calendars().Find("cn", 2027) == nullptr);
  CHECK(ReasonOf(statutes.Find("calendars/cn/2027").status()) == Reason::kNotVisible);
  CHECK(ReasonOf(statutes.Find("calendars/cn").status()) == Reason::kFieldInvalid);

  REQUIRE(statutes.Load(ByAdministrator(t), good, true).ok());  // checked only
  CHECK(t.desk.calendars().Find("cn", 2027) == nullptr);
  REQUIRE(statutes.Load(ByAdministrator(t, "id-1"), good, false).ok());
  REQUIRE(statutes.Load(ByAdministrator(t, "id-1"), good, false).ok());  // the same call again
  CHECK(refused(good) == Reason::kStateForbids);
  REQUIRE(statutes
              .Load(ByAdministrator(t), absl::StrReplaceAll(good, {{"version: 1", "version: 2"}}),
                    false)
              .ok());
  CHECK(t.desk.calendars().Find("cn", 2027)->version == 2);
}

}  // namespace
}  // namespace shareway::sharing
