// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/index.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/catalog/search/words.h"

namespace shareway::catalog::search {
namespace {

Entry Titled(const std::string& code, const std::string& title) {
  return {.code = code, .title = title, .provider = "agencies/a"};
}

// A small catalogue: names are r1, r2 …
void Fill(Index* index) {
  Entry population = Titled("101001/000001", "人口基础信息");
  population.items = {{.name = "公民身份号码"}, {.name = "姓名"}};
  population.declared_class = ShareClass::kConditional;
  Entry marriage = Titled("306002/000001", "婚姻登记信息");
  marriage.abstract = "结婚、离婚登记的人口和日期。";
  marriage.declared_class = ShareClass::kNotShared;
  marriage.provider = "agencies/b";
  Entry division = Titled("306001/000001", "统计用区划代码（2023 年版）");
  division.keywords = {"行政区划", "GB/T 2260"};
  division.declared_class = ShareClass::kUnconditional;
  index->Show("resources/r1", &population);
  index->Show("resources/r2", &marriage);
  index->Show("resources/r3", &division);
}

std::string Found(const Index& index, const Query& query) {
  std::string names;
  const std::vector<Hit> hits = index.Search(query).value();
  for (const Hit& hit : hits) {
    absl::StrAppend(&names, names.empty() ? "" : " ", hit.name.substr(10));
  }
  return names;
}

TEST_CASE("Text is folded to lower case, half width and single gaps", "[catalog][search]") {
  CHECK(Fold("ＧＢ/Ｔ 2260，区划！") == U"gb t 2260 区划");
  CHECK(Fold("  —— ") == U"");
  CHECK(Fold("\xE4\xBA") == U"");
  CHECK(Words(U"a 区划") == std::vector<std::u32string>{U"a", U"区划"});
}

TEST_CASE("Chinese words are found inside longer ones, Western ones where they begin",
          "[catalog][search]") {
  CHECK(Count(U"行政区划代码", U"区划") == 1);
  CHECK(Count(U"manage age", U"age") == 1);
  CHECK(Count(U"区划区划区划", U"区划") == 3);
}

TEST_CASE("Entries are found by one, two and many characters of any field", "[catalog][search]") {
  Index index;
  Fill(&index);
  const std::vector<std::pair<std::string, std::string>> table = {
      {"婚", "r2"},        {"婚姻", "r2"},         {"人口基础信息", "r1"}, {"区划", "r3"},
      {"公民身份", "r1"},  {"gb/t 2260", "r3"},    {"GB/T2260", ""},       {"306002/000001", "r2"},
      {"婚姻 登记", "r2"}, {"婚姻 区划", ""},      {"区码", ""},           {"2023", "r3"},
      {"船舶", ""},        {"行政区划 统计", "r3"}};
  for (const auto& [words, names] : table) {
    CAPTURE(words);
    CHECK(Found(index, {.words = words}) == names);
  }
}

TEST_CASE("A hit in the title goes before one in the abstract", "[catalog][search]") {
  Index index;
  Fill(&index);
  CHECK(Found(index, {.words = "人口"}) == "r1 r2");
  const Entry exact = Titled("101001/000002", "人口");
  index.Show("resources/r9", &exact);
  CHECK(Found(index, {.words = "人口"}) == "r9 r1 r2");
}

TEST_CASE("Filters narrow a search by class, provider and category", "[catalog][search]") {
  Index index;
  Fill(&index);
  CHECK(Found(index, {.words = "信息"}) == "r1 r2");
  CHECK(Found(index, {.words = "信息", .share_classes = {ShareClass::kNotShared}}) == "r2");
  CHECK(Found(index, {.words = "信息", .provider = "agencies/a"}) == "r1");
  CHECK(Found(index, {.words = "信息", .category = "306"}) == "r2");
  CHECK(Found(index, {.words = "信息", .category = "2"}).empty());
}

TEST_CASE("Entries are found under their provider's name, also after it changed",
          "[catalog][search]") {
  Index index;
  index.Learn(Agency{.name = "agencies/b", .display_name = "演示市民政局"});
  Fill(&index);
  index.Learn(Agency{.name = "agencies/a", .display_name = "演示市统计局"});
  CHECK(Found(index, {.words = "民政局"}) == "r2");
  CHECK(Found(index, {.words = "统计局"}) == "r1 r3");
  index.Learn(Agency{.name = "agencies/b", .display_name = "演示市民政和社会事务局"});
  CHECK(Found(index, {.words = "民政局"}).empty());
  CHECK(Found(index, {.words = "社会事务"}) == "r2");
  CHECK(index.size() == 3);
}

TEST_CASE("A changed entry is found by its new words only, a hidden one not at all",
          "[catalog][search]") {
  Index index;
  Fill(&index);
  const Entry renamed = Titled("306002/000001", "收养登记信息");
  index.Show("resources/r2", &renamed);
  CHECK(Found(index, {.words = "婚姻"}).empty());
  CHECK(Found(index, {.words = "收养"}) == "r2");
  index.Show("resources/r2", nullptr);
  CHECK(Found(index, {.words = "收养"}).empty());
  index.Show("resources/none", nullptr);
  CHECK(index.size() == 2);
}

TEST_CASE("Many changes do not grow the index without bound or lose an entry",
          "[catalog][search]") {
  Index index;
  for (int round = 0; round < 40; ++round) {
    for (int n = 0; n < 100; ++n) {
      const Entry entry = Titled("306001/000001", absl::StrCat("第", round, "轮 条目", n));
      index.Show(absl::StrCat("resources/r", n), &entry);
    }
  }
  CHECK(index.size() == 100);
  CHECK(index.Search({.words = "9轮"}).value().empty());  // inside a number
  CHECK(index.Search({.words = "第39轮"}).value().size() == 100);
  CHECK(index.Search({.words = "第38轮"}).value().empty());
}

TEST_CASE("A query without words, or too long, is refused", "[catalog][search]") {
  Index index;
  for (const std::string& words :
       {std::string(), std::string(" ，。"), std::string(201, 'x'), std::string("\xff")}) {
    CHECK(absl::IsInvalidArgument(index.Search({.words = words}).status()));
  }
}

}  // namespace
}  // namespace shareway::catalog::search
