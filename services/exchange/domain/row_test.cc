// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/row.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/domain/csv_rows.h"

namespace shareway::exchange {
namespace {

std::string Key(const std::pair<std::string, std::string>& items) {
  std::string key;
  AppendKeyItem(items.first, &key);
  AppendKeyItem(items.second, &key);
  return key;
}

TEST_CASE("Keys of two items sort as the items do", "[row]") {
  std::vector<std::pair<std::string, std::string>> rows;
  const std::vector<std::string> values = {
      "", std::string(1, '\0'), std::string("\0\x01", 2), std::string("\0\xff", 2), "\x01", "a",
      std::string("a\0", 2), std::string("a\0b", 3), "a\x01", "aa", "b", "\xff", "\xff\xff"};
  for (const std::string& first : values) {
    for (const std::string& second : values) rows.emplace_back(first, second);
  }
  std::sort(rows.begin(), rows.end());
  for (size_t i = 1; i < rows.size(); ++i) CHECK(Key(rows[i - 1]) < Key(rows[i]));
}

TEST_CASE("Cells are found without the others, and damage is noticed", "[row]") {
  const std::string large(300, 'x');
  const std::vector<CellView> cells = {"a", std::nullopt, "", large, "z"};
  std::string bytes;
  EncodeCells(1'000'000, cells, &bytes);
  CHECK(LineOf(bytes) == 1'000'000);
  for (const std::vector<size_t>& places :
       std::vector<std::vector<size_t>>{{}, {0}, {1}, {4}, {0, 2}, {1, 3, 4}, {0, 1, 2, 3, 4}}) {
    std::vector<CellView> found;
    REQUIRE(FindCells(bytes, places, &found));
    REQUIRE(found.size() == places.size());
    for (size_t i = 0; i < places.size(); ++i) CHECK(found[i] == cells[places[i]]);
  }
  std::vector<CellView> found;
  for (size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(FindCells(absl::string_view(bytes).substr(0, size), {0, 1, 2, 3, 4}, &found));
  }
  CHECK_FALSE(FindCells(bytes, {5}, &found));
  CHECK_FALSE(FindCells(std::string(20, '\xff'), {0}, &found));
}

DatasetSchema Schema() {
  return {.resource = "resources/r1",
          .revision = 2,
          .items = {{.id = "code", .length = 12, .key = true},
                    {.id = "name", .length = 4, .required = true},
                    {.id = "note"},
                    {.id = "people", .type = ItemType::kInteger},
                    {.id = "founded", .type = ItemType::kDate}}};
}

absl::StatusOr<std::vector<StoredRow>> Rows(absl::string_view file, size_t chunk = 7) {
  CsvRows rows(Schema());
  std::vector<StoredRow> all;
  const auto take = [&all](StoredRow row) {
    all.push_back(std::move(row));
    return absl::OkStatus();
  };
  for (size_t at = 0; at < file.size(); at += chunk) {
    if (absl::Status fed = rows.Feed(file.substr(at, chunk), take); !fed.ok()) return fed;
  }
  if (absl::Status ended = rows.Finish(take); !ended.ok()) return ended;
  return all;
}

TEST_CASE("Columns may come in any order and an empty field is null unless quoted", "[rows]") {
  const auto rows = Rows("people,note,name,founded,code\n7,,东城区,2024-02-29,110101\n,\"\",a,,2\n");
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 2);
  std::string key;
  AppendKeyItem("110101", &key);
  CHECK((*rows)[0].key == key);
  CHECK((*rows)[0].line == 2);
  std::vector<CellView> cells;
  REQUIRE(FindCells((*rows)[0].cells, {0, 1, 2, 3, 4}, &cells));
  CHECK(cells == std::vector<CellView>{"110101", "东城区", std::nullopt, "7", "2024-02-29"});
  REQUIRE(FindCells((*rows)[1].cells, {2, 3}, &cells));
  CHECK(cells == std::vector<CellView>{"", std::nullopt});
}

TEST_CASE("A spoiled row is refused with line, column, item and rule", "[rows]") {
  const std::string header = "code,name,note,people,founded\n1,a,,,\n";
  auto [line, want] = GENERATE(table<std::string, std::string>({
      {"2,a,,\n", "line 3: has 4 fields, want 5"},
      {"2,a,,,,\n", "line 3: has 6 fields, want 5"},
      {"\n", "line 3: has 1 fields, want 5"},
      {",a,,,\n", "line 3, column 1 (code): is null, a key item never is"},
      {"2,,,,\n", "line 3, column 2 (name): is null, a required item never is"},
      {"2,abcde,,,\n", "line 3, column 2 (name): \"abcde\" has 5 characters, at most 4"},
      {"2,a,,07,\n", "line 3, column 4 (people): \"07\" is not a whole number of 64 bits"},
      {"2,a,,\"\",\n", "line 3, column 4 (people): \"\" is not a whole number"},
      {"2,a,,,2023-02-29\n", "line 3, column 5 (founded): \"2023-02-29\" is not a date"},
      {"2,a,\"x\ny\",z,\n", "line 4, column 4 (people): \"z\" is not"},
      {"2,a,\xff,,\n", "line 3, column 3 (note): is not UTF-8 text"},
  }));
  CAPTURE(line);
  const absl::Status status = Rows(header + line).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(DetailsOf(status)->reason == Reason::kRowInvalid);
  CHECK(absl::StrContains(status.message(), want));
}

TEST_CASE("A header that drifted from the catalogue is refused with the difference", "[rows]") {
  auto [header, want] = GENERATE(table<std::string, std::string>({
      {"code,name,note,people\n", "missing founded"},
      {"code,name,note,people,founded,extra\n", "unknown \"extra\""},
      {"code,name,note,people,founded,name\n", "repeated name"},
      {"code,name,note,People,founded\n", "missing people; unknown \"People\""},
      {"code;name\n", "missing code, name, note, people, founded; unknown \"code;name\""},
      {"\n", "unknown \"\""},
      {"", "has no header"},
  }));
  CAPTURE(header);
  const absl::Status status = Rows(header).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(absl::StrContains(status.message(), "line 1"));
  CHECK(absl::StrContains(status.message(), want));
}

TEST_CASE("A key beyond its limit is refused", "[rows]") {
  DatasetSchema schema = Schema();
  schema.items[0].length = 0;
  CsvRows rows(schema);
  const auto ignore = [](StoredRow) { return absl::OkStatus(); };
  const std::string file = "code,name,note,people,founded\n" + std::string(510, 'x') + ",a,,,\n";
  CHECK(rows.Feed(file, ignore).ok());
  CHECK(absl::StrContains(rows.Feed(std::string(511, 'x') + ",a,,,\n", ignore).message(),
                          "line 3, column 1 (code): the key has 513 bytes, at most 512"));
}

TEST_CASE("A schema without key, without items or with too many cannot be loaded", "[rows]") {
  CHECK(Schema().CheckLoadable().ok());
  DatasetSchema schema = Schema();
  schema.items[0].key = false;
  CHECK(absl::IsFailedPrecondition(schema.CheckLoadable()));
  schema.items.clear();
  CHECK(absl::IsFailedPrecondition(schema.CheckLoadable()));
  schema.items.resize(501, {.id = "x", .key = true});
  CHECK(absl::IsFailedPrecondition(schema.CheckLoadable()));
}

}  // namespace
}  // namespace shareway::exchange
