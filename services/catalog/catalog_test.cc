// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/catalog.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/search/test_ready.h"
#include "services/catalog/world_test.h"
#include "shareway/catalog/v1/catalog_service.pb.h"

namespace shareway::catalog {
namespace {

constexpr char kName[] = "resources/306002-000001";
using State = Resource::State;
using Face = Resource::Face;

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

std::vector<v1::CatalogChange> Changes(const TestWorld& world) {
  std::vector<v1::CatalogChange> changes;
  const auto entries = world.resources->log().Read(0, 100).value();
  for (const auto& [number, bytes] : entries) {
    changes.emplace_back().ParseFromString(bytes);
  }
  return changes;
}

size_t Found(const TestWorld& world, const std::string& words) {
  REQUIRE(search::AwaitReady(world.index.get()));
  return world.index->Search({.words = words}).value().hits.size();
}

TEST_CASE("A published entry is announced, found, and recorded step by step", "[catalog]") {
  TestWorld world;
  const size_t before = world.Events().size();
  const Catalog::Loaded published = world.Publish();
  CHECK(published.resource.StateOf(Face::kPublished) == State::kPublished);

  const std::vector<v1::CatalogChange> changes = Changes(world);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].resource().name() == kName);
  CHECK(changes[0].resource().state() == v1::Resource::PUBLISHED);
  CHECK(changes[0].resource().share_class() == v1::CONDITIONAL);
  CHECK(changes[0].resource().profile() == "cn-2025-809@1");
  CHECK(Found(world, "低保 民政局") == 1);

  const std::vector<evidence::AuditRecord> events = world.Events();
  REQUIRE(events.size() == before + 6);
  // The approval starts the authority's clock, and the publication ends it.
  const evidence::RecordKind kinds[] = {
      evidence::v1::RESOURCE_DRAFTED,  evidence::v1::RESOURCE_SUBMITTED,
      evidence::v1::RESOURCE_APPROVED, evidence::v1::UPDATE_CLOCK_CHANGED,
      evidence::v1::RESOURCE_PUBLISHED, evidence::v1::UPDATE_CLOCK_CHANGED};
  for (size_t i = 0; i < 6; ++i) {
    const evidence::AuditRecord& event = events[before + i];
    CHECK(event.kind() == kinds[i]);
    CHECK(event.resource() == kName);
    CHECK(event.has_act() == (i >= 2));
    CHECK(event.rule() == "cn-2025-809@1");
    CHECK(event.agencies_size() == 2);
    CHECK_FALSE(event.state().empty());
  }
}

TEST_CASE("The grant under which an item was received is told to all who follow", "[catalog]") {
  TestWorld world;
  Entry entry = GoodEntry();
  entry.items[2].received_under = "grants/abc";
  world.Publish(entry);
  world.Reopen();
  const std::vector<v1::CatalogChange> changes = Changes(world);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].resource().items(1).received_under().empty());
  CHECK(changes[0].resource().items(2).received_under() == "grants/abc");
  CHECK(world.resources->Load(kName)
            ->resource.fields()
            .published->entry.items[2]
            .received_under == "grants/abc");
}

TEST_CASE("Drafts are invisible to everyone else, and absent ones look the same", "[catalog]") {
  TestWorld world;
  REQUIRE(world.catalog->Create(world.By("editor"), GoodEntry(), false).ok());
  const auto by_stranger = world.catalog->Submit(world.By("tax-editor"), kName, "");
  CHECK(by_stranger.status() == Error::NotVisible(kName));
  const char* absent = "resources/306002-000009";
  CHECK(world.catalog->Submit(world.By("tax-editor"), absent, "").status() ==
        Error::NotVisible(absent));
  CHECK(absl::IsInvalidArgument(world.catalog->Submit(world.By("editor"), "x", "").status()));
  // Nobody compiles for another agency.
  Entry foreign = GoodEntry();
  CHECK(absl::IsPermissionDenied(
      world.catalog->Create(world.By("tax-editor"), foreign, false).status()));
  CHECK(Found(world, "低保") == 0);
}

