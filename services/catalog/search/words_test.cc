// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/words.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"

namespace shareway::catalog::search {
namespace {

// Units between '|', those after a gap with '_' before them.
std::string Shape(const std::string& text) {
  std::string shape;
  for (const Unit& unit : UnitsOf(text)) {
    absl::StrAppend(&shape, shape.empty() ? "" : "|", unit.gap ? "_" : "", unit.text);
  }
  return shape;
}

std::string Phrases(const std::string& query) {
  std::string phrases;
  for (const Word& word : WordsOf(query)) {
    absl::StrAppend(&phrases, phrases.empty() ? "" : ", ", Phrase(word));
  }
  return phrases;
}

TEST_CASE("Text is folded by character: width, case, marks and script", "[catalog][search]") {
  REQUIRE(CheckFolding().ok());
  for (const auto& [text, shape] : std::vector<std::pair<std::string, std::string>>{
           {"ＧＢ/Ｔ 2260，区划！", "gb|_t|_2260|_区|划"},
           {"婚姻登記資訊", "婚|姻|登|记|资|讯"},
           {"乾", "干"},
           {"Café CAFE\xCC\x81", "cafe|_cafe"},
           {"第39輪", "第|39|轮"},
           {"  —— ", ""},
           {"\xE4\xBA", ""},
           {"a\xFF" "b", "a|_b"},
           {std::string("a\0b", 3), "a|_b"},
           {"𠀀", "𠀀"},
           {std::string(40, 'x'), std::string(kMaxLetters, 'x')}}) {
    CAPTURE(text);
    CHECK(Shape(text) == shape);
  }
}

TEST_CASE("A unit knows its bytes in the text", "[catalog][search]") {
  const std::vector<Unit> units = UnitsOf("，ＡＢ婚");
  REQUIRE(units.size() == 2);
  CHECK(units[0].begin == 3);
  CHECK(units[0].end == 9);
  CHECK(units[1].begin == 9);
  CHECK(units[1].end == 12);
}

TEST_CASE("Streams hold pairs, ends of runs and beginnings", "[catalog][search]") {
  CHECK(Stream("婚姻登记") == "婚 婚姻 姻登 登记 记 S姻 S婚 S登 S记");
  CHECK(Stream("a 年") == "a 年 年 Sa S年");
  CHECK(Stream("ab") == "ab Sa Sab");
  CHECK(Stream("") == "");
}

TEST_CASE("A query's words become tokens without syntax", "[catalog][search]") {
  for (const auto& [query, phrases] : std::vector<std::pair<std::string, std::string>>{
           {"婚", "S婚"},
           {"婚姻", "婚姻"},
           {"婚姻登记 Gb/T", "婚姻 姻登 登记, Sgb, St"},
           {"\"gb/t 2260\"", "gb t 2260"},
           {"“manag”", "manag"},
           {"第39轮", "第 39 轮"},
           {"\"婚姻、登记\"", "婚姻 姻 登 登记"},
           {"OR -婚姻 *) || delete' \\\" Resources", "Sor, 婚姻, Sdelete, resources"},
           {"，。", ""}}) {
    CAPTURE(query);
    CHECK(Phrases(query) == phrases);
  }
}

TEST_CASE("Chinese is found inside of runs, letters where they begin, quotes whole",
          "[catalog][search]") {
  const auto count = [](const std::string& text, const std::string& query) {
    return Occurrences(UnitsOf(text), WordsOf(query).at(0)).size();
  };
  CHECK(count("行政区划代码", "区划") == 1);
  CHECK(count("manage age", "age") == 1);
  CHECK(count("manage age", "man") == 1);
  CHECK(count("manage age", "\"man\"") == 0);
  CHECK(count("区划区划区划", "区划") == 3);
  CHECK(count("婚姻、登记", "姻登") == 0);
  CHECK(count("婚姻、登记", "\"姻 登\"") == 1);
  CHECK(count("第39轮", "39轮") == 1);
}

}  // namespace
}  // namespace shareway::catalog::search
