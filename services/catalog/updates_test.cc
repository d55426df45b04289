// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/updates.h"

#include <thread>
#include <utility>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/statute/clock.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kName[] = "resources/306002-000001";
using Kind = UpdateClock::Kind;
using State = UpdateClock::State;

DutyChange Change(const TestWorld& world) {
  return {.subject = "《社会救助暂行办法》修订",
          .document = "国务院令第649号",
          .effect_time = world.clock.Now(),
          .agencies = {kCivil}};
}

std::vector<Updates::Loaded> All(const TestWorld& world, const Updates::Query& query = {},
                                 const std::string& who = "officer") {
  return world.updates->List(world.By(who).caller, query, "", 100).value().clocks;
}

// The one clock of this kind.
Updates::Loaded One(const TestWorld& world, Kind kind) {
  const std::vector<Updates::Loaded> found = All(world, {.kind = kind});
  REQUIRE(found.size() == 1);
  return found[0];
}

std::string EtagOf(const TestWorld& world, const Updates::Loaded& loaded) {
  return world.updates->Shown(loaded).value().etag();
}

size_t Records(const TestWorld& world) {
  size_t count = 0;
  for (const evidence::AuditRecord& event : world.Events()) {
    if (event.kind() == evidence::v1::UPDATE_CLOCK_CHANGED) ++count;
  }
  return count;
}

TEST_CASE("A change of duties starts the clocks of an agency's entries, once",
          "[catalog][update]") {
  TestWorld world;
  world.Publish();
  Entry second = GoodEntry();
  second.code = "306002/000002";
  second.title = "特困人员信息";
  world.Publish(second);
  Entry draft = GoodEntry();
  draft.code = "306002/000003";
  draft.title = "草稿";
  REQUIRE(world.catalog->Create(world.By("editor"), draft, false).ok());
  const size_t before = Records(world);

  const auto reported = world.updates->Report(world.By("editor", "id-1"), Change(world));
  INFO(reported.status());
  REQUIRE(reported.ok());
  CHECK(reported->clocks_size() == 2);
  CHECK(Records(world) == before + 2);
  const auto again = world.updates->Report(world.By("editor", "id-1"), Change(world));
  REQUIRE(again.ok());
  CHECK(again->change().name() == reported->change().name());
  CHECK(Records(world) == before + 2);

  const evidence::AuditRecord record = world.Events().back();
  v1::UpdateClock state;
  REQUIRE(state.ParseFromString(record.state()));
  CHECK(state.kind() == v1::UpdateClock::UPDATE);
  CHECK(state.change().document() == "国务院令第649号");
  CHECK(state.days() == 10);
  CHECK(state.article() == "R25 第十七条第二款");
  CHECK(record.rule() == "cn-2025-809@1");
  CHECK(record.agencies_size() == 2);

  // Both parties see them, others none.
  CHECK(All(world, {.kind = Kind::kUpdate}).size() == 2);
  CHECK(All(world, {.kind = Kind::kUpdate}, "head").size() == 2);
  CHECK(All(world, {}, "tax-editor").empty());
  CHECK(world.updates->List(world.By("tax-editor").caller, {.agency = kCivil}, "", 10).status() ==
        Error::NotVisible(kCivil));
  // Page by page.
  const auto first = world.updates->List(world.By("officer").caller, {.kind = Kind::kUpdate}, "", 1);
  REQUIRE(first->clocks.size() == 1);
  REQUIRE_FALSE(first->next.empty());
}

TEST_CASE("Nobody reports changed duties for those who are not his", "[catalog][update]") {
  TestWorld world;
  world.Publish();
  const size_t before = world.Events().size();
  CHECK(world.updates->Report(world.By("tax-editor"), Change(world)).status() ==
        Error::NotVisible(kCivil));
  DutyChange absent = Change(world);
  absent.agencies = {"agencies/none"};
  CHECK(world.updates->Report(world.By("officer"), absent).status() ==
        Error::NotVisible("agencies/none"));
  DutyChange foreign = Change(world);
  foreign.agencies = {kTax};
  foreign.resources = {kName};
  CHECK(world.updates->Report(world.By("officer"), foreign).status() == Error::NotVisible(kName));
  foreign.resources.clear();  // the tax bureau published nothing
  CHECK(absl::IsFailedPrecondition(world.updates->Report(world.By("officer"), foreign).status()));
  CHECK(world.Events().size() == before);
  CHECK(world.updates->Report(world.By("officer"), Change(world)).ok());
}

