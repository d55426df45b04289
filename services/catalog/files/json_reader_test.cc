// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/test_entry.h"
#include "services/catalog/files/formats.h"
#include "tests/support/temp_dir.h"

namespace shareway::catalog::files {
namespace {

struct Told {
  std::vector<FileEntry> entries = {};
  absl::Status end = {};
};

Told ReadAll(const std::string& text) {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "entries.json";
  std::ofstream(path, std::ios::binary) << text;
  const std::unique_ptr<Reader> reader = OpenJson(path).value();
  Told told;
  while (true) {
    auto next = reader->Next();
    told.end = next.status();
    if (!next.ok() || !next->has_value()) break;
    told.entries.push_back(std::move(**next));
  }
  CHECK(reader->rows() == told.entries.size());
  return told;
}

void CheckRefused(const std::string& text, Reason reason, const std::string& words) {
  INFO(text.substr(0, 80));
  const absl::Status end = ReadAll(text).end;
  REQUIRE_FALSE(end.ok());
  REQUIRE(DetailsOf(end));
  CHECK(DetailsOf(end)->reason == reason);
  CHECK_THAT(std::string(end.message()), Catch::Contains(words));
}

TEST_CASE("An array and an object a line hold the same entries") {
  const std::string one = R"({"code":"306002/000001","title":"a } ] \" \\"})";
  const std::string two = R"({"code":"306002/000002","items":[{"name":"n","type":"TEXT"}]})";
  for (const std::string& text :
       {absl::StrCat(one, "\n", two, "\n"), absl::StrCat("[", one, ",", two, "]"),
        absl::StrCat("\xEF\xBB\xBF [ \r\n", one, " ,\n", two, "\n]\n")}) {
    const Told told = ReadAll(text);
    CHECK(told.end.ok());
    REQUIRE(told.entries.size() == 2);
    CHECK(told.entries[0].entry.title == "a } ] \" \\");
    CHECK(told.entries[0].faults.empty());
    CHECK(told.entries[1].number == 2);
    CHECK(told.entries[1].first_row == 2);
    REQUIRE(told.entries[1].entry.items.size() == 1);
    CHECK(told.entries[1].entry.items[0].type == ItemType::kText);
  }
  CHECK(ReadAll("[]").end.ok());
  CHECK(ReadAll("[]").entries.empty());
}

TEST_CASE("An entry that cuts across the pieces of reading is whole") {
  std::string text = "[";
  for (int i = 0; i < 3; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", R"({"abstract":")", std::string(65'000, 'x'), "\"}");
  }
  const Told told = ReadAll(text + "]");
  CHECK(told.end.ok());
  REQUIRE(told.entries.size() == 3);
  for (const FileEntry& entry : told.entries) CHECK(entry.entry.abstract.size() == 65'000);
}

TEST_CASE("Unknown fields and wrong types are faults of their entry alone") {
  const Told told = ReadAll(R"([{"codes":"x"},{"items":7},{"updateCycle":"OFTEN"},{"code":"c"}])");
  CHECK(told.end.ok());
  REQUIRE(told.entries.size() == 4);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(told.entries[i].faults.size() == 1);
    CHECK(told.entries[i].faults[0].spot.row == static_cast<uint32_t>(i + 1));
    CHECK(told.entries[i].faults[0].rule.size() <= 200);
  }
  CHECK_THAT(told.entries[0].faults[0].rule, Catch::Contains("codes"));
  CHECK(told.entries[3].faults.empty());
  CHECK(told.entries[3].entry.code == "c");
}

TEST_CASE("What is no JSON refuses the file and names the entry") {
  CheckRefused("", Reason::kFileRefused, "empty");
  CheckRefused("[{},", Reason::kFileRefused, "entry 2");
  CheckRefused("[{}", Reason::kFileRefused, "entry 2");
  CheckRefused("[{} {}]", Reason::kFileRefused, "entry 2");
  CheckRefused("[{},]", Reason::kFileRefused, "entry 2");
  CheckRefused("[{}] {}", Reason::kFileRefused, "after the array's end");
  CheckRefused("{}\n{\"a\":}", Reason::kFileRefused, "entry 2");
  CheckRefused("{\"a\":\"", Reason::kFileRefused, "entry 1");
  CheckRefused("{\"a\":]", Reason::kFileRefused, "entry 1");
  CheckRefused("{'code':'c'}", Reason::kFileRefused, "entry 1");
  CheckRefused("{\"code\":\"\xB1\xED\"}", Reason::kFileRefused, "entry 1");
  CheckRefused("[7]", Reason::kFileRefused, "entry 1");
}

TEST_CASE("Depth and size of an entry are bounded") {
  CheckRefused("{\"a\":" + std::string(100'000, '['), Reason::kFileRefused, "deeper than 32");
  CheckRefused("{\"a\":\"" + std::string(2 << 20, 'x') + "\"}", Reason::kFileTooLarge, "1048576");
}

TEST_CASE("What is written as JSON is read as it was") {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "out.json";
  const std::unique_ptr<Writer> writer = CreateJson(path).value();
  Entry entry = GoodEntry();
  entry.title = "=1+1 \"引号\"";
  entry.extensions["k"] = "v";
  for (int i = 0; i < 2; ++i) {
    REQUIRE(writer->Add({.name = "resources/r", .entry = entry, .state = "PUBLISHED",
                         .revision = 3}).ok());
  }
  REQUIRE(writer->Finish().ok());
  const std::unique_ptr<Reader> reader = OpenJson(path).value();
  for (int i = 0; i < 2; ++i) {
    const auto read = reader->Next().value();
    REQUIRE(read);
    CHECK(read->faults.empty());
    CHECK(read->entry.title == entry.title);
    CHECK(read->entry.items.size() == entry.items.size());
    CHECK(read->entry.extensions == entry.extensions);
  }
  CHECK_FALSE(reader->Next().value());
}

}  // namespace
}  // namespace shareway::catalog::files
