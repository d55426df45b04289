// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/value.h"

#include <string>

#include "catch2/catch.hpp"

namespace shareway::exchange {
namespace {

bool Good(ItemType type, absl::string_view value) {
  return !BrokenRule({.id = "x", .type = type}, value).has_value();
}

TEST_CASE("Values of an item's type are taken and others are not", "[value]") {
  auto [type, value, good] = GENERATE(table<ItemType, std::string, bool>({
      {ItemType::kInteger, "0", true},
      {ItemType::kInteger, "-9223372036854775808", true},
      {ItemType::kInteger, "9223372036854775807", true},
      {ItemType::kInteger, "9223372036854775808", false},
      {ItemType::kInteger, "007", false},
      {ItemType::kInteger, "+7", false},
      {ItemType::kInteger, "-0", false},
      {ItemType::kInteger, " 7", false},
      {ItemType::kInteger, "7.0", false},
      {ItemType::kInteger, "", false},
      {ItemType::kInteger, "-", false},
      {ItemType::kDecimal, "0", true},
      {ItemType::kDecimal, "-12.50", true},
      {ItemType::kDecimal, std::string(38, '9') + "." + std::string(18, '9'), true},
      {ItemType::kDecimal, std::string(39, '9'), false},
      {ItemType::kDecimal, "1." + std::string(19, '9'), false},
      {ItemType::kDecimal, "1.", false},
      {ItemType::kDecimal, ".5", false},
      {ItemType::kDecimal, "1e5", false},
      {ItemType::kDecimal, "1,000", false},
      {ItemType::kDecimal, "--1", false},
      {ItemType::kDecimal, "", false},
      {ItemType::kDate, "2024-02-29", true},
      {ItemType::kDate, "2000-02-29", true},
      {ItemType::kDate, "0001-01-01", true},
      {ItemType::kDate, "0000-01-01", false},
      {ItemType::kDate, "2023-02-29", false},
      {ItemType::kDate, "1900-02-29", false},
      {ItemType::kDate, "2023-13-01", false},
      {ItemType::kDate, "2023-00-01", false},
      {ItemType::kDate, "2023-1-01", false},
      {ItemType::kDate, "20230101", false},
      {ItemType::kDate, "2023/01/01", false},
      {ItemType::kDatetime, "2023-06-30T08:00:00+08:00", true},
      {ItemType::kDatetime, "2023-06-30T00:00:00Z", true},
      {ItemType::kDatetime, "2023-06-30T23:59:59.123456789Z", true},
      {ItemType::kDatetime, "2023-06-30T23:59:59.Z", false},
      {ItemType::kDatetime, "2023-06-30T23:59:59.1234567890Z", false},
      {ItemType::kDatetime, "2023-06-30T24:00:00Z", false},
      {ItemType::kDatetime, "2023-06-30T23:60:00Z", false},
      {ItemType::kDatetime, "2023-06-30T23:59:60Z", false},
      {ItemType::kDatetime, "2023-02-30T00:00:00Z", false},
      {ItemType::kDatetime, "2023-06-30T00:00:00", false},
      {ItemType::kDatetime, "2023-06-30 00:00:00Z", false},
      {ItemType::kDatetime, "2023-06-30T00:00:00+24:00", false},
      {ItemType::kDatetime, "2023-06-30T00:00:00+0800", false},
      {ItemType::kDatetime, "2023-06-30T00:00:00Zx", false},
      {ItemType::kBoolean, "true", true},
      {ItemType::kBoolean, "false", true},
      {ItemType::kBoolean, "TRUE", false},
      {ItemType::kBoolean, "1", false},
      {ItemType::kBoolean, "", false},
      {ItemType::kText, "", true},
      {ItemType::kText, "任何文字", true},
  }));
  CAPTURE(value);
  CHECK(Good(type, value) == good);
}

TEST_CASE("The length of a text counts characters, not bytes", "[value]") {
  const SchemaItem item{.id = "name", .type = ItemType::kText, .length = 3};
  CHECK_FALSE(BrokenRule(item, "东城区"));
  CHECK(*BrokenRule(item, "东城区县") == "\"东城区县\" has 4 characters, at most 3");
}

TEST_CASE("Null is refused only where the schema says so", "[value]") {
  CHECK_FALSE(BrokenRule({.id = "x"}, std::nullopt));
  CHECK(*BrokenRule({.id = "x", .required = true}, std::nullopt) ==
        "is null, a required item never is");
  CHECK(*BrokenRule({.id = "x", .key = true}, std::nullopt) == "is null, a key item never is");
}

TEST_CASE("A refused value is shown in part and escaped", "[value]") {
  CHECK(ShownValue("a\nb") == "\"a\\nb\"");
  CHECK(ShownValue("\xff") == "\"\\xff\"");
  const std::string shown = ShownValue(std::string(63, 'x') + "东城");
  CHECK(shown == "\"" + std::string(63, 'x') + "…\"");
}

}  // namespace
}  // namespace shareway::exchange
