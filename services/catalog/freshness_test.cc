// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/freshness.h"

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "services/catalog/domain/freshness.h"
#include "services/catalog/reminders.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kName[] = "resources/306002-000001";
constexpr char kNode[] = "agencies/11990100000100036T/nodes/n1";
using State = Resource::State;

Cause ByNode(const std::string& request_id = "", const char* agency = kCivil) {
  return {.caller = {.name = kNode, .agency = agency},
          .once = {.caller = kNode, .method = "/test", .request_id = request_id, .body = "body"}};
}

v1::Refresh Loaded(absl::Time at, uint64_t version = 1) {
  v1::Refresh refresh;
  refresh.set_dataset("low-income");
  refresh.set_version(version);
  refresh.set_rows(1000);
  *refresh.mutable_refresh_time() = evidence::ToTimestamp(at);
  return refresh;
}

Resource::Fresh FreshOf(const TestWorld& world) {
  return world.resources->Load(kName)->resource.fields().published->fresh;
}

size_t Records(const TestWorld& world, evidence::RecordKind kind) {
  size_t count = 0;
  for (const evidence::AuditRecord& event : world.Events()) count += event.kind() == kind;
  return count;
}

v1::CatalogChange LastChange(const TestWorld& world) {
  v1::CatalogChange change;
  const auto told = world.resources->log().Read(0, 100).value();
  for (const auto& [number, bytes] : told) {
    change.ParseFromString(bytes);
  }
  return change;
}

// To the first instant at which the data are overdue.
void Outlast(TestWorld* world) { world->clock.Advance(*FreshOf(*world).due - world->clock.Now()); }

TEST_CASE("A refresh is told to watchers and is no revision", "[catalog][freshness]") {
  TestWorld world;
  const auto published = world.Publish();
  const std::string etag = Catalog::Etag(published);
  CHECK(FreshOf(world).due ==
        RefreshDue(UpdateCycle::kMonthly, world.clock.Now(), TestCalendars(), "cn").value());
  world.clock.Advance(absl::Hours(48));
  const absl::Time at = world.clock.Now();
  const auto told = world.freshness->Report(ByNode("id-1"), kName, Loaded(at));
  INFO(told.status());
  REQUIRE(told.ok());
  CHECK(told->refresh().node() == kNode);
  CHECK(told->refresh().rows() == 1000);
  world.Reopen();
  CHECK(FreshOf(world).refreshed == at);
  CHECK(FreshOf(world).due ==
        RefreshDue(UpdateCycle::kMonthly, at, TestCalendars(), "cn").value());
  const v1::CatalogChange change = LastChange(world);
  CHECK(evidence::FromTimestamp(change.resource().refresh_time()) == at);
  CHECK(change.resource().revision() == 1);
  CHECK(change.has_publication());
  // The entry's etag and its revisions are as they were.
  CHECK(Catalog::Etag(world.resources->Load(kName).value()) == etag);
  CHECK_FALSE(world.resources->RevisionMessage(kName, 1)->has_refresh_time());
  CHECK(Records(world, evidence::v1::RESOURCE_REFRESHED) == 1);
  v1::Freshness state;
  REQUIRE(state.ParseFromString(world.Events().back().state()));
  CHECK(state.refresh().version() == 1);

  // Repeated, or older than what is known: nothing happens.
  CHECK(world.freshness->Report(ByNode("id-1"), kName, Loaded(at)).ok());
  CHECK(world.freshness->Report(ByNode(), kName, Loaded(at)).ok());
  CHECK(world.freshness->Report(ByNode(), kName, Loaded(at - absl::Hours(1), 9))->refresh()
            .version() == 1);
  CHECK(Records(world, evidence::v1::RESOURCE_REFRESHED) == 1);
}

