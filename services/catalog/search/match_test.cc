// SPDX-License-Identifier: Apache-2.0
// A search asked of one entry at a time finds what the index finds.
#include "services/catalog/search/match.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "catch2/catch.hpp"
#include "services/catalog/search/test_ready.h"
#include "services/catalog/search/test_shelf.h"
#include "tests/support/campaign.h"

namespace shareway::catalog::search {
namespace {

constexpr char kProviderName[] = "演示市民政局 A1";

class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}
  size_t Below(size_t end) { return random_() % end; }
  std::string Text(size_t max) {
    static const std::vector<std::string>& letters = *new std::vector<std::string>{
        "登", "记", "記", "婚", "资", "資", "人", "a", "B", "Ａ", "1", "２", " ", "，", "/", "\n"};
    std::string text;
    for (size_t n = 1 + Below(max); n > 0; --n) text += letters[Below(letters.size())];
    return text;
  }
  template <typename Enum>
  Enum One(int last) {
    return static_cast<Enum>(Below(static_cast<size_t>(last) + 1));  // or unspecified
  }
  template <typename Enum>
  std::vector<Enum> Some(int last) {
    if (Below(3) != 0) return {};
    return {static_cast<Enum>(1 + Below(static_cast<size_t>(last)))};
  }

 private:
  std::mt19937 random_;
};

Entry AnEntry(Writer* writer, int n) {
  Entry entry = Titled(absl::StrCat(1 + writer->Below(3), "06/", n), writer->Text(8));
  entry.provider = writer->Below(2) == 0 ? "agencies/a" : "agencies/b";
  entry.keywords = {writer->Text(3), writer->Text(3)};
  entry.items = {{.name = writer->Text(4), .grading = writer->One<Grading>(3)},
                 {.name = writer->Text(4), .grading = writer->One<Grading>(3)}};
  entry.abstract = writer->Text(20);
  entry.declared_class = static_cast<ShareClass>(1 + writer->Below(3));
  entry.division = writer->Below(4) == 0 ? "" : absl::StrCat("99010", writer->Below(3));
  entry.format = writer->One<ResourceFormat>(7);
  entry.update_cycle = writer->One<UpdateCycle>(9);
  return entry;
}

Query AQuestion(Writer* writer) {
  Query query = {.words = writer->Text(4)};
  if (writer->Below(3) == 0) query.words = absl::StrCat("\"", query.words, "\"");
  if (writer->Below(3) == 0) absl::StrAppend(&query.words, " ", writer->Text(3));
  query.share_classes = writer->Some<ShareClass>(3);
  query.formats = writer->Some<ResourceFormat>(7);
  query.update_cycles = writer->Some<UpdateCycle>(9);
  query.gradings = writer->Some<Grading>(3);
  if (writer->Below(4) == 0) query.provider = "agencies/a";
  if (writer->Below(4) == 0) query.category = absl::StrCat(1 + writer->Below(3));
  if (writer->Below(4) == 0) query.division = "99010" + std::to_string(writer->Below(3));
  return query;
}

// Words that the index knows to find too much for; README, Search, known defect.
bool Doubled(const std::string& query) {
  for (const Word& word : WordsOf(query)) {
    const std::vector<std::string> tokens = absl::StrSplit(Phrase(word), ' ');
    if (std::adjacent_find(tokens.begin(), tokens.end()) != tokens.end()) return true;
  }
  return false;
}

TEST_CASE("One entry is matched as the index finds it", "[catalog][search][campaign]") {
  const unsigned seed = testing::DaySeed();
  INFO("SHAREWAY_SEED=" << seed);
  Writer writer(seed);
  Shelf shelf;
  std::map<std::string, Searched> entries;
  const int count = 300;
  for (int n = 0; n < count; ++n) {
    const Entry entry = AnEntry(&writer, n);
    const std::string name = absl::StrCat("resources/r", n);
    entries.emplace(name, Searched(entry, entry.provider == "agencies/a" ? kProviderName : ""));
    shelf.Put(name, entry);
  }
  const std::unique_ptr<Index> index = Index::Open(shelf.folder()).value();
  index->Learn(Agency{.name = "agencies/a", .display_name = kProviderName});
  index->Start(shelf.SourceOf());
  REQUIRE(AwaitReady(index.get()));
  REQUIRE(index->size() == count);

  size_t found = 0;
  for (int round = 0; round < testing::Rounds(400, 4000); ++round) {
    Query query = AQuestion(&writer);
    query.limit = count;
    CAPTURE(query.words, query.category, query.division, query.provider);
    const absl::StatusOr<Found> hits = index->Search(query);
    CHECK(CheckQuery(query).code() == hits.status().code());
    if (!hits.ok() || Doubled(query.words)) continue;
    std::set<std::string> wanted;
    for (const Place& hit : hits->hits) wanted.insert(hit.name);
    std::set<std::string> matched;
    const Matcher matcher(query);
    for (const auto& [name, entry] : entries) {
      if (matcher.Finds(entry)) matched.insert(name);
    }
    REQUIRE(matched == wanted);
    found += wanted.size();
  }
  CHECK(found > 100);
}

TEST_CASE("A search without a word finds nothing", "[catalog][search]") {
  const Searched entry(Titled("306002/000001", "婚姻登记"), "");
  CHECK_FALSE(Matcher({.words = "，"}).Finds(entry));
  CHECK(Matcher({.words = "登記"}).Finds(entry));
  CHECK_FALSE(Matcher({.words = "登记 低保"}).Finds(entry));
}

}  // namespace
}  // namespace shareway::catalog::search
