// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/sources.h"

#include <atomic>
#include <functional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/codes/fold.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kEntry[] = "resources/306002-000001";

Source::Request GoodRequest() {
  return {.name = "sources/aid-amount",
          .title = "保障金额",
          .resource = kEntry,
          .item = "amount",
          .document = "演数函〔2026〕1号"};
}

TEST_CASE("A form's designer learns what is published already and how to get it",
          "[catalog][source]") {
  TestWorld world;
  CHECK(world.sources->Check({{.name = "保障金额"}})->front().matches.empty());
  world.Publish();
  const auto found = world.sources->Check({{.name = "救助 金额"}, {.name = "鞋码"}});
  REQUIRE(found.ok());
  REQUIRE(found->size() == 2);
  REQUIRE(found->front().matches.size() == 1);
  const Sources::Match& match = found->front().matches[0];
  CHECK(match.likeness == Likeness::kSynonym);
  CHECK(match.resource == kEntry);
  CHECK(match.item.id == "amount");
  CHECK(match.provider_name == "演示市民政局");
  CHECK(match.share_class == ShareClass::kConditional);
  CHECK(absl::StrContains(match.article, "第十九条"));
  CHECK(found->back().matches.empty());
  // Kept once for one request id, and citable by name.
  const Cause cause = world.By("tax-editor", "form-1");
  const auto name = world.sources->Keep(cause, *found);
  REQUIRE(name.ok());
  CHECK(world.Events().back().kind() == evidence::v1::COLLECTION_CHECKED);
  CHECK(world.Events().back().object() == *name);
  const size_t events = world.Events().size();
  CHECK(world.sources->Keep(cause, *found).value() == *name);
  CHECK(world.Events().size() == events);
  // The answer survives a restart.
  world.Reopen();
  CHECK(world.sources->Check({{.name = "保障金额"}})->front().matches.size() == 1);
}

TEST_CASE("A check of nothing, of too much or of no name is refused with its field",
          "[catalog][source]") {
  TestWorld world;
  for (const auto& [items, field] :
       std::vector<std::pair<std::vector<Sources::Asked>, std::string>>{
           {{}, "items"},
           {std::vector<Sources::Asked>(41, {.name = "姓名"}), "items"},
           {{{.name = ""}}, "items[0].name"},
           {{{.name = "姓名"}, {.name = "、、"}}, "items[1].name"},
           {{{.name = "姓名", .definition = std::string(501, 'x')}}, "items[0].definition"}}) {
    const absl::Status refused = world.sources->Check(items).status();
    REQUIRE(absl::IsInvalidArgument(refused));
    CHECK(DetailsOf(refused)->fields.at(0).field == field);
  }
}

TEST_CASE("The largest check that may be asked is kept", "[catalog][source]") {
  TestWorld world;
  // 40 names of 100 characters of four bytes, each with 10 matches in codes of 50 characters.
  std::string name;
  for (int i = 0; i < 100; ++i) name += "𠮷";
  Sources::Finding finding = {.name = name};
  for (size_t i = 0; i < Sources::kMaxMatches; ++i) {
    finding.matches.push_back(
        {.resource = absl::StrCat("resources/306002", std::string(43, '0'), "-", i),
         .item = {.id = std::string(64, 'a')}});
  }
  const std::vector<Sources::Finding> findings(Sources::kMaxItems, finding);
  const auto kept = world.sources->Keep(world.By("tax-editor"), findings);
  INFO(kept.status());
  REQUIRE(kept.ok());
  v1::CollectionCheck check;
  REQUIRE(check.ParseFromString(world.Events().back().state()));
  REQUIRE(check.found_size() == static_cast<int>(Sources::kMaxItems));
  for (const auto& found : check.found()) {
    CHECK(found.name() == name);
    CHECK(found.places_size() == check.found(0).places_size());
    CHECK(found.places_size() >= 5);
    CHECK(found.places(0) == finding.matches[0].resource + "/" + finding.matches[0].item.id);
  }
}

TEST_CASE("A check ends between two items once nobody waits for it", "[catalog][source]") {
  TestWorld world;
  int asked = 0;
  const auto refused = world.sources->Check({{.name = "姓名"}, {.name = "性别"}, {.name = "民族"}},
                                            [&] { return ++asked == 2; });
  CHECK(absl::IsCancelled(refused.status()));
  CHECK(asked == 2);
}

