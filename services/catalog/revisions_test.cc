// SPDX-License-Identifier: Apache-2.0
// Revisions of entries: their history, what differs, and drafts that are deleted.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "services/catalog/store/difference.h"
#include "services/catalog/store/resource_message.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kName[] = "resources/306002-000001";
using State = Resource::State;
using Face = Resource::Face;

v1::Resource MessageOf(const Entry& entry) {
  return ToMessage(kName, Resource::Published{.entry = entry});
}

// Publishes a revision of what is published.
Catalog::Loaded Revise(TestWorld* world, Entry entry) {
  auto at = world->catalog->Update(world->By("editor"), kName, "", std::move(entry)).value();
  at = world->catalog->Submit(world->By("editor"), kName, "").value();
  at = world->catalog->Approve(world->ActBy("head", "approve"), kName, Catalog::Etag(at)).value();
  return world->catalog->Publish(world->ActBy("officer", "publish"), kName, Catalog::Etag(at))
      .value();
}

TEST_CASE("Each revision tells who made it, when and why, and never changes",
          "[catalog][revision]") {
  TestWorld world;
  world.Publish();
  const absl::Time first = world.clock.Now();
  world.clock.Advance(absl::Hours(24));
  Entry narrower = GoodEntry();
  narrower.items.pop_back();
  narrower.change_reason = "职责调整，不再采集起始日期。";
  Catalog::Loaded at = Revise(&world, narrower);
  const absl::Time second = world.clock.Now();
  world.clock.Advance(absl::Hours(24));
  at = world.catalog
           ->Suspend(world.ActBy("officer", "suspend"), kName, Catalog::Etag(at), "核查数据质量")
           .value();
  world.Reopen();

  const auto page = world.resources->ListRevisions(kName, 0, 10);
  REQUIRE(page.ok());
  REQUIRE(page->size() == 2);
  const v1::ResourceRevision& newest = page->at(0);
  CHECK(newest.revision() == 2);
  CHECK(newest.change_reason() == narrower.change_reason);
  REQUIRE(newest.narrowings_size() == 1);
  CHECK(newest.narrowings(0).id() == "since");
  REQUIRE(newest.compilers_size() == 1);
  CHECK(newest.compilers(0) == "people/editor");
  CHECK(newest.approved_by() == "people/head");
  CHECK(newest.published_by() == "people/officer");
  CHECK(evidence::FromTimestamp(newest.approve_time()) == second);
  CHECK(evidence::FromTimestamp(newest.publish_time()) == second);
  CHECK(newest.has_approval());
  CHECK(newest.has_publication());
  REQUIRE(newest.state_changes_size() == 1);
  CHECK(newest.state_changes(0).state() == v1::Resource::SUSPENDED);
  CHECK(newest.state_changes(0).reason() == "核查数据质量");
  CHECK(newest.state_changes(0).changed_by() == "people/officer");
  const v1::ResourceRevision& oldest = page->at(1);
  CHECK(oldest.revision() == 1);
  CHECK(oldest.narrowings_size() == 0);
  CHECK(oldest.state_changes_size() == 0);
  CHECK(evidence::FromTimestamp(oldest.publish_time()) == first);
  CHECK(world.resources->RevisionMessage(kName, 1)->items_size() == 4);

  CHECK(world.resources->ListRevisions(kName, 2, 10)->size() == 1);
  CHECK(world.resources->ListRevisions(kName, 1, 10)->empty());
  CHECK(world.resources->ListRevisions(kName, 0, 1)->front().revision() == 2);
}

TEST_CASE("A submission that narrows without a reason is refused and changes nothing",
          "[catalog][revision]") {
  TestWorld world;
  world.Publish();
  Entry narrower = GoodEntry();
  narrower.update_cycle = UpdateCycle::kYearly;
  REQUIRE(world.catalog->Update(world.By("editor"), kName, "", narrower).ok());
  const size_t before = world.Events().size();
  const absl::Status refused = world.catalog->Submit(world.By("editor"), kName, "").status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(absl::StrContains(refused.message(), "R25"));
  CHECK(world.Events().size() == before);
  CHECK(world.resources->Load(kName)->resource.StateOf(Face::kWorking) == State::kDraft);
}

