// SPDX-License-Identifier: Apache-2.0
// What is taken of a system's JSON, and that nothing else of it is told.
#include "services/exchange/source/json_rows.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::exchange {
namespace {

const std::vector<SchemaItem> kItems = {
    {.id = "code", .type = ItemType::kText, .length = 10, .key = true, .required = true},
    {.id = "pay", .type = ItemType::kDecimal},
    {.id = "heads", .type = ItemType::kInteger},
    {.id = "since", .type = ItemType::kDate},
    {.id = "seen", .type = ItemType::kDatetime},
    {.id = "alive", .type = ItemType::kBoolean}};

std::string Text(const Row& row) {
  std::string text;
  for (const std::optional<std::string>& cell : row) absl::StrAppend(&text, cell.value_or("-"), "|");
  return text;
}

TEST_CASE("An object is one row and an array as many", "[json-rows]") {
  const auto one = ReadJsonRows(
      R"({"code":"a1","pay":12.50,"heads":-7,"since":"2024-02-29","seen":"2024-02-29T08:00:00Z",)"
      R"("alive":true})",
      kItems);
  REQUIRE(one.ok());
  REQUIRE(one->size() == 1);
  CHECK(Text((*one)[0]) == "a1|12.50|-7|2024-02-29|2024-02-29T08:00:00Z|true|");

  const auto many = ReadJsonRows(R"([{"code":"a"},{},{"pay":"1.10","heads":"3","alive":null}])",
                                 kItems);
  REQUIRE(many.ok());
  REQUIRE(many->size() == 3);
  CHECK(Text((*many)[0]) == "a|-|-|-|-|-|");
  CHECK(Text((*many)[1]) == "-|-|-|-|-|-|");
  CHECK(Text((*many)[2]) == "-|1.10|3|-|-|-|");
  CHECK(ReadJsonRows("[]", kItems)->empty());
}

TEST_CASE("Decimals keep every digit", "[json-rows]") {
  const auto rows = ReadJsonRows(
      R"([{"pay":12345678901234567890123456789.000000000000000001},{"pay":0.10}])", kItems);
  REQUIRE(rows.ok());
  CHECK(*(*rows)[0][1] == "12345678901234567890123456789.000000000000000001");
  CHECK(*(*rows)[1][1] == "0.10");
}

TEST_CASE("Members that are not asked for are passed over, whatever they hold", "[json-rows]") {
  const auto rows = ReadJsonRows(
      R"([{"x":{"code":"CANARY","pay":[{"code":"CANARY"}]},"code":"a","y":[[{"pay":"CANARY"}]],)"
      R"("x":1,"x":2,"z":1e999999e}])",
      kItems);
  CHECK_FALSE(rows.ok());  // not JSON all the same
  const auto good = ReadJsonRows(
      R"([{"x":{"code":"CANARY","pay":[{"code":"CANARY"}]},"code":"a","y":[[{"pay":"CANARY"}]],)"
      R"("x":1,"x":2,"z":1e9}])",
      kItems);
  REQUIRE(good.ok());
  REQUIRE(good->size() == 1);
  CHECK(Text((*good)[0]) == "a|-|-|-|-|-|");
}

TEST_CASE("What is not as the entry says fails, and tells nothing of the answer", "[json-rows]") {
  std::string many = "[{}";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&many, ",{}");
  const std::vector<std::string> bad = {
      "", "CANARY", "\"CANARY\"", "7", "null", "[7]", "[\"CANARY\"]", "[null]", "[[{}]]",
      R"({"code":"a"}{"code":"b"})", R"([{"code":"CANARY"})", R"({"code":7})",
      R"({"code":true})", R"({"code":{"CANARY":1}})", R"({"code":["CANARY"]})",
      R"({"code":"CANARY","code":"CANARY"})", R"({"code":null,"code":"a"})",
      R"({"code":"CANARY CANARY"})", R"({"pay":"CANARY"})", R"({"pay":1e3})", R"({"pay":true})",
      R"({"pay":0.1234567890123456789})", R"({"heads":1.0})", R"({"heads":"07"})",
      R"({"heads":9223372036854775808})", R"({"since":"2023-02-29"})", R"({"since":20230228})",
      R"({"seen":"yesterday"})", R"({"alive":"true"})", R"({"alive":1})",
      "{\"code\":\"\xff\xfe\"}", R"({"code":"\ud800"})", many + "]"};
  for (const std::string& json : bad) {
    CAPTURE(json.substr(0, 80));
    const absl::Status status = ReadJsonRows(json, kItems).status();
    CHECK(absl::IsUnavailable(status));
    REQUIRE(DetailsOf(status));
    CHECK(DetailsOf(status)->reason == Reason::kBackendFailed);
    CHECK_FALSE(absl::StrContains(status.message(), "CANARY"));
  }
}

}  // namespace
}  // namespace shareway::exchange