TEST_CASE("Validation alone stores nothing", "[catalog]") {
  TestWorld world;
  const size_t before = world.Events().size();
  const auto checked = world.catalog->Create(world.By("editor", "id-1"), GoodEntry(), true);
  REQUIRE(checked.ok());
  CHECK(Catalog::Etag(*checked).empty());
  CHECK(absl::IsNotFound(world.resources->Load(kName).status()));
  CHECK(world.Events().size() == before);
  Entry bad = GoodEntry();
  bad.title.clear();
  CHECK(absl::IsInvalidArgument(world.catalog->Create(world.By("editor"), bad, true).status()));
}

TEST_CASE("Nothing of a refused secret is kept", "[catalog]") {
  TestWorld world;
  const size_t before = world.Events().size();
  Entry secret = GoodEntry();
  secret.abstract = "某地坐标清单，机密★20年";
  const absl::Status refused =
      world.catalog->Create(world.By("editor", "id-1"), secret, false).status();
  CHECK(ReasonOf(refused) == Reason::kSecretRefused);
  CHECK(world.Events().size() == before);
  bool kept = false;
  REQUIRE(world.kv
              .Scan("", "",
                    [&kept](absl::string_view, absl::string_view value, uint64_t) {
                      kept = kept || absl::StrContains(value, "坐标清单");
                      return true;
                    })
              .ok());
  CHECK_FALSE(kept);
  CHECK_FALSE(absl::StrContains(refused.ToString(), "坐标"));
}

TEST_CASE("A code is taken once", "[catalog]") {
  TestWorld world;
  REQUIRE(world.catalog->Create(world.By("editor", "id-1"), GoodEntry(), false).ok());
  CHECK(absl::IsAlreadyExists(
      world.catalog->Create(world.By("editor", "id-2"), GoodEntry(), false).status()));
  CHECK(world.catalog->Create(world.By("editor", "id-1"), GoodEntry(), false).ok());
  CHECK(ReasonOf(world.catalog->Create(world.By("editor", "id-1", "other"), GoodEntry(), false)
                     .status()) == Reason::kRequestIdReused);
}

TEST_CASE("A stale etag is refused, and signed acts name one", "[catalog]") {
  TestWorld world;
  const auto draft = world.catalog->Create(world.By("editor"), GoodEntry(), false).value();
  const auto second =
      world.catalog->Update(world.By("editor"), kName, Catalog::Etag(draft), GoodEntry()).value();
  CHECK(Catalog::Etag(second) != Catalog::Etag(draft));
  CHECK(ReasonOf(world.catalog->Update(world.By("editor"), kName, Catalog::Etag(draft), GoodEntry())
                     .status()) == Reason::kChangedMeanwhile);
  REQUIRE(world.catalog->Submit(world.By("editor"), kName, "").ok());
  CHECK(absl::IsInvalidArgument(world.catalog->Approve(world.ActBy("head"), kName, "").status()));
  CHECK(ReasonOf(
            world.catalog->Approve(world.ActBy("head"), kName, Catalog::Etag(second)).status()) ==
        Reason::kChangedMeanwhile);
}