TEST_CASE("The authority in charge designates one source, and a second one names the first",
          "[catalog][source]") {
  TestWorld world;
  world.Publish();
  const auto first = world.sources->Designate(world.ActBy("officer", "1"), GoodRequest(), "");
  REQUIRE(first.ok());
  CHECK(first->source.fields().provider == kCivil);
  CHECK(first->source.fields().authority == "authorities/city");
  CHECK(world.Events().back().kind() == evidence::v1::SOURCE_DESIGNATED);
  CHECK(world.Events().back().has_act());
  CHECK(world.sources->Check({{.name = "保障金额"}})->front().matches.at(0).source ==
        "sources/aid-amount");

  const auto refused = [&](Source::Request request, const std::string& etag) {
    return world.sources->Designate(world.ActBy("officer", "2"), std::move(request), etag).status();
  };
  CHECK(absl::IsFailedPrecondition(refused(GoodRequest(), "")));
  CHECK(absl::IsAborted(refused(GoodRequest(), "v0")));
  Source::Request other = GoodRequest();
  other.name = "sources/other";
  CHECK(DetailsOf(refused(other, ""))->metadata.at("source") == "sources/aid-amount");
  other.title = "救助金额";  // a synonym
  other.item = "since";
  CHECK(DetailsOf(refused(other, ""))->metadata.at("source") == "sources/aid-amount");
  other.title = "发放金额";  // the same place
  other.item = "amount";
  CHECK(DetailsOf(refused(other, ""))->metadata.at("source") == "sources/aid-amount");

  Source::Request next = GoodRequest();
  next.item = "since";
  const auto second =
      world.sources->Designate(world.ActBy("officer", "3"), next, Sources::Etag(*first));
  REQUIRE(second.ok());
  CHECK(second->source.fields().designation == 2);
  CHECK(world.source_store->LoadDesignation("sources/aid-amount", 1)->fields().request.item ==
        "amount");
  CHECK(world.source_store->AtPlace(kEntry, "amount").value().empty());
  CHECK(world.source_store->List("", 10)->size() == 1);
}

// The city over a county, which is in charge of civil affairs and for which tax acts.
std::string CountyBootstrap(const crypto::PublicKey& admin_key) {
  const std::string civil = AgencyLine(kCivil, "演示市民政局");
  return absl::StrCat(
      absl::StrReplaceAll(
          TestBootstrap(admin_key),
          {{civil, absl::StrReplaceAll(civil, {{"authorities/city", "authorities/county"}})}}),
      R"({"authority":{"name":"authorities/county","displayName":"演示县数据局","level":"COUNTY",)",
      R"("division":"990101","superior":"authorities/city","ownGovernment":"演示县人民政府",)",
      R"("profile":"cn-2025-809","agency":")", kTax, "\"}}\n",
      PersonLine("county", kTax, "SHARING_AUTHORITY"));
}

TEST_CASE("An authority below the one that designated a source does not replace it",
          "[catalog][source]") {
  TestWorld world(CountyBootstrap(
      crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256).public_key()));
  REQUIRE(world.founded.ok());
  Entry entry = GoodEntry();
  entry.division = "990101";
  const auto draft = world.catalog->Create(world.By("editor"), entry, false).value();
  const std::string name = draft.resource.fields().name;
  auto next = world.catalog->Submit(world.By("editor"), name, "").value();
  next = world.catalog->Approve(world.ActBy("head"), name, Catalog::Etag(next)).value();
  REQUIRE(world.catalog->Publish(world.ActBy("county"), name, Catalog::Etag(next)).ok());
  const auto first = world.sources->Designate(world.ActBy("officer", "1"), GoodRequest(), "");
  REQUIRE(first.ok());
  REQUIRE(first->source.fields().authority == "authorities/city");

  Source::Request displacing = GoodRequest();
  displacing.title = "县内试用项";
  displacing.item = "since";
  const absl::Status refused =
      world.sources->Designate(world.ActBy("county", "2"), displacing, Sources::Etag(*first))
          .status();
  CHECK(absl::IsPermissionDenied(refused));
  CHECK(DetailsOf(refused)->metadata.at("agency") == kCivil);
  CHECK(world.source_store->OfTitle(codes::FoldName("保障金额")).value() == "sources/aid-amount");
  // Its own superior may.
  CHECK(world.sources->Designate(world.ActBy("officer", "3"), displacing, Sources::Etag(*first))
            .ok());
}