TEST_CASE("An approval starts the authority's clock, and its publication or return ends it",
          "[catalog][update]") {
  TestWorld world;
  world.Publish();
  const Updates::Loaded met = One(world, Kind::kPublication);
  CHECK(met.clock.fields().state == State::kMet);
  CHECK(met.clock.fields().revision == 1);
  CHECK(met.clock.fields().ended_by == "people/officer");
  CHECK(world.updates->Shown(met)->days() == 2);

  REQUIRE(world.catalog->Update(world.By("editor"), kName, "", GoodEntry()).ok());
  REQUIRE(world.catalog->Submit(world.By("editor"), kName, "").ok());
  auto at = world.resources->Load(kName).value();
  at = world.catalog->Approve(world.ActBy("head", "2"), kName, Catalog::Etag(at)).value();
  REQUIRE(All(world, {.state = State::kRunning}).size() == 1);
  world.clock.Advance(absl::Hours(24 * 30));
  const auto late = All(world, {.overdue = true});
  REQUIRE(late.size() == 1);
  CHECK(world.updates->Shown(late[0])->overdue());
  CHECK(world.updates->Shown(late[0])->working_days_left() < 0);
  REQUIRE(
      world.catalog->Return(world.ActBy("officer", "r"), kName, Catalog::Etag(at), "缺项").ok());
  CHECK(All(world, {.state = State::kRunning}).empty());
  const auto ended = All(world, {.overdue = true});
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].clock.fields().state == State::kMet);
  CHECK(ended[0].clock.fields().revision == 0);
  CHECK(world.updates->Shown(ended[0])->working_days_left() == 0);
}

TEST_CASE("An update clock ends with the publication that names it", "[catalog][update]") {
  TestWorld world;
  world.Publish();
  REQUIRE(world.updates->Report(world.By("editor"), Change(world)).ok());
  const std::string clock = One(world, Kind::kUpdate).clock.fields().name;
  REQUIRE(world.catalog->Update(world.By("editor"), kName, "", GoodEntry()).ok());
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"updateClocks/none"}, {clock, clock}, {All(world)[0].clock.fields().name + "x"}}) {
    CHECK(absl::IsInvalidArgument(
        world.catalog->Submit(world.By("editor"), kName, "", wrong).status()));
  }
  auto at = world.catalog->Submit(world.By("editor"), kName, "", {clock}).value();
  world.Reopen();
  at = world.catalog->Approve(world.ActBy("head", "2"), kName, Catalog::Etag(at)).value();
  CHECK(One(world, Kind::kUpdate).clock.fields().state == State::kRunning);
  at = world.catalog->Publish(world.ActBy("officer", "2"), kName, Catalog::Etag(at)).value();
  const Updates::Loaded ended = One(world, Kind::kUpdate);
  CHECK(ended.clock.fields().state == State::kMet);
  CHECK(ended.clock.fields().revision == 2);
  // It answers no second revision.
  REQUIRE(world.catalog->Update(world.By("editor"), kName, "", GoodEntry()).ok());
  CHECK(absl::IsInvalidArgument(
      world.catalog->Submit(world.By("editor"), kName, "", {clock}).status()));
}