TEST_CASE("A node that goes back to an older version has older data", "[catalog][freshness]") {
  TestWorld world;
  world.Publish();
  const absl::Time first = world.clock.Now();
  REQUIRE(world.freshness->Report(ByNode(), kName, Loaded(first, 1)).ok());
  world.clock.Advance(absl::Hours(24 * 60));
  const absl::Time second = world.clock.Now();
  REQUIRE(world.freshness->Report(ByNode(), kName, Loaded(second, 2)).ok());
  CHECK(FreshOf(world).refreshed == second);
  // Others do not set it back, and another dataset's count says nothing of this one.
  v1::Refresh other = Loaded(first, 1);
  other.set_dataset("other");
  CHECK(world.freshness->Report(ByNode(), kName, other)->refresh().version() == 2);
  Cause elsewhere = ByNode();
  elsewhere.caller.name = absl::StrCat(kCivil, "/nodes/n2");
  CHECK(world.freshness->Report(elsewhere, kName, Loaded(first, 1))->refresh().version() == 2);
  CHECK(FreshOf(world).refreshed == second);

  const auto back = world.freshness->Report(ByNode(), kName, Loaded(first, 1));
  REQUIRE(back.ok());
  CHECK(back->refresh().version() == 1);
  CHECK(FreshOf(world).refreshed == first);
  CHECK(FreshOf(world).due ==
        RefreshDue(UpdateCycle::kMonthly, first, TestCalendars(), "cn").value());
  CHECK(world.freshness->ListStale("", "", 10)->resources.size() == 1);
  CHECK(Records(world, evidence::v1::RESOURCE_REFRESHED) == 3);
  // Once; and forward again as before.
  CHECK(world.freshness->Report(ByNode(), kName, Loaded(first, 1)).ok());
  CHECK(Records(world, evidence::v1::RESOURCE_REFRESHED) == 3);
  CHECK(world.freshness->Report(ByNode(), kName, Loaded(second, 2))->refresh().version() == 2);
  CHECK(FreshOf(world).refreshed == second);
}

TEST_CASE("Only a node of the provider tells of a refresh, and only what can be",
          "[catalog][freshness]") {
  TestWorld world;
  const absl::Time now = world.clock.Now();
  CHECK(world.freshness->Report(ByNode(), kName, Loaded(now)).status() ==
        Error::NotVisible(kName));
  auto at = world.Publish();
  CHECK(world.freshness->Report(ByNode("", kTax), kName, Loaded(now)).status() ==
        Error::NotVisible(kName));
  const auto fault = [&](const v1::Refresh& refresh) {
    const absl::Status refused = world.freshness->Report(ByNode(), kName, refresh).status();
    REQUIRE(absl::IsInvalidArgument(refused));
    return DetailsOf(refused)->fields.at(0).field;
  };
  v1::Refresh bad = Loaded(now);
  bad.clear_dataset();
  CHECK(fault(bad) == "refresh.dataset");
  CHECK(fault(Loaded(now, 0)) == "refresh.version");
  CHECK(fault(Loaded(now + absl::Minutes(6))) == "refresh.refresh_time");
  bad = Loaded(now);
  bad.clear_refresh_time();
  CHECK(fault(bad) == "refresh.refresh_time");
  at = world.catalog
           ->Withdraw(world.ActBy("officer", "w"), kName, Catalog::Etag(at), "机构改革", "")
           .value();
  CHECK(absl::IsFailedPrecondition(
      world.freshness->Report(ByNode(), kName, Loaded(now)).status()));
}

TEST_CASE("Stale data are listed, the longest overdue first, until they are refreshed",
          "[catalog][freshness]") {
  TestWorld world;
  world.Publish();
  Entry daily = GoodEntry();
  daily.code = "306002/000002";
  daily.title = "特困人员信息";
  daily.update_cycle = UpdateCycle::kDaily;
  world.Publish(daily);
  Entry never = GoodEntry();
  never.code = "306002/000003";
  never.title = "不定时";
  never.update_cycle = UpdateCycle::kIrregular;
  world.Publish(never);
  const auto stale = [&](const std::string& provider = "") {
    return world.freshness->ListStale(provider, "", 10).value().resources;
  };
  CHECK(stale().empty());
  Outlast(&world);  // of the monthly one
  REQUIRE(stale().size() == 2);
  CHECK(stale()[0].title() == "特困人员信息");
  CHECK(stale()[0].working_days_late() > 10);
  CHECK(stale()[1].freshness().resource() == kName);
  CHECK_FALSE(stale()[1].freshness().has_refresh());
  CHECK(stale(kTax).empty());
  CHECK(stale(kCivil).size() == 2);
  const auto first = world.freshness->ListStale("", "", 1).value();
  REQUIRE(first.resources.size() == 1);
  CHECK(world.freshness->ListStale("", first.next, 1)->resources[0].freshness().resource() ==
        kName);

  REQUIRE(world.freshness->Report(ByNode(), kName, Loaded(world.clock.Now())).ok());
  CHECK(stale().size() == 1);
}

