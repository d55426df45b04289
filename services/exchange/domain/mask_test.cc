// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/mask.h"

#include "catch2/catch.hpp"

namespace shareway::exchange {
namespace {

TEST_CASE("A mask leaves what its kind keeps and never all but one character", "[exchange]") {
  using Kind = MaskKind;
  const struct {
    Kind kind;
    const char* text;
    const char* left;
  } table[] = {
      {Kind::kNone, "演示甲", "演示甲"},
      {Kind::kAll, "", ""},
      {Kind::kAll, "演示甲", "***"},
      {Kind::kAll, "12345678", "********"},
      {Kind::kAll, "123456789012", "********"},
      {Kind::kKeepFirst, "甲", "*"},
      {Kind::kKeepFirst, "甲乙", "**"},
      {Kind::kKeepFirst, "甲乙丙", "甲**"},
      {Kind::kKeepFirst, "甲乙丙丁戊己庚辛壬癸", "甲*********"},
      {Kind::kKeepLast, "1234", "****"},
      {Kind::kKeepLast, "12345", "*****"},
      {Kind::kKeepLast, "123456", "**3456"},
      {Kind::kKeepLast, "演示街道1234号", "*****234号"},
      {Kind::kKeepEnds, "12345678", "********"},
      {Kind::kKeepEnds, "123456789", "123**6789"},
      {Kind::kKeepEnds, "11010119900101123X", "110***********123X"},
      {Kind::kKeepEnds, "-12.5", "*****"},
      {Kind::kAll, "true", "****"},
      {Kind::kKeepLast, "2024-01-31", "******1-31"},
  };
  for (const auto& row : table) {
    CAPTURE(static_cast<int>(row.kind), row.text);
    CHECK(Masked(row.kind, row.text) == row.left);
    if (row.kind != Kind::kNone) CHECK(LooksMasked(row.left));
  }
}

TEST_CASE("What no mask leaves is told from what one does", "[exchange]") {
  for (const char* text : {"演示甲", "甲*", "1**4", "110101199001011234", "甲乙**",
                           "12345*", "*2345", "1234******5678", "true"}) {
    CAPTURE(text);
    CHECK_FALSE(LooksMasked(text));
  }
}

TEST_CASE("Masked columns become text whatever their type, and null stays null", "[exchange]") {
  std::vector<ItemType> types = {ItemType::kText, ItemType::kInteger, ItemType::kDate,
                                 ItemType::kBoolean};
  std::vector<std::vector<std::optional<std::string>>> rows = {
      {"a", "1234567", "2024-01-31", "true"}, {"b", std::nullopt, std::nullopt, std::nullopt}};
  MaskRows({MaskKind::kNone, MaskKind::kKeepLast, MaskKind::kAll, MaskKind::kAll}, &types, &rows);
  CHECK(types == std::vector<ItemType>(4, ItemType::kText));
  CHECK(rows[0] == std::vector<std::optional<std::string>>{"a", "***4567", "********", "****"});
  CHECK(rows[1] ==
        std::vector<std::optional<std::string>>{"b", std::nullopt, std::nullopt, std::nullopt});
}

}  // namespace
}  // namespace shareway::exchange