TEST_CASE("An update is extended by the authority, and completed where nothing changes",
          "[catalog][update]") {
  TestWorld world;
  world.Publish();
  REQUIRE(world.updates->Report(world.By("officer"), Change(world)).ok());
  Updates::Loaded at = One(world, Kind::kUpdate);
  const std::string name = at.clock.fields().name;
  const absl::CivilDay due = at.clock.fields().clock.due.day;
  const auto asked =
      world.updates->AskExtension(world.By("editor"), name, EtagOf(world, at), 5, "系统改造");
  REQUIRE(asked.ok());
  CHECK(absl::IsAborted(
      world.updates->AskExtension(world.By("editor"), name, EtagOf(world, at), 5, "再问").status()));
  CHECK(world.updates->AskExtension(world.By("tax-editor"), name, "v1", 5, "?").status() ==
        Error::NotVisible(name));
  CHECK(world.updates->Complete(world.By("tax-editor"), "updateClocks/none", "v1", "?").status() ==
        Error::NotVisible("updateClocks/none"));
  const auto consented = world.updates->ConsentExtension(world.ActBy("officer", "c"), name,
                                                         EtagOf(world, *asked), "演数函1号");
  REQUIRE(consented.ok());
  world.Reopen();
  at = One(world, Kind::kUpdate);
  CHECK(at.clock.fields().clock.due.day ==
        statute::Due(TestCalendars(), "cn", due, 5).value().day);
  CHECK(at.clock.fields().extension->consented);
  CHECK(world.updates->Shown(at)->superseded_due_times_size() == 1);
  CHECK(world.Events().back().has_act());
  const auto completed = world.updates->Complete(world.ActBy("head", "d"), name,
                                                 EtagOf(world, at), "该目录不受影响。");
  REQUIRE(completed.ok());
  CHECK(One(world, Kind::kUpdate).clock.fields().state == State::kUnchanged);
  CHECK(One(world, Kind::kUpdate).clock.fields().statement == "该目录不受影响。");
}

TEST_CASE("What is withdrawn drops its clocks", "[catalog][update]") {
  TestWorld world;
  auto at = world.Publish();
  REQUIRE(world.updates->Report(world.By("officer"), Change(world)).ok());
  at = world.catalog
           ->Withdraw(world.ActBy("officer", "w"), kName, Catalog::Etag(at), "机构改革", "")
           .value();
  CHECK(One(world, Kind::kUpdate).clock.fields().state == State::kDropped);
  DutyChange named = Change(world);
  named.resources = {kName};
  CHECK(absl::IsFailedPrecondition(world.updates->Report(world.By("officer"), named).status()));
}

TEST_CASE("No clock starts behind a withdrawal's back", "[catalog][update]") {
  TestWorld world;
  const auto at = world.Publish();
  // What the withdrawal would commit, having looked for clocks, and a report that comes first.
  Resource::Fields gone = at.resource.fields();
  gone.published->state = Resource::State::kWithdrawn;
  std::vector<evidence::AuditRecord> records;
  kv::Batch batch;
  REQUIRE(world.updates
              ->Follow(evidence::v1::RESOURCE_STATE_CHANGED, at.resource,
                       Resource::Restore(gone), world.By("officer"), world.clock.Now(), &records,
                       &batch)
              .ok());
  REQUIRE(world.updates->Report(world.By("officer"), Change(world)).ok());
  CHECK(absl::IsAborted(world.kv.Commit(std::move(batch)).status()));

  // The other way round, and at once: whichever comes first, a withdrawn entry has no clock.
  for (int round = 0; round < 20; ++round) {
    TestWorld fresh;
    const auto published = fresh.Publish();
    const Cause withdrawing = fresh.ActBy("officer", "w");
    const Cause reporting = fresh.By("officer");
    const DutyChange change = Change(fresh);
    absl::Status withdrawn;
    std::thread one([&] {
      withdrawn = fresh.catalog
                      ->Withdraw(withdrawing, kName, Catalog::Etag(published), "机构改革", "")
                      .status();
    });
    std::thread two([&] { (void)fresh.updates->Report(reporting, change); });
    one.join();
    two.join();
    INFO(withdrawn);
    REQUIRE(withdrawn.ok());
    CHECK(fresh.update_store->OpenOf(kName)->empty());
  }
}

TEST_CASE("A due date that no calendar covered is counted again when it is read",
          "[catalog][update]") {
  TestWorld world;
  world.Publish();
  DutyChange ahead = Change(world);
  ahead.effect_time = world.clock.Now() + absl::Hours(24 * 300);  // in a year without a calendar
  REQUIRE(world.updates->Report(world.By("officer"), ahead).ok());
  const Updates::Loaded at = One(world, Kind::kUpdate);
  CHECK(world.updates->Shown(at)->provisional());
  CHECK(All(world, {.kind = Kind::kUpdate, .overdue = true}).empty());
}

}  // namespace
}  // namespace shareway::catalog