TEST_CASE("Every step can be retried after a store fault", "[catalog][fault]") {
  const auto [what, outcome, landed] = GENERATE(table<const char*, kv::Outcome, bool>(
      {{"write lost", {.apply = false, .status = absl::UnavailableError("disk")}, false},
       {"only the answer lost", {.apply = true, .status = absl::UnavailableError("disk")}, true}}));
  CAPTURE(what);
  TestWorld world;
  const kv::Outcome fault = outcome;
  const auto faulty = [&world, &fault](auto step) {
    world.kv.on_commit = [fault](const kv::Batch&) { return fault; };
    CHECK(absl::IsUnavailable(step().status()));
    world.kv.on_commit = nullptr;
    const auto again = step();
    CAPTURE(again.status().ToString());
    REQUIRE(again.ok());
    return *again;
  };
  Catalog::Loaded at =
      faulty([&] { return world.catalog->Create(world.By("editor", "id-1"), GoodEntry(), false); });
  at = faulty([&] { return world.catalog->Submit(world.By("editor", "id-2"), kName, ""); });
  Cause approve = world.ActBy("head");
  approve.once.request_id = "id-3";
  at = faulty([&] { return world.catalog->Approve(approve, kName, Catalog::Etag(at)); });
  Cause publish = world.ActBy("officer");
  publish.once.request_id = "id-4";
  const std::string etag = Catalog::Etag(at);
  world.kv.on_commit = [fault](const kv::Batch&) { return fault; };
  CHECK(absl::IsUnavailable(world.catalog->Publish(publish, kName, etag).status()));
  // Search shows what the store has, whatever the caller was told.
  CHECK(Found(world, "低保") == (landed ? 1 : 0));
  world.kv.on_commit = nullptr;
  REQUIRE(world.catalog->Publish(publish, kName, etag).ok());
  CHECK(Found(world, "低保") == 1);
  CHECK(Changes(world).size() == 1);
  size_t published = 0;
  for (const auto& event : world.Events()) {
    published += event.kind() == evidence::v1::RESOURCE_PUBLISHED ? 1 : 0;
  }
  CHECK(published == 1);
}

TEST_CASE("A restart knows what was published", "[catalog]") {
  TestWorld world;
  world.Publish();
  world.Reopen();
  CHECK(Found(world, "最低生活保障") == 1);
  CHECK(Found(world, "民政局") == 1);
  const auto loaded = world.resources->Load(kName);
  REQUIRE(loaded.ok());
  CHECK(loaded->resource.fields().published->entry.items.size() == 4);
  CHECK(loaded->resource.fields().item_types.at("amount") == ItemType::kDecimal);
}

TEST_CASE("A suspension is announced and takes the entry out of search", "[catalog]") {
  TestWorld world;
  const Catalog::Loaded published = world.Publish();
  const auto suspended = world.catalog->Suspend(world.ActBy("officer"), kName,
                                                Catalog::Etag(published), "数据核查");
  REQUIRE(suspended.ok());
  CHECK(Found(world, "低保") == 0);
  CHECK(Changes(world).back().resource().state() == v1::Resource::SUSPENDED);
  CHECK(Changes(world).back().resource().revision() == 1);
  REQUIRE(world.catalog
              ->Resume(world.ActBy("officer"), kName, Catalog::Etag(*suspended), "核查完毕")
              .ok());
  CHECK(Found(world, "低保") == 1);
  CHECK(world.Events().back().kind() == evidence::v1::RESOURCE_STATE_CHANGED);
}

TEST_CASE("Past revisions stay as they were published", "[catalog]") {
  TestWorld world;
  const Catalog::Loaded first = world.Publish();
  Entry changed = GoodEntry();
  changed.title = "低保对象信息";
  auto next =
      world.catalog->Update(world.By("editor"), kName, Catalog::Etag(first), changed).value();
  CHECK(next.resource.fields().published->entry.title == GoodEntry().title);
  CHECK(Found(world, "最低生活保障对象") == 1);
  next = world.catalog->Submit(world.By("editor"), kName, "").value();
  next = world.catalog->Approve(world.ActBy("head"), kName, Catalog::Etag(next)).value();
  REQUIRE(world.catalog->Publish(world.ActBy("officer"), kName, Catalog::Etag(next)).ok());
  CHECK(world.resources->LoadRevision(kName, 1)->entry.title == GoodEntry().title);
  CHECK(world.resources->LoadRevision(kName, 2)->entry.title == changed.title);
  CHECK(absl::IsNotFound(world.resources->LoadRevision(kName, 3).status()));
  CHECK(Found(world, "最低生活保障对象") == 0);
  CHECK(Changes(world).size() == 2);
}