TEST_CASE("Of two designations at once under two synonyms one is made", "[catalog][source]") {
  for (int round = 0; round < 20; ++round) {
    // A name, a title and a place of its own for each, and the titles are synonyms.
    TestWorld fresh;
    fresh.Publish();
    Source::Request other = GoodRequest();
    other.name = "sources/other";
    other.title = "救助金额";
    other.item = "since";
    std::atomic<int> made = 0;
    const auto designate = [&](const Source::Request& request, const Cause& cause) {
      if (fresh.sources->Designate(cause, request, "").ok()) ++made;
    };
    std::thread one(designate, GoodRequest(), fresh.ActBy("officer", "1"));
    std::thread two(designate, other, fresh.ActBy("officer", "2"));
    one.join();
    two.join();
    CHECK(made == 1);
  }
}

TEST_CASE("A designation is refused for each of its parts that is wrong", "[catalog][source]") {
  TestWorld world;
  world.Publish();
  for (const auto& [spoil, code] :
       std::vector<std::pair<std::function<void(Source::Request*)>, absl::StatusCode>>{
           {[](auto* r) { r->name = "sources/A"; }, absl::StatusCode::kInvalidArgument},
           {[](auto* r) { r->name = "aid"; }, absl::StatusCode::kInvalidArgument},
           {[](auto* r) { r->title = ""; }, absl::StatusCode::kInvalidArgument},
           {[](auto* r) { r->title = "、"; }, absl::StatusCode::kInvalidArgument},
           {[](auto* r) { r->resource = "x"; }, absl::StatusCode::kInvalidArgument},
           {[](auto* r) { r->document = ""; }, absl::StatusCode::kInvalidArgument},
           {[](auto* r) { r->resource = "resources/9"; }, absl::StatusCode::kFailedPrecondition},
           {[](auto* r) { r->item = "none"; }, absl::StatusCode::kFailedPrecondition}}) {
    Source::Request request = GoodRequest();
    spoil(&request);
    CHECK(world.sources->Designate(world.ActBy("officer"), request, "").status().code() == code);
  }
  CHECK(absl::IsPermissionDenied(
      world.sources->Designate(world.ActBy("editor"), GoodRequest(), "").status()));
}

TEST_CASE("The negative list is for the authority in charge, whole, and without the shared",
          "[catalog][source]") {
  TestWorld world;
  world.Publish();
  std::vector<std::string> listed;
  const auto list = [&](const std::string& who) {
    listed.clear();
    return world.sources->Negatives(world.By(who).caller, "authorities/city",
                                    [&](const Sources::Negative& negative) {
                                      listed.push_back(negative.resource);
                                      CHECK(negative.items.size() == 1);
                                      CHECK_FALSE(negative.whole);
                                      CHECK_FALSE(negative.article.empty());
                                      return absl::OkStatus();
                                    });
  };
  REQUIRE(list("officer").ok());
  CHECK(listed.empty());
  Entry entry = GoodEntry();
  entry.code = "306002/000002";
  entry.items[2].share_class = ShareClass::kNotShared;
  entry.not_shared_reason = "法律规定不得提供。";
  entry.not_shared_basis = {
      {.level = BasisLevel::kLaw, .title = "演示法", .article = "第一条"}};
  world.Publish(entry);
  REQUIRE(list("officer").ok());
  CHECK(listed == std::vector<std::string>{"resources/306002-000002"});
  CHECK(absl::IsPermissionDenied(list("tax-editor")));

  // It is on record with what was written, also if the reader goes away at the last entry.
  const auto write = [&](const std::string& who, const absl::Status& answer) {
    return world.sources->ExportNegatives(world.By(who), "authorities/city",
                                          [&](const v1::NegativeEntry&) { return answer; });
  };
  const auto whole = write("officer", absl::OkStatus());
  REQUIRE(whole.ok());
  CHECK(whole->entries() == 1);
  size_t events = world.Events().size();
  CHECK(absl::IsCancelled(write("officer", absl::CancelledError("gone")).status()));
  REQUIRE(world.Events().size() == events + 1);
  CHECK(world.Events().back().kind() == evidence::v1::NEGATIVE_LIST_EXPORTED);
  CHECK(world.Events().back().state() == whole->SerializeAsString());
  // Who may not see it leaves no record of an export.
  events = world.Events().size();
  CHECK(absl::IsPermissionDenied(write("tax-editor", absl::OkStatus()).status()));
  CHECK(world.Events().size() == events);
}

}  // namespace
}  // namespace shareway::catalog
