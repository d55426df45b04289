// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/source_match.h"

#include <tuple>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/codes/fold.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

Entry EntryOf(const std::string& provider, const std::vector<std::string>& names) {
  Entry entry = GoodEntry();
  entry.provider = provider;
  entry.items.clear();
  for (const std::string& name : names) entry.items.push_back({.id = "i", .name = name});
  return entry;
}

TEST_CASE("Names are compared without width, case, blanks and punctuation", "[catalog][source]") {
  CHECK(codes::FoldName("ＩＤ 号码（身份证）") == codes::FoldName("id号码身份证"));
  CHECK(codes::FoldName("①") == "1");
  CHECK(codes::FoldName(" -、") == "");
  CHECK(codes::FoldName("姓名") != codes::FoldName("性别"));
}

TEST_CASE("Likeness of two names is Dice's coefficient over their bigrams", "[catalog][source]") {
  for (const auto& [a, b, dice] : std::vector<std::tuple<std::string, std::string, double>>{
           {"保障金额", "保障金额", 1.0},
           {"保障金额", "保障总金额", 4.0 / 7},
           {"姓名", "姓名拼音", 0.5},
           {"姓", "姓", 0.0},
           {"", "姓名", 0.0},
           {"哈哈哈", "哈哈", 2.0 / 3}}) {
    CHECK(Dice(a, b) == Approx(dice));
    CHECK(Dice(b, a) == Approx(dice));
  }
}

TEST_CASE("A list of synonyms is taken whole or refused with its line", "[catalog][source]") {
  const auto synonyms = Synonyms::Parse("# 注释\n\n身份证号，证件号码,公民身份号码\n姓名,名字\n");
  REQUIRE(synonyms.ok());
  CHECK(synonyms->Of("证件号码").size() == 3);
  CHECK(synonyms->Of("别的") == std::vector<std::string>{"别的"});
  for (const auto& [text, line] : std::vector<std::pair<std::string, std::string>>{
           {"姓名", "line 1"},
           {"姓名,名字\n性别,姓 名", "line 2"},
           {"姓名,姓名", "line 1"},
           {"#\n姓名,、", "line 2"}}) {
    const absl::Status refused = Synonyms::Parse(text).status();
    CHECK(absl::IsInvalidArgument(refused));
    CHECK(absl::StrContains(refused.message(), line));
  }
}

TEST_CASE("A name finds the same, its synonyms and similar ones in this order",
          "[catalog][source]") {
  const Synonyms synonyms = Synonyms::Parse("身份证号,证件号码\n").value();
  CollectedNames names;
  const Entry first = EntryOf("agencies/a", {"证件 号码", "起始日期", "保障金额数"});
  const Entry second = EntryOf("agencies/b", {"身份证号", "保障金额", "保障"});
  names.Show("resources/r1", &first);
  names.Show("resources/r2", &second);
  auto found = names.Find("证件号码", synonyms, 10);
  REQUIRE(found.size() == 2);
  CHECK(found[0].likeness == Likeness::kExact);
  CHECK(found[0].resources == std::vector<std::string>{"resources/r1"});
  CHECK(found[1].likeness == Likeness::kSynonym);
  found = names.Find("保障金额", synonyms, 10);
  REQUIRE(found.size() == 2);
  CHECK(found[0].likeness == Likeness::kExact);
  CHECK(found[1].likeness == Likeness::kSimilar);
  CHECK(found[1].score == Approx(6.0 / 7));
  CHECK(names.Find("没有的东西", synonyms, 10).empty());
  // What is no longer published is not found, and its place is used again.
  names.Show("resources/r1", nullptr);
  names.Show("resources/r3", &first);
  CHECK(names.Find("证件号码", synonyms, 10)[0].resources ==
        std::vector<std::string>{"resources/r3"});
}

TEST_CASE("What several agencies collect is told, and what one received is not",
          "[catalog][source]") {
  CollectedNames names;
  const Entry first = EntryOf("agencies/a", {"姓名", "性别", "民族"});
  Entry second = EntryOf("agencies/b", {"姓名", "性别"});
  second.items[1].received_under = "grants/g";
  const Entry third = EntryOf("agencies/a", {"民族"});
  names.Show("resources/r1", &first);
  names.Show("resources/r2", &second);
  names.Show("resources/r3", &third);
  const auto several = names.Several("", 10);
  REQUIRE(several.size() == 1);
  CHECK(several[0].folded == "姓名");
  CHECK(several[0].resources.size() == 2);
  CHECK(names.Several(several[0].folded, 10).empty());
  CHECK(names.Of("民族").resources.at("agencies/a").size() == 2);
}

}  // namespace
}  // namespace shareway::catalog
