// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/source_match.h"

#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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
  const auto several = names.Several("", 10, 10);
  REQUIRE(several.names.size() == 1);
  CHECK(several.names[0].folded == "姓名");
  CHECK(several.names[0].resources.size() == 2);
  CHECK(several.last.empty());
  CHECK(names.Several(several.names[0].folded, 10, 10).names.empty());
  // One name at a time comes to the same.
  std::vector<std::string> told;
  for (std::string last;;) {
    const CollectedNames::Page page = names.Several(last, 10, 1);
    for (const auto& name : page.names) told.push_back(name.folded);
    if (page.last.empty()) break;
    REQUIRE(page.last > last);
    last = page.last;
  }
  CHECK(told == std::vector<std::string>{"姓名"});
  CHECK(names.Of("民族").resources.at("agencies/a").size() == 2);
}

// A name of `length` characters of its own, after `beginning`.
std::string NameOf(const std::string& beginning, int number, int length) {
  std::string name = beginning;
  for (int i = 0; i < length; ++i) {
    name += static_cast<char>('a' + number % 26);
    number = number / 26 + i;
  }
  return name;
}

TEST_CASE("A check reads only names that can be alike, and scores those that are",
          "[catalog][source]") {
  CollectedNames names;
  std::vector<std::string> short_ones;
  std::vector<std::string> long_ones;
  for (int i = 0; i < 2000; ++i) {
    short_ones.push_back(NameOf("名称", i, 4));
    long_ones.push_back(NameOf("名称", i, 48));
  }
  const Entry first = EntryOf("agencies/a", short_ones);
  const Entry second = EntryOf("agencies/b", long_ones);
  const Entry third = EntryOf("agencies/c", {"名称甲乙"});
  names.Show("resources/r1", &first);
  names.Show("resources/r2", &second);
  names.Show("resources/r3", &third);
  REQUIRE(names.size() == 4001);
  // All share its first bigram. To three bigrams 49 cannot be alike.
  CollectedNames::Work work;
  const auto found = names.Find("名称甲丙", Synonyms(), 10, &work);
  REQUIRE(found.size() == 1);
  CHECK(found[0].folded == "名称甲乙");
  CHECK(found[0].score == Approx(2.0 / 3));
  CHECK(work.scored == 1);
  CHECK(work.read == 2002);
  // The longest name that may be asked reads each of the long ones once, and no short one.
  work = {};
  std::string asked = "名称";
  for (int i = 0; i < 49; ++i) absl::StrAppend(&asked, "甲", "乙");
  names.Find(asked, Synonyms(), 10, &work);
  CHECK(work.read == 2000);
  CHECK(work.scored == 0);
}

TEST_CASE("Of very many names that are alike the likest are told", "[catalog][source]") {
  CollectedNames names;
  std::vector<std::string> alike = {"某某登记证件号码"};
  for (int i = 0; i < 500; ++i) alike.push_back(absl::StrCat("某某登记证件号码", i));
  const Entry entry = EntryOf("agencies/a", alike);
  names.Show("resources/r1", &entry);
  const auto found = names.Find("某某登记证件号码", Synonyms(), 10);
  REQUIRE(found.size() == CollectedNames::kMaxNames);
  CHECK(found.front().likeness == Likeness::kExact);
  for (size_t i = 1; i < found.size(); ++i) CHECK(found[i - 1].score >= found[i].score);
}

TEST_CASE("A name is forgotten with the last entry that has it", "[catalog][source]") {
  CollectedNames names;
  const Entry staying = EntryOf("agencies/a", {"姓名", "登记证件号码"});
  names.Show("resources/r0", &staying);
  for (int i = 0; i < 1000; ++i) {
    const Entry passing = EntryOf("agencies/b", {"姓名", absl::StrCat("登记证件号码", i)});
    names.Show("resources/r1", &passing);
    CHECK(names.size() == 3);
  }
  names.Show("resources/r1", nullptr);
  CHECK(names.size() == 2);
  CollectedNames::Work work;
  REQUIRE(names.Find("登记证件号码", Synonyms(), 10, &work).size() == 1);
  CHECK(work.read == 5);
  names.Show("resources/r0", nullptr);
  CHECK(names.size() == 0);
  CHECK(names.Find("姓名", Synonyms(), 10).empty());
  // What is forgotten is learnt again.
  names.Show("resources/r0", &staying);
  CHECK(names.Find("姓名", Synonyms(), 10).size() == 1);
}

}  // namespace
}  // namespace shareway::catalog
