// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/codes.h"

#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "nlohmann/json.hpp"
#include "services/catalog/store/classification_file.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

std::string FileOf(const std::string& path) {
  std::ifstream file(SHAREWAY_SOURCE_DIR "/deploy/" + path);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("A code is given out once, also over a restart", "[catalog][code]") {
  TestWorld world;
  std::set<std::string> given;
  for (int i = 0; i < 3; ++i) {
    const auto code = world.codes->Generate(world.By("editor"), "306002");
    REQUIRE(code.ok());
    CHECK(code->agency() == kCivil);
    given.insert(code->code());
    world.Reopen();
  }
  CHECK(given == std::set<std::string>{"306002/000001", "306002/000002", "306002/000003"});
  // Each space counts by itself, and by its own rule.
  CHECK(world.codes->Generate(world.By("editor"), "306003")->code() == "306003990100/0001");
  CHECK(world.codes->Generate(world.By("editor"), "306012")->code() == "306012003/1");
  CHECK(absl::IsFailedPrecondition(
      world.codes->Generate(world.By("tax-editor"), "306012").status()));
}

TEST_CASE("A repeated request gets the same code, also when an entry bears it by then",
          "[catalog][code]") {
  TestWorld world;
  const Cause cause = world.By("editor", "request-1");
  const std::string code = world.codes->Generate(cause, "306002")->code();
  CHECK(world.codes->Generate(cause, "306002")->code() == code);
  CHECK(world.codes->Generate(cause, "306002")->has_reserve_time());
  Entry entry = GoodEntry();
  entry.code = code;
  REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  CHECK(world.codes->Generate(cause, "306002")->code() == code);
  CHECK_FALSE(world.codes->Generate(cause, "306002")->has_reserve_time());
}

TEST_CASE("A code that is taken is on record, for whom and by whom, and no other is",
          "[catalog][code]") {
  TestWorld world;
  const Cause cause = world.By("editor", "request-1");
  const size_t before = world.Events().size();
  REQUIRE(world.codes->Generate(cause, "306002").ok());
  std::vector<evidence::AuditRecord> events = world.Events();
  REQUIRE(events.size() == before + 1);
  const evidence::AuditRecord& record = events.back();
  CHECK(record.kind() == evidence::v1::RESOURCE_DRAFTED);
  CHECK(record.object() == "resources/306002-000001");
  REQUIRE(record.agencies_size() == 2);
  CHECK(record.agencies(0) == kCivil);
  CHECK(record.agencies(1) == kBureau);
  store::ResourceChange state;
  REQUIRE(state.ParseFromString(record.state()));
  CHECK(state.record().code() == "306002/000001");
  CHECK(state.record().provider() == kCivil);
  REQUIRE(state.record().compilers_size() == 1);
  CHECK(state.record().compilers(0) == "people/editor");
  CHECK_FALSE(state.record().has_working());
  // A repetition, a look and a refusal take nothing.
  REQUIRE(world.codes->Generate(cause, "306002").ok());
  REQUIRE(world.codes->Peek(kCivil, "306002").ok());
  CHECK_FALSE(world.codes->Generate(world.By("editor"), "999999").ok());
  CHECK(world.Events().size() == before + 1);
  // What cannot be recorded is not given out.
  world.kv.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::ResourceExhaustedError("disk full")};
  };
  CHECK_FALSE(world.codes->Generate(world.By("editor"), "306002").ok());
  world.kv.on_commit = nullptr;
  CHECK(world.codes->Peek(kCivil, "306002").value() == "306002/000002");
}

TEST_CASE("When the sequence is out, the answer says so and nothing is given twice",
          "[catalog][code]") {
  TestWorld world;
  for (int i = 1; i <= 9; ++i) {
    CHECK(world.codes->Generate(world.By("editor"), "306012")->code() ==
          absl::StrCat("306012003/", i));
  }
  for (int i = 0; i < 2; ++i) {
    const absl::Status full = world.codes->Generate(world.By("editor"), "306012").status();
    REQUIRE(absl::IsFailedPrecondition(full));
    CHECK(DetailsOf(full)->reason == Reason::kCodeSpaceFull);
    CHECK(DetailsOf(full)->metadata.at("classification") == "306012003");
  }
}

TEST_CASE("An agency that uses none of its codes gets no more of them, others do",
          "[catalog][code]") {
  TestWorld world;
  for (size_t i = 0; i < CodeStore::kMaxKept; ++i) {
    REQUIRE(world.codes->Generate(world.By("editor"), "306002").ok());
  }
  const absl::Status refused = world.codes->Generate(world.By("editor"), "306002").status();
  REQUIRE(absl::IsFailedPrecondition(refused));
  CHECK(DetailsOf(refused)->reason == Reason::kStateForbids);
  CHECK(world.codes->Generate(world.By("tax-editor"), "306002")->code() == "306002/000101");
  REQUIRE(world.codes->Generate(world.By("editor"), "306003").ok());
  Entry entry = GoodEntry();
  entry.code = "306002/000007";
  REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  CHECK(world.codes->Generate(world.By("editor"), "306002")->code() == "306002/000102");
}

