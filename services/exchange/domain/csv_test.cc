// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/csv.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::exchange {
namespace {

// What was read: fields in brackets, quoted ones in angle brackets; records ended by '/'.
struct Reading {
  std::string text;
  absl::Status status;
};

Reading ReadAll(absl::string_view file, size_t chunk) {
  Reading reading;
  CsvParser parser;
  const auto take = [&reading](absl::Span<const CsvField> record) {
    for (const CsvField& field : record) {
      absl::StrAppend(&reading.text, field.quoted ? "<" : "[", field.text,
                      field.quoted ? ">" : "]");
    }
    absl::StrAppend(&reading.text, "/");
    return absl::OkStatus();
  };
  for (size_t at = 0; at < file.size() && reading.status.ok(); at += chunk) {
    reading.status = parser.Feed(file.substr(at, chunk), take);
  }
  if (reading.status.ok()) reading.status = parser.Finish(take);
  return reading;
}

TEST_CASE("CSV reads the same whatever the size of the pieces", "[csv]") {
  auto [file, want] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"a", "[a]/"},
      {"a,b\n1,2\n", "[a][b]/[1][2]/"},
      {"a,b\r\n1,2\r\n", "[a][b]/[1][2]/"},
      {"a,b\n1,2", "[a][b]/[1][2]/"},
      {"\n", "[]/"},
      {",\n,", "[][]/[][]/"},
      {"\"\"", "<>/"},
      {"\"\",,\"\"\n", "<>[]<>/"},
      {"\"a\"\"b\",c\n", "<a\"b>[c]/"},
      {"\"\"\"\"", "<\">/"},
      {"\"a,b\",\"c\nd\"\n", "<a,b><c\nd>/"},
      {"\"a\r\nb\r\n\"\r\n", "<a\nb\n>/"},
      {"\"a\"\"\r\n\"\n", "<a\"\n>/"},
      {"\xEF\xBB\xBF" "a,b\n", "[a][b]/"},
      {"\xEF\xBB\xBF\"a\"\n", "<a>/"},
      {"\xEF\xBB\xBF", ""},
      {"北京市,\"东城区\"\r\n", "[北京市]<东城区>/"},
      {"：,a\n", "[：][a]/"},  // begins with the first byte of a mark
      {"a\tb, c \n", "[a\tb][ c ]/"},
  }));
  CAPTURE(file);
  for (size_t chunk = 1; chunk <= file.size() + 1; ++chunk) {
    CAPTURE(chunk);
    const Reading reading = ReadAll(file, chunk);
    CHECK(reading.status.ok());
    CHECK(reading.text == want);
  }
}

TEST_CASE("CSV that is spoiled is refused at its line and column, whatever the pieces", "[csv]") {
  const std::string good = "a,b\n1,2\n";
  auto [spoiled, where, why] = GENERATE(table<std::string, std::string, std::string>({
      {"1,x\"y\n", "line 3, column 2", "a quote inside"},
      {"\"x\"y,1\n", "line 3, column 1", "after the closing quote"},
      {"1,\"x\n\ny", "line 3, column 2", "never closed"},
      {"1,2\rx\n", "line 3, column 2", "carriage return"},
      {"1,2\r", "line 3, column 2", "carriage return"},
      {"1,\"a\rb\"\n", "line 3, column 2", "UTF-8 text"},
      {"\xff,2\n", "line 3, column 1", "UTF-8 text"},
      {"1,\xe5\x8c\n", "line 3, column 2", "UTF-8 text"},
      {"1,\"\xed\xa0\x80\"\n", "line 3, column 2", "UTF-8 text"},
      {std::string("1,a\0b\n", 6), "line 3, column 2", "UTF-8 text"},
      {"1,a\x1b\n", "line 3, column 2", "UTF-8 text"},
      {"\xEF\xBB\xBF" "1,2\n", "line 3, column 1", "byte order mark"},
      {"1,\"2\xEF\xBB\xBF\"\n", "line 3, column 2", "byte order mark"},
      {"\"x\ny\",\xff\n", "line 4, column 2", "UTF-8 text"},
  }));
  const std::string file = good + spoiled;
  CAPTURE(file);
  for (size_t chunk = 1; chunk <= file.size(); ++chunk) {
    CAPTURE(chunk);
    const Reading reading = ReadAll(file, chunk);
    CHECK(absl::IsInvalidArgument(reading.status));
    CHECK(DetailsOf(reading.status)->reason == Reason::kRowInvalid);
    CHECK(absl::StrContains(reading.status.message(), where));
    CHECK(absl::StrContains(reading.status.message(), why));
    CHECK(reading.text == "[a][b]/[1][2]/");
  }
}

TEST_CASE("A file that ends inside a byte order mark is refused", "[csv]") {
  CHECK(absl::IsInvalidArgument(ReadAll("\xEF", 1).status));
  CHECK(absl::IsInvalidArgument(ReadAll("\xEF\xBB", 1).status));
}

TEST_CASE("CSV fields, records and columns have limits", "[csv]") {
  const std::string field(CsvParser::kMaxFieldBytes, 'x');
  for (size_t chunk : {size_t{1000}, size_t{1} << 20}) {
    CHECK(ReadAll(field, chunk).status.ok());
    CHECK(ReadAll(absl::StrCat("\"", field, "\""), chunk).status.ok());
    CHECK(absl::IsInvalidArgument(ReadAll(field + "x", chunk).status));
    CHECK(absl::IsInvalidArgument(ReadAll(absl::StrCat("\"", field, "\n\""), chunk).status));
    CHECK(absl::IsInvalidArgument(ReadAll(std::string(1 << 20, 'x'), chunk).status));
    const std::vector<std::string> wide(CsvParser::kMaxRecordBytes / field.size(), field);
    CHECK(ReadAll(absl::StrJoin(wide, ","), chunk).status.ok());
    const absl::Status wider =
        ReadAll(absl::StrCat(absl::StrJoin(wide, ","), ",", field), chunk).status;
    CHECK(absl::StrContains(wider.message(), "line 1: the record has more than 1044480 bytes"));
  }
  CHECK(ReadAll(std::string(CsvParser::kMaxColumns - 1, ','), 7).status.ok());
  CHECK(absl::StrContains(ReadAll(std::string(CsvParser::kMaxColumns, ','), 7).status.message(),
                          "line 1: has more than 500 columns"));
}

TEST_CASE("CSV errors name the column's item once it is known", "[csv]") {
  CsvParser parser;
  parser.NameColumns({"code", "name"});
  const auto ignore = [](absl::Span<const CsvField>) { return absl::OkStatus(); };
  const absl::Status status = parser.Feed("1,\xff\n", ignore);
  CHECK(absl::StrContains(status.message(), "line 1, column 2 (name): "));
  CHECK(DetailsOf(status)->metadata.at("item") == "name");
}

}  // namespace
}  // namespace shareway::exchange
