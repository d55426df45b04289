// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/exports.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/world_test.h"
#include "tests/support/temp_dir.h"

namespace shareway::catalog {
namespace {

struct Exported {
  std::string text = {};
  absl::StatusOr<Exports::Whole> whole = absl::UnknownError("none");
};

Exported Run(TestWorld& world, const std::string& who, Exports::Options options) {
  if (options.format == files::Format::kUnspecified) options.format = files::Format::kJson;
  Exported exported;
  exported.whole = world.exports->Run(world.By(who).caller, options, [&](std::string part) {
    exported.text += part;
    return absl::OkStatus();
  });
  return exported;
}

size_t Left(const TestWorld& world) {
  size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(world.dir / "imports")) {
    files += file.path().empty() ? 0 : 1;
  }
  return files;
}

Entry Draft() {
  Entry entry = GoodEntry();
  entry.code = "306002/000777";
  entry.title = "未发布资源";
  return entry;
}

TEST_CASE("An export has what is published, and drafts of the own agency where that is asked") {
  TestWorld world;
  const std::string code = world.Publish().resource.fields().published->entry.code;
  REQUIRE(world.catalog->Create(world.By("editor"), Draft(), false).ok());
  const Exported all = Run(world, "editor", {});
  REQUIRE(all.whole.ok());
  CHECK(all.whole->entries == 1);
  CHECK(all.whole->digest == crypto::Sha256(all.text));
  CHECK_THAT(all.text, Catch::Contains(code) && !Catch::Contains("000777"));
  CHECK(Run(world, "editor", {.drafts = true}).whole->entries == 2);
  CHECK(Run(world, "tax-editor", {.drafts = true}).whole->entries == 1);
  CHECK(Run(world, "officer", {.drafts = true}).whole->entries == 1);
  CHECK(Left(world) == 0);
}

TEST_CASE("Filters of an export take entries away") {
  TestWorld world;
  const Resource::Fields fields = world.Publish().resource.fields();
  CHECK(Run(world, "editor", {.provider = fields.provider}).whole->entries == 1);
  CHECK(Run(world, "editor", {.provider = kTax}).whole->entries == 0);
  CHECK(Run(world, "editor", {.category = "306002"}).whole->entries == 1);
  CHECK(Run(world, "editor", {.category = "9"}).whole->entries == 0);
  CHECK(Run(world, "editor", {.division = "x"}).whole->entries == 0);
  CHECK(Run(world, "editor", {.names = {fields.name, "resources/absent"}}).whole->entries == 1);
  CHECK(Run(world, "editor", {.names = {"resources/absent"}}).text == "[]\n");
}

TEST_CASE("An export without a format, and drafts as DCAT, are refused") {
  TestWorld world;
  const auto take = [](std::string) { return absl::OkStatus(); };
  const Caller editor = world.By("editor").caller;
  CHECK(absl::IsInvalidArgument(world.exports->Run(editor, {}, take).status()));
  CHECK(absl::IsInvalidArgument(
      world.exports->Run(editor, {.format = files::Format::kDcat, .drafts = true}, take).status()));
}

TEST_CASE("Who reads his export slowly keeps nobody else from one, and one cut off leaves nothing") {
  TestWorld world;
  world.Publish();
  const Exports::Options json = {.format = files::Format::kJson};
  Caller caller = world.By("editor").caller;
  int under_way = 0;
  std::vector<absl::Status> refused;
  // Each reader is given its first piece while those before him are still at theirs.
  std::function<absl::Status(std::string)> read = [&](std::string) {
    if (under_way == 0) refused.push_back(world.exports->Run(caller, json, read).status());
    ++under_way;
    caller.name = absl::StrCat("people/p", under_way);
    refused.push_back(world.exports->Run(caller, json, read).status());
    return absl::CancelledError("the caller went away");
  };
  CHECK(absl::IsCancelled(world.exports->Run(caller, json, read).status()));
  CHECK(under_way == Exports::kMaxUnderWay);
  REQUIRE(refused.size() > 1);
  for (const absl::Status& status : {refused[0], refused[1]}) {
    REQUIRE(DetailsOf(status));
    CHECK(DetailsOf(status)->reason == Reason::kOverloaded);
  }
  CHECK(Left(world) == 0);
  CHECK(Run(world, "editor", {}).whole.ok());
}

TEST_CASE("An export for which nobody waits any more ends while it is written, and leaves nothing") {
  TestWorld world;
  world.Publish();
  int asked = 0;
  const Exported all = Run(world, "editor", {.gone = [&] { return ++asked == 1; }});
  CHECK(absl::IsCancelled(all.whole.status()));
  CHECK(asked == 1);
  CHECK(all.text.empty());
  CHECK(Left(world) == 0);
  CHECK(Run(world, "editor", {}).whole.ok());
}

TEST_CASE("Exports and their entries are counted, whole or cut off") {
  TestWorld world;
  world.Publish();
  REQUIRE(Run(world, "editor", {}).whole.ok());
  REQUIRE(Run(world, "editor", {.format = files::Format::kCsv}).whole.ok());
  const auto gone = [](std::string) { return absl::CancelledError("the caller went away"); };
  const Exports::Options csv = {.format = files::Format::kCsv};
  CHECK_FALSE(world.exports->Run(world.By("editor").caller, csv, gone).ok());
  for (const char* line : {"s_total{code=\"OK\",format=\"ENTRIES_JSON\"} 1\n",
                           "s_total{code=\"OK\",format=\"CSV\"} 1\n",
                           "s_total{code=\"CANCELLED\",format=\"CSV\"} 1\n",
                           "_entries_total 2\n"}) {
    CHECK_THAT(world.metrics.Text(), Catch::Contains(absl::StrCat("shareway_catalog_export", line)));
  }
}

TEST_CASE("A start deletes what exports left, and nothing else") {
  TestWorld world;
  testing::WriteFile(world.dir / "imports/export-abc", "left");
  CHECK(Left(world) == 1);
  world.Reopen();
  CHECK(Left(world) == 0);
}

}  // namespace
}  // namespace shareway::catalog
