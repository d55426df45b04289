// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/words.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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
  CHECK(Stream("婚姻登记") == "B婚 婚姻 姻登 登记 记 S姻 S姻登 S婚 S婚姻 S登 S登记 S记");
  CHECK(Stream("a 年") == "a B年 年 Sa S年");
  CHECK(Stream("ab") == "ab Sa Sab");
  CHECK(Stream("资资资") == "B资 资资 R 资资 资 S资 S资资");
  CHECK(Stream("资，资") == "B资 资 B资 资 S资");
  CHECK(Stream("a a A b") == "a R a R a b Sa Sb");
  CHECK(Stream("") == "");
}

TEST_CASE("A query's words become tokens without syntax", "[catalog][search]") {
  for (const auto& [query, phrases] : std::vector<std::pair<std::string, std::string>>{
           {"婚", "S婚"},
           {"婚姻", "S婚姻"},
           {"婚姻登记 Gb/T", "婚姻 姻登 登记, Sgb, St"},
           {"\"gb/t 2260\"", "gb t 2260"},
           {"“manag”", "manag"},
           {"第39轮", "第 39 B轮"},
           {"资资", "S资资"},
           {"资资资资", "资资 R 资资 R 资资"},
           {"\"a A r R\"", "a R a r R r"},
           {"\"婚姻、登记\"", "婚姻 姻 B登 登记"},
           {"OR -婚姻 *) || delete' \\\" Resources", "Sor, S婚姻, Sdelete, resources"},
           {"，。", ""}}) {
    CAPTURE(query);
    CHECK(Phrases(query) == phrases);
  }
}

// What stands for " word " in " stream ", so that tokens are compared whole.
bool Follow(const std::string& phrase, const std::string& stream) {
  return absl::StrContains(absl::StrCat(" ", stream, " "), absl::StrCat(" ", phrase, " "));
}

TEST_CASE("A phrase's tokens are in a text's if and only if the word is, repeated or not",
          "[catalog][search]") {
  // Every text and every quoted word of up to five units of this alphabet, blanks among them.
  const std::vector<std::string> alphabet = {"资", "讯", "a ", "，"};
  std::vector<std::string> all = {""};
  for (size_t begin = 0, length = 1; length <= 5; ++length) {
    const size_t end = all.size();
    for (size_t i = begin; i < end; ++i) {
      for (const std::string& letter : alphabet) all.push_back(all[i] + letter);
    }
    begin = end;
  }
  size_t found = 0;
  for (const std::string& text : all) {
    const std::vector<Unit> units = UnitsOf(text);
    const std::string stream = Stream(text);
    // Words of up to three units; longer ones only repeat what these show.
    for (size_t w = 1; w < 1 + 4 + 16 + 64; ++w) {
      const std::vector<Word> words = WordsOf(absl::StrCat("\"", all[w], "\""));
      if (words.empty()) continue;
      const bool has = !Occurrences(units, words[0]).empty();
      if (has != Follow(Phrase(words[0]), stream)) {
        CAPTURE(text, all[w], stream, Phrase(words[0]));
        CHECK(has == Follow(Phrase(words[0]), stream));
      }
      found += has ? 1 : 0;
    }
  }
  CHECK(found > 1000);
}

TEST_CASE("What is told to occur once does, however often the text repeats it",
          "[catalog][search]") {
  const std::string text = "资资资资 a a ab 资讯，资讯资讯";
  const std::vector<std::string> tokens = absl::StrSplit(Stream(text), ' ');
  for (const char* query : {"资", "资资", "资讯", "a", "ab", "\"资讯\""}) {
    CAPTURE(query);
    const std::string phrase = Phrase(WordsOf(query).at(0));
    CHECK(OccursOnce(phrase));
    CHECK(std::count(tokens.begin(), tokens.end(), phrase) == 1);
  }
  for (const char* query : {"资资资", "\"a\"", "\"资，讯\"", "资讯资讯"}) {
    CAPTURE(query);
    CHECK_FALSE(OccursOnce(Phrase(WordsOf(query).at(0))));
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