TEST_CASE("The largest entry fits an audit record at every step", "[catalog]") {
  TestWorld world;
  Entry big = GoodEntry();
  for (int i = 0; big.items.size() < 500; ++i) {
    big.items.push_back({.id = absl::StrCat("an_item_id_of_some_length_", i),
                         .name = absl::StrCat("某某业务信息项之第", i, "项"),
                         .type = ItemType::kText,
                         .grading = Grading::kGeneral});
  }
  for (Entry next = big; ResourceStore::CheckSize(next).ok();) {
    big = next;
    for (Item& item : next.items) item.description += "d";
  }
  Catalog::Loaded at = world.Publish(big);
  Entry smaller = big;  // drops all but the first item
  smaller.items.resize(1);
  smaller.change_reason = "职责调整。";
  at = world.catalog->Update(world.By("editor"), kName, Catalog::Etag(at), smaller).value();
  at = world.catalog->Submit(world.By("editor"), kName, "").value();
  at = world.catalog->Approve(world.ActBy("head", "smaller"), kName, Catalog::Etag(at)).value();
  at = world.catalog->Publish(world.ActBy("officer", "smaller"), kName, Catalog::Etag(at)).value();
  CHECK(world.resources->ListRevisions(kName, 0, 1)->front().narrowings_size() == 499);
  at = world.catalog->Update(world.By("editor"), kName, Catalog::Etag(at), big).value();
  at = world.catalog->Submit(world.By("editor"), kName, "").value();
  std::string reason;
  for (int i = 0; i < 1000; ++i) reason += "缺";
  Cause back = world.ActBy("head", reason);
  at = world.catalog->Return(back, kName, Catalog::Etag(at), reason).value();
  // A suspension while a revision is under way.
  REQUIRE(world.catalog
              ->Suspend(world.ActBy("officer", reason), kName, Catalog::Etag(at), reason)
              .ok());
  for (const evidence::AuditRecord& event : world.Events()) {
    CAPTURE(evidence::v1::RecordKind_Name(event.kind()));
    CHECK(event.ByteSizeLong() < (63 << 10));
  }
}

TEST_CASE("An entry that no audit record could hold is refused", "[catalog]") {
  TestWorld world;
  Entry big = GoodEntry();
  for (int i = 0; i < 400; ++i) {
    big.items.push_back({.id = absl::StrCat("x", i),
                         .name = absl::StrCat("信息项", i),
                         .type = ItemType::kText,
                         .grading = Grading::kGeneral,
                         .description = std::string(200, 'd')});
  }
  const absl::Status refused = world.catalog->Create(world.By("editor"), big, false).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields[0].field == "resource");
}

TEST_CASE("Entries are listed by name, of one provider or all", "[catalog]") {
  TestWorld world;
  for (int i = 1; i <= 5; ++i) {
    Entry entry = GoodEntry();
    entry.code = absl::StrCat("306002/00000", i);
    REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  }
  Entry tax = GoodEntry();
  tax.code = "306005/000001";
  tax.provider = kTax;
  REQUIRE(world.catalog->Create(world.By("tax-editor"), tax, false).ok());
  const auto page = world.resources->List("", "", 4).value();
  REQUIRE(page.size() == 4);
  CHECK(page[3].resource.fields().name == "resources/306002-000004");
  CHECK(world.resources->List("", page[3].resource.fields().name, 10)->size() == 2);
  CHECK(world.resources->List(kTax, "", 10)->size() == 1);
  CHECK(world.resources->List(kCivil, "", 10)->size() == 5);
  CHECK(world.resources->List(kBureau, "", 10)->empty());
}

}  // namespace
}  // namespace shareway::catalog
