// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/index.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "services/catalog/search/test_shelf.h"

namespace shareway::catalog::search {
namespace {

// A small catalogue: ids are r1, r2 and r3.
void Fill(Shelf* shelf) {
  Entry population = Titled("101001/000001", "人口基础信息");
  population.items = {{.name = "公民身份号码", .grading = Grading::kImportant}, {.name = "姓名"}};
  population.declared_class = ShareClass::kConditional;
  population.division = "990100";
  Entry marriage = Titled("306002/000001", "婚姻登记信息");
  marriage.abstract = "结婚、离婚登记的人口和日期。";
  marriage.declared_class = ShareClass::kNotShared;
  marriage.provider = "agencies/b";
  marriage.update_cycle = UpdateCycle::kDaily;
  Entry division = Titled("306001/000001", "统计用区划代码（2023 年版）");
  division.keywords = {"行政区划", "GB/T 2260"};
  division.declared_class = ShareClass::kUnconditional;
  division.format = ResourceFormat::kSpreadsheet;
  division.division = "990000";
  shelf->Put("resources/r1", population);
  shelf->Put("resources/r2", marriage);
  shelf->Put("resources/r3", division);
}

TEST_CASE("Entries are found by one, two and many characters of any field", "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  const auto index = shelf.Open();
  const std::vector<std::pair<std::string, std::string>> table = {
      {"婚", "r2"},        {"婚姻", "r2"},         {"人口基础信息", "r1"},  {"区划", "r3"},
      {"公民身份", "r1"},  {"gb/t 2260", "r3"},    {"GB/T2260", ""},        {"306002/000001", "r2"},
      {"婚姻 登记", "r2"}, {"婚姻 区划", ""},      {"区码", ""},            {"2023", "r3"},
      {"船舶", ""},        {"行政区划 统计", "r3"}, {"婚姻登記資訊", ""},    {"婚姻登記", "r2"},
      {"區劃代碼", "r3"},  {"22", "r3"},           {"\"22\"", ""},          {"\"gb t 2260\"", "r3"},
      {"\"t gb\"", ""},    {"“结婚、离婚”", "r2"}, {"结婚离婚", ""},        {"2023年版", "r3"}};
  for (const auto& [words, ids] : table) {
    CAPTURE(words);
    CHECK(IdsOf(index.get(), {.words = words}) == ids);
  }
}

TEST_CASE("A Simplified query finds a Traditional entry", "[catalog][search]") {
  Shelf shelf;
  shelf.Put("resources/t", Titled("1/1", "婚姻登記資訊（臺灣）"));
  const auto index = shelf.Open();
  CHECK(IdsOf(index.get(), {.words = "婚姻登记资讯"}) == "t");
  CHECK(IdsOf(index.get(), {.words = "台湾"}) == "t");
}

TEST_CASE("Title goes before item names, these before the abstract", "[catalog][search]") {
  Shelf shelf;
  Entry items = Titled("1/2", "丙");
  items.items = {{.name = "船舶"}};
  Entry abstract = Titled("1/3", "丁");
  abstract.abstract = "船舶船舶船舶 船舶 船舶";
  shelf.Put("resources/a", abstract);
  shelf.Put("resources/b", items);
  shelf.Put("resources/c", Titled("1/1", "船舶登记信息"));
  shelf.Put("resources/d", Titled("1/4", "船舶"));
  const auto index = shelf.Open();
  CHECK(IdsOf(index.get(), {.words = "船舶"}) == "d c b a");
}

TEST_CASE("The order of names is never turned round by their numbers", "[catalog][search]") {
  const std::string alphabet = "-./059Za";
  std::vector<std::string> names = {"", "a", "origins/z/resources/9", "resources", "resources0", "z"};
  for (char a : alphabet) {
    for (char b : alphabet) {
      names.push_back(absl::StrCat("resources/", std::string(1, a)));
      names.push_back(absl::StrCat("resources/", std::string(1, a), std::string(1, b)));
      for (char c : alphabet) {
        names.push_back(absl::StrCat("resources/", std::string(1, a), std::string(1, b),
                                     "2-00000000000", std::string(1, c)));
      }
    }
  }
  std::sort(names.begin(), names.end());
  size_t turned = 0;
  for (size_t i = 1; i < names.size(); ++i) {
    turned += OrderOf(names[i - 1]) > OrderOf(names[i]) ? 1 : 0;
  }
  CHECK(turned == 0);
  CHECK(OrderOf("resources/306002-000001") < OrderOf("resources/306002-000002"));
  CHECK(OrderOf("resources/306002-000009") < OrderOf("resources/306002-000010"));
  CHECK(OrderOf("origins/a/resources/306002-000001") < OrderOf("resources/306002-000001"));
}

TEST_CASE("Equals come by name, of whatever form it is, page after page", "[catalog][search]") {
  Shelf shelf;
  std::vector<std::string> names;
  for (const char* id : {"306002-000001", "306002-000002", "306002-000010", "306002", "a-1", "b-0",
                         "B-7", "306002-0000010000017", "306002-0000010000016"}) {
    names.push_back(absl::StrCat("resources/", id));
    shelf.Put(names.back(), Titled("1/1", "船舶"));
  }
  names.push_back("origins/city.example/resources/306002-000009");
  shelf.Put(names.back(), Titled("1/1", "船舶"));
  std::sort(names.begin(), names.end());
  const auto index = shelf.Open();
  std::vector<std::string> found;
  Query query = {.words = "船舶", .limit = 2};
  for (;;) {
    const Found page = index->Search(query).value();
    for (const Place& hit : page.hits) found.push_back(hit.name);
    if (page.hits.empty()) break;
    query.after = {page.hits.back()};
  }
  CHECK(found == names);
}

TEST_CASE("Filters narrow a search, and facets count what is left", "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  const auto index = shelf.Open();
  CHECK(IdsOf(index.get(), {.words = "信息"}) == "r1 r2");
  for (const auto& [query, ids] : std::vector<std::pair<Query, std::string>>{
           {{.words = "信息", .share_classes = {ShareClass::kNotShared}}, "r2"},
           {{.words = "信息",
             .share_classes = {ShareClass::kNotShared, ShareClass::kConditional}},
            "r1 r2"},
           {{.words = "信息", .provider = "agencies/a"}, "r1"},
           {{.words = "信息", .category = "306"}, "r2"},
           {{.words = "信息", .category = "2"}, ""},
           {{.words = "信息", .division = "9901"}, "r1"},
           {{.words = "代码", .formats = {ResourceFormat::kSpreadsheet}}, "r3"},
           {{.words = "代码", .formats = {ResourceFormat::kImage}}, ""},
           {{.words = "信息", .update_cycles = {UpdateCycle::kDaily}}, "r2"},
           {{.words = "信息", .gradings = {Grading::kImportant}}, "r1"}}) {
    CHECK(IdsOf(index.get(), query) == ids);
  }
  const Found found = index->Search({.words = "信息"}).value();
  CHECK(found.total == 2);
  using Values = std::vector<std::pair<std::string, int64_t>>;
  CHECK(found.facets.at("provider") == Values{{"agencies/a", 1}, {"agencies/b", 1}});
  CHECK(found.facets.at("share_class") == Values{{"2", 1}, {"3", 1}});
  CHECK(found.facets.at("division") == Values{{"990100", 1}});
  const Found narrowed = index->Search({.words = "信息", .category = "3"}).value();
  CHECK(narrowed.facets.at("category") == Values{{"3", 1}});
  CHECK(index->Search({.words = "信息", .facets = false}).value().facets.empty());
}

TEST_CASE("Pages put together are the whole, each hit once", "[catalog][search]") {
  Shelf shelf;
  for (int n = 0; n < 60; ++n) {
    Entry entry = Titled(absl::StrCat("1/", n), absl::StrCat("信息", std::string(n % 3, 'x')));
    if (n % 2 == 0) entry.abstract = "信息";
    if (n % 4 == 0) entry.title = "其他";
    shelf.Put(absl::StrCat("resources/r", n), entry);
  }
  const auto index = shelf.Open();
  Query query = {.words = "信息", .category = "1", .limit = 1000};
  const std::string whole = IdsOf(index.get(), query);
  std::string pages;
  query.limit = 7;
  for (;;) {
    const Found found = index->Search(query).value();
    if (found.hits.empty()) break;
    for (const Place& hit : found.hits) {
      absl::StrAppend(&pages, pages.empty() ? "" : " ", hit.name.substr(10));
    }
    query.after = {found.hits.back()};
  }
  CHECK(pages == whole);
}

TEST_CASE("Entries are found under their provider's name, also after it changed",
          "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  const auto index = shelf.Open();
  index->Learn(Agency{.name = "agencies/b", .display_name = "演示市民政局"});
  index->Learn(Agency{.name = "agencies/a", .display_name = "演示市统计局"});
  CHECK(IdsOf(index.get(), {.words = "民政局"}) == "r2");
  CHECK(IdsOf(index.get(), {.words = "统计局"}) == "r1 r3");
  index->Learn(Agency{.name = "agencies/b", .display_name = "演示市民政和社会事务局"});
  CHECK(IdsOf(index.get(), {.words = "民政局"}).empty());
  CHECK(IdsOf(index.get(), {.words = "社会事务"}) == "r2");
  CHECK(index->size() == 3);
}

TEST_CASE("A changed entry is found by its new words only, a hidden one not at all",
          "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  const auto index = shelf.Open();
  shelf.Show(index.get(), "resources/r2", Titled("306002/000001", "收养登记信息"));
  CHECK(IdsOf(index.get(), {.words = "婚姻"}).empty());
  CHECK(IdsOf(index.get(), {.words = "收养"}) == "r2");
  shelf.Show(index.get(), "resources/r2", std::nullopt);
  CHECK(IdsOf(index.get(), {.words = "收养"}).empty());
  index->Show("resources/none", nullptr);
  CHECK(IdsOf(index.get(), {.words = "人口"}) == "r1");
  CHECK(index->size() == 2);
}

TEST_CASE("Many changes that come at once are applied page by page", "[catalog][search]") {
  Shelf shelf;
  const std::unique_ptr<Index> index = Index::Open(shelf.folder()).value();
  // Shown only: what a failed page lost no rebuild would find.
  const int many = 2 * static_cast<int>(Database::kMaxPut) + 51;
  for (int i = 0; i < many; ++i) {
    const Entry entry = Titled("101001/000001", "人口基础信息");
    index->Show(absl::StrCat("resources/r", i), i % 10 == 0 ? nullptr : &entry);
  }
  index->Start(shelf.SourceOf());
  const int shown = many - (many + 9) / 10;
  for (int i = 0; i < 3000 && index->size() < shown; ++i) absl::SleepFor(absl::Milliseconds(10));
  CHECK(index->Search({.words = "人口"})->total == shown);
  CHECK(index->rebuilds() == 1);
  // The database itself takes no more than a page.
  const testing::TempDir other;
  const auto database = Database::Create(other.path()).value();
  CHECK(absl::IsInvalidArgument(
      database->Put(std::vector<Document>(Database::kMaxPut + 1, {.name = "resources/r1"}))));
}

TEST_CASE("A query that cannot be answered is refused, naming the field", "[catalog][search]") {
  Shelf shelf;
  const auto index = shelf.Open();
  for (const Query& query :
       {Query{.words = ""}, Query{.words = " ，。"}, Query{.words = std::string(201, 'x')},
        Query{.words = "\xff"}, Query{.words = "a b c d e f g h i j k l m n o p q"},
        Query{.words = "a", .provider = "agencies/a\" || true || \""},
        Query{.words = "a", .category = "1' --limit -1"},
        Query{.words = "a", .division = "99\""}}) {
    CAPTURE(query.words, query.provider);
    CHECK(absl::IsInvalidArgument(index->Search(query).status()));
  }
}

TEST_CASE("Nothing that a user writes is syntax to the index", "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  Entry hostile = Titled("9/9", "'] --table Terms \\\" <b>\n\"}]' 危险 OR 1 == 1");
  hostile.abstract = "%s${x}\\u0022, {\"_key\":\"resources/forged\"}";
  hostile.keywords = {"\xEF\xBF\xBD", "\t'"};
  shelf.Put("resources/h", hostile);
  const auto index = shelf.Open();
  CHECK(index->size() == 4);
  CHECK(IdsOf(index.get(), {.words = "危险"}) == "h");
  CHECK(IdsOf(index.get(), {.words = "forged"}) == "h");
  for (const std::string words :
       {"x' --limit -1 --output_columns '*", "\"x\\\" OR _key:^resources", "x) || true || (x",
        "x\" || _score > 0", "x --filter true", "*", "-人口", "人口*", "title:@人口", "~x",
        "x\n--cache yes", "(人口", "人口 -婚姻", "人口 + OR 婚姻", ">x", "\\", "\"", "'",
        "x;delete Resources resources/r1"}) {
    CAPTURE(words);
    const absl::StatusOr<Found> found = index->Search({.words = words});
    CHECK((found.ok() || absl::IsInvalidArgument(found.status())));
    if (found.ok()) CHECK(found->total <= 2);
  }
  CHECK(IdsOf(index.get(), {.words = "人口 -婚姻"}) == "r2");  // a separator, no operator
  CHECK(index->size() == 4);
  CHECK(index->rebuilds() == 1);
}

TEST_CASE("Highlights mark what was found in the text as it was written", "[catalog][search]") {
  Entry entry = Titled("306002/000001", "婚姻登記<b>資訊</b>");
  entry.items = {{.name = "姓名"}, {.name = "登记日期"}};
  const std::vector<Highlight> found = Highlights(entry, "登记 b");
  REQUIRE(found.size() == 2);
  CHECK(found[0].field == "title");
  std::string marked;
  for (const Highlight::Piece& piece : found[0].pieces) {
    marked += piece.found ? "[" + piece.text + "]" : piece.text;
  }
  CHECK(marked == "婚姻[登記]<[b]>資訊</[b]>");
  CHECK(found[1].field == "items[1].name");
  CHECK(Highlights(entry, "船舶").empty());
}

}  // namespace
}  // namespace shareway::catalog::search