TEST_CASE("A code that an entry bears is passed over, and a kept one is for its agency alone",
          "[catalog][code]") {
  TestWorld world;
  world.Publish();  // 306002/000001, chosen by hand
  CHECK(world.codes->Generate(world.By("editor"), "306002")->code() == "306002/000002");
  Entry entry = GoodEntry();
  entry.code = "306002/000002";
  entry.provider = kTax;
  const absl::Status taken =
      world.catalog->Create(world.By("tax-editor"), entry, false).status();
  CHECK(absl::IsAlreadyExists(taken));
  entry.provider = kCivil;
  REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  CHECK(world.resources->KeeperOf("resources/306002-000002").value().empty());
  CHECK(world.codes->Generate(world.By("editor"), "306002")->code() == "306002/000003");
}

TEST_CASE("An entry without a code takes the next one of its category", "[catalog][code]") {
  TestWorld world;
  Entry entry = GoodEntry();
  entry.code.clear();
  entry.category = "306002";
  const Cause cause = world.By("editor", "request-1");
  const auto tried = world.catalog->Create(world.By("editor"), entry, true);
  REQUIRE(tried.ok());
  CHECK(tried->resource.fields().code == "306002/000001");
  // What is refused takes none.
  Entry wrong = entry;
  wrong.title.clear();
  CHECK(absl::IsInvalidArgument(world.catalog->Create(world.By("editor"), wrong, false).status()));
  wrong = entry;
  wrong.items[2].source = "sources/none";
  CHECK(absl::IsFailedPrecondition(
      world.catalog->Create(world.By("editor"), wrong, false).status()));
  wrong = entry;
  for (int i = 0; ResourceStore::CheckSize(wrong).ok(); ++i) {
    wrong.items.push_back(wrong.items[1]);
    wrong.items.back().id = absl::StrCat("item", i);
    wrong.items.back().name = absl::StrCat("项", i);
    wrong.items.back().description = std::string(500, 'x');
  }
  const absl::Status large = world.catalog->Create(world.By("editor"), wrong, false).status();
  CHECK(absl::IsInvalidArgument(large));
  CHECK(absl::StrContains(large.message(), "bytes"));
  const auto made = world.catalog->Create(cause, entry, false);
  REQUIRE(made.ok());
  CHECK(made->resource.fields().code == "306002/000001");
  CHECK(world.catalog->Create(cause, entry, false)->resource.fields().code == "306002/000001");
  CHECK(world.catalog->Create(world.By("editor"), entry, false)->resource.fields().code ==
        "306002/000002");
  entry.category.clear();
  const absl::Status refused = world.catalog->Create(world.By("editor"), entry, false).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields.at(0).field == "resource.code");
}

TEST_CASE("Codes asked for at once are all different", "[catalog][code]") {
  TestWorld world;
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  std::vector<std::vector<std::string>> given(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      while (given[static_cast<size_t>(t)].size() < kEach) {
        const auto code = world.codes->Generate(world.By("editor"), "306002");
        if (code.ok()) given[static_cast<size_t>(t)].push_back(code->code());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> all;
  for (const std::vector<std::string>& some : given) all.insert(some.begin(), some.end());
  CHECK(all.size() == kThreads * kEach);
}

TEST_CASE("Without a tree no code is given out", "[catalog][code]") {
  TestWorld world;
  world.categories = Categories();
  CHECK(absl::IsFailedPrecondition(world.codes->Generate(world.By("editor"), "306002").status()));
  Entry entry = GoodEntry();
  entry.code.clear();
  CHECK(absl::IsInvalidArgument(world.catalog->Create(world.By("editor"), entry, false).status()));
}

TEST_CASE("The files that are delivered are read, and the demo's entries stand in the tree",
          "[catalog][code]") {
  const auto tree = ReadCategories(FileOf("categories/government.json"));
  INFO(tree.status());
  REQUIRE(tree.ok());
  CHECK(tree->Find("101")->label.zh_hans == "国家人口基础信息");
  // The national numbers of 项 could not be checked, and the file says so.
  for (const Category* category : tree->List("", "", 1000)) {
    CHECK(category->verified == (category->code.size() == 1));
  }
  for (const nlohmann::json& entry : nlohmann::json::parse(FileOf("demo/catalogue.json"))) {
    const std::string code = entry.at("code");
    INFO(code);
    CHECK(tree->Find(code.substr(0, 6)) != nullptr);
  }
  const auto extensions = ReadExtensions(FileOf("extensions/sichuan.json"));
  INFO(extensions.status());
  REQUIRE(extensions.ok());
  CHECK(extensions->fields().size() == 7);
  for (const char* wrong : {"", "{", "{}", R"({"version": "1", "colour": 1})"}) {
    CHECK(absl::IsInvalidArgument(ReadCategories(wrong).status()));
    CHECK(absl::IsInvalidArgument(ReadExtensions(wrong).status()));
  }
}

}  // namespace
}  // namespace shareway::catalog