TEST_CASE("Two revisions differ by field and by item, and what narrows is marked",
          "[catalog][revision]") {
  Entry after = GoodEntry();
  after.title = "最低生活保障对象信息（新）";
  after.items.erase(after.items.begin() + 3);
  after.items[0].share_class = ShareClass::kNotShared;
  after.items[1].length = 60;
  after.items.push_back(
      {.id = "town", .name = "乡镇", .type = ItemType::kText, .grading = Grading::kGeneral});
  after.update_cycle = UpdateCycle::kDaily;
  after.keywords.clear();
  const v1::DiffResourceRevisionsResponse found =
      Difference(MessageOf(GoodEntry()), MessageOf(after));
  std::map<std::string, const v1::ResourceDifference*> rows;
  for (const v1::ResourceDifference& row : found.differences()) {
    rows[absl::StrCat(row.field(), "/", row.id(), "/", row.subfield())] = &row;
  }
  REQUIRE(rows.size() == 8);
  const auto row = [&rows](const std::string& at) -> const v1::ResourceDifference& {
    INFO(at);
    REQUIRE(rows.contains(at));
    return *rows.at(at);
  };
  CHECK(row("title//").before() == GoodEntry().title);
  CHECK(row("title//").after() == after.title);
  CHECK(row("title//").kind() == v1::ResourceDifference::CHANGED);
  CHECK_FALSE(row("title//").narrows());
  CHECK(row("items/since/").kind() == v1::ResourceDifference::REMOVED);
  CHECK(row("items/since/").narrows());
  CHECK(row("items/since/").after().empty());
  CHECK(row("items/town/").kind() == v1::ResourceDifference::ADDED);
  CHECK(absl::StrContains(row("items/town/").after(), "乡镇"));
  CHECK(row("items/cert_no/share_class").after() == "NOT_SHARED");
  CHECK(row("items/cert_no/share_class").narrows());
  CHECK(row("items/name/length").before() == "50");
  CHECK(row("items/name/length").after() == "60");
  CHECK(row("update_cycle//").after() == "DAILY");
  CHECK_FALSE(row("update_cycle//").narrows());
  CHECK(row("keywords//").kind() == v1::ResourceDifference::REMOVED);
  CHECK(row("share_class//").after() == "NOT_SHARED");
  CHECK(found.narrowings_size() == 2);

  CHECK(Difference(MessageOf(after), MessageOf(after)).differences_size() == 0);
  // State, etag and freshness are told of an entry, and are no part of what was compiled.
  v1::Resource told = MessageOf(after);
  told.set_etag("v9");
  told.set_state(v1::Resource::SUSPENDED);
  told.set_stale_reminders(3);
  CHECK(Difference(MessageOf(after), told).differences_size() == 0);
}

TEST_CASE("A deleted draft leaves its code free, a deleted working copy what is published",
          "[catalog][revision]") {
  TestWorld world;
  auto draft = world.catalog->Create(world.By("editor", "id-0"), GoodEntry(), false).value();
  const std::string etag = Catalog::Etag(draft);
  CHECK(world.catalog->DeleteDraft(world.By("tax-editor"), kName, etag).status() ==
        Error::NotVisible(kName));
  CHECK(absl::IsInvalidArgument(
      world.catalog->DeleteDraft(world.By("editor"), kName, "").status()));
  CHECK(absl::IsAborted(world.catalog->DeleteDraft(world.By("editor"), kName, "v99999").status()));
  const auto deleted = world.catalog->DeleteDraft(world.By("editor", "id-1"), kName, etag);
  REQUIRE(deleted.ok());
  CHECK(absl::IsNotFound(world.resources->Load(kName).status()));
  CHECK(world.resources->List(kCivil, "", 10)->empty());
  const evidence::AuditRecord record = world.Events().back();
  CHECK(record.kind() == evidence::v1::RESOURCE_DRAFT_DELETED);
  CHECK(record.agencies_size() == 2);
  store::ResourceChange was;
  REQUIRE(was.ParseFromString(record.state()));
  CHECK(was.record().working().title() == GoodEntry().title);
  // The same request again is answered again, and finds nothing.
  const size_t before = world.Events().size();
  CHECK(world.catalog->DeleteDraft(world.By("editor", "id-1"), kName, etag).ok());
  CHECK(world.Events().size() == before);
  CHECK(world.catalog->DeleteDraft(world.By("editor"), kName, etag).status() ==
        Error::NotVisible(kName));
  // Nor does the request that made it make it again.
  CHECK(world.catalog->Create(world.By("editor", "id-0"), GoodEntry(), false).status() ==
        Error::NotVisible(kName));
  CHECK(world.Events().size() == before);

  world.Publish();  // the code is free
  Entry other = GoodEntry();
  other.title = "另一名称";
  const auto working = world.catalog->Update(world.By("editor"), kName, "", other).value();
  const auto left =
      world.catalog->DeleteDraft(world.By("editor"), kName, Catalog::Etag(working)).value();
  CHECK_FALSE(left.resource.fields().working);
  CHECK(left.resource.fields().published->entry.title == GoodEntry().title);
  CHECK(world.resources->Load(kName)->resource.StateOf(Face::kPublished) == State::kPublished);
  CHECK(absl::IsFailedPrecondition(
      world.catalog->DeleteDraft(world.By("editor"), kName, Catalog::Etag(left)).status()));
  CHECK(world.resources->List(kCivil, "", 10)->size() == 1);
}

}  // namespace
}  // namespace shareway::catalog