TEST_CASE("Reminders go out when data become stale and every five working days",
          "[catalog][freshness]") {
  TestWorld world;
  auto at = world.Publish();
  CHECK(world.freshness->Remind().value() == 0);
  Outlast(&world);
  { Reminders(world.freshness.get(), absl::Hours(1)).Start(); }
  CHECK(FreshOf(world).reminders == 1);
  CHECK(world.freshness->Remind().value() == 0);
  CHECK(Records(world, evidence::v1::REFRESH_REMINDED) == 1);
  CHECK(LastChange(world).resource().stale_reminders() == 1);
  const auto until_next = [&world] {
    absl::CivilDay day = statute::LawDay(world.clock.Now());
    day = statute::Due(TestCalendars(), "cn", day, kReminderDays).value().day;
    world.clock.Advance(statute::StartOfDay(day) - world.clock.Now());
  };
  until_next();
  world.Reopen();
  CHECK(world.freshness->Remind().value() == 1);
  CHECK(FreshOf(world).reminders == 2);
  // Nobody is reminded of what is closed.
  until_next();
  at = world.catalog
           ->Suspend(world.ActBy("officer", "s"), kName, Catalog::Etag(at), "核查")
           .value();
  CHECK(world.freshness->Remind().value() == 0);
  at = world.catalog
           ->Resume(world.ActBy("officer", "p"), kName, Catalog::Etag(at), "恢复")
           .value();
  CHECK(world.freshness->Remind().value() == 1);
  // A refresh begins anew.
  REQUIRE(world.freshness->Report(ByNode(), kName, Loaded(world.clock.Now())).ok());
  CHECK(FreshOf(world).reminders == 0);
  CHECK(world.freshness->Remind().value() == 0);
  Outlast(&world);
  CHECK(world.freshness->Remind().value() == 1);
  CHECK(FreshOf(world).reminders == 1);
}

TEST_CASE("A revision of another cycle is due by it, and of the same as before",
          "[catalog][freshness]") {
  TestWorld world;
  world.Publish();
  REQUIRE(world.freshness->Report(ByNode(), kName, Loaded(world.clock.Now())).ok());
  const Resource::Fresh before = FreshOf(world);
  const auto revise = [&world](const Entry& entry, const std::string& act) {
    auto at = world.catalog->Update(world.By("editor"), kName, "", entry).value();
    at = world.catalog->Submit(world.By("editor"), kName, "").value();
    at = world.catalog->Approve(world.ActBy("head", act), kName, Catalog::Etag(at)).value();
    REQUIRE(
        world.catalog->Publish(world.ActBy("officer", act), kName, Catalog::Etag(at)).ok());
  };
  world.clock.Advance(absl::Hours(24));
  revise(GoodEntry(), "2");
  CHECK(FreshOf(world) == before);
  Entry weekly = GoodEntry();
  weekly.update_cycle = UpdateCycle::kWeekly;
  revise(weekly, "3");
  CHECK(FreshOf(world).refreshed == before.refreshed);
  CHECK(FreshOf(world).due ==
        RefreshDue(UpdateCycle::kWeekly, *before.refreshed, TestCalendars(), "cn").value());
  Outlast(&world);
  CHECK(world.freshness->ListStale("", "", 10)->resources.size() == 1);
}

TEST_CASE("A refresh leaves the etag that an officer saw, and his act leaves the refresh",
          "[catalog][freshness]") {
  TestWorld world;
  const auto at = world.Publish();
  REQUIRE(world.freshness->Report(ByNode(), kName, Loaded(world.clock.Now())).ok());
  CHECK(world.catalog
            ->Suspend(world.ActBy("officer", "s"), kName, Catalog::Etag(at), "核查")
            .ok());
  CHECK(FreshOf(world).refreshed == world.clock.Now());
}

}  // namespace
}  // namespace shareway::catalog
