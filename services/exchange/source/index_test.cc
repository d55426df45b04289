// SPDX-License-Identifier: Apache-2.0
// Secondary indexes: whatever way a query is read, it gives the same rows.
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/domain/index_entry.h"
#include "services/exchange/test_datasets.h"

namespace shareway::exchange {
namespace {

constexpr auto kNever = [] { return false; };

ReadRequest Ask(std::vector<filter::Condition> where, int limit = 100) {
  return {.resource = kResource,
          .items = {"code", "name", "parent"},
          .where = Where(std::move(where)),
          .compared = {"code", "name", "parent"},
          .limit = limit};
}

// As one to whom "name" is not granted asks, or granted masked, and "parent" neither.
ReadRequest AskBlind(std::vector<filter::Condition> where, int limit = 100) {
  ReadRequest request = Ask(std::move(where), limit);
  request.items = {"code"};
  request.compared = {"code"};
  return request;
}

// All pages, as "code " each; "!" and the error if one is refused.
std::string CodesOf(const Host& host, ReadRequest request) {
  std::string codes;
  for (;;) {
    const auto page = host.source->Read(request);
    if (!page.ok()) return absl::StrCat("!", page.status().message());
    for (const Row& row : page->rows) absl::StrAppend(&codes, *row[0], " ");
    if (page->next.empty()) return codes;
    request.after = page->next;
  }
}

const std::string kTree = absl::StrCat(kHeader,
                                       "11,北京市,\n1101,市辖区,11\n110101,东城区,1101\n"
                                       "110102,西城区,1101\n12,天津市,\n1201,市辖区,12\n");

TEST_CASE("A query by an indexed item gives the rows in the order of value and key", "[source]") {
  auto [where, want] = GENERATE(table<std::vector<filter::Condition>, std::string>({
      {{Equal("name", "市辖区")}, "1101 1201 "},
      {{Equal("parent", "1101")}, "110101 110102 "},
      {{StartsWith("parent", "1")}, "1101 110101 110102 1201 "},
      {{StartsWith("name", "市"), Equal("parent", "12")}, "1201 "},
      {{Equal("name", "没有")}, ""},
      {{StartsWith("code", "1"), Equal("name", "市辖区")}, "1101 1201 "},
      {{Equal("code", "1201"), Equal("name", "市辖区")}, "1201 "},
      {{Equal("code", "1202"), Equal("name", "市辖区")}, ""},
  }));
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name", "parent"};
  REQUIRE(host.Load(kTree).ok());
  for (int limit : {1, 2, 100}) CHECK(CodesOf(host, Ask(where, limit)) == want);
}

// Of which the order by name is not the order by code, and neither is that by parent.
const std::string kShuffled = absl::StrCat(kHeader,
                                           "1,b3,y2\n2,a1,y1\n3,b1,x9\n4,b2,y3\n5,c1,y0\n"
                                           "6,b0,y2\n7,b2,x1\n");

TEST_CASE("Rows do not come in the order of an item that their reader may not compare",
          "[source]") {
  using Conditions = std::vector<filter::Condition>;
  // In the order of values to who may compare everything, in that of keys to the other.
  auto [where, by_value, by_key] = GENERATE(table<Conditions, std::string, std::string>({
      {{StartsWith("name", "b")}, "6 3 4 7 1 ", "1 3 4 6 7 "},
      {{StartsWith("name", "b"), Equal("parent", "y2")}, "1 6 ", "1 6 "},
      {{StartsWith("name", "b"), StartsWith("parent", "y")}, "6 4 1 ", "1 4 6 "},
      {{StartsWith("name", "b"), StartsWith("name", "b2")}, "4 7 ", "4 7 "},
      {{Equal("name", "b2")}, "4 7 ", "4 7 "},
      {{StartsWith("name", "d")}, "", ""},
  }));
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name", "parent"};
  REQUIRE(host.Load(kShuffled).ok());
  for (int limit : {1, 2, 3, 100}) {
    CAPTURE(limit);
    CHECK(CodesOf(host, Ask(where, limit)) == by_value);
    CHECK(CodesOf(host, AskBlind(where, limit)) == by_key);
    // One item that may be compared gives no order by another.
    ReadRequest half = AskBlind(where, limit);
    half.compared = {"code", "parent"};
    CHECK(CodesOf(host, half) == by_key);
  }
}

TEST_CASE("A position in an order by an item ends where it may not be compared any more",
          "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name"};
  REQUIRE(host.Load(kShuffled).ok());
  ReadRequest request = Ask({StartsWith("name", "b")}, 2);
  request.after = host.source->Read(request)->next;
  CHECK(CodesOf(host, request) == "4 7 1 ");
  request.compared = {"code"};
  CHECK(CodesOf(host, request) == "!after: is not from a page of these conditions");
  // One in the order of the keys is good in any case.
  ReadRequest blind = AskBlind({StartsWith("name", "b")}, 2);
  blind.after = host.source->Read(blind)->next;
  CHECK(CodesOf(host, blind) == "4 6 7 ");
  blind.where = Where({Equal("name", "b2")});
  CHECK(CodesOf(host, blind) == "!after: is not from a page of these conditions");
}

TEST_CASE("Keys are scanned where an index that may not order holds too much, unless another may",
          "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name", "parent"};
  // By name the last code is the first, and one parent has the last code only.
  std::string file = kHeader;
  constexpr int kRows = 10'400;
  for (int i = 0; i < kRows; ++i) {
    absl::StrAppend(&file, 100'000 + i, ",long name ", 200'000 - i, ",",
                    i == kRows - 1 ? "last" : "", "\n");
  }
  REQUIRE(host.Load(file, 1 << 20).ok());
  ReadRequest all = AskBlind({StartsWith("name", "long name ")}, 5'000);
  std::string want;
  for (int i = 0; i < kRows; ++i) absl::StrAppend(&want, 100'000 + i, " ");
  CHECK(CodesOf(host, all) == want);
  // A scan of the keys would find nothing at first.
  const auto page = host.source->Read(
      AskBlind({StartsWith("name", "long name "), Equal("parent", "last")}));
  REQUIRE(page.ok());
  CHECK(page->rows.size() == 1);
  CHECK(page->next.empty());
}

TEST_CASE("A query by an item without index is refused and names those that have one",
          "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"parent"};
  REQUIRE(host.Load(kTree).ok());
  ReadRequest asked = Ask({Equal("name", "市辖区")});
  asked.items = {"code", "parent"};
  CHECK(CodesOf(host, asked) ==
        "!where: has no condition on code, the first key item of resources/r1, nor on an indexed "
        "one (parent)");
  // What is indexed for the filter of somebody else's grant is not told.
  asked.items = {"code", "name"};
  CHECK(CodesOf(host, asked) ==
        "!where: has no condition on code, the first key item of resources/r1, nor on an indexed "
        "one (none of those asked for)");
  CHECK(CodesOf(host, Ask({Equal("name", "市辖区"), Equal("parent", "12")})) == "1201 ");
}

TEST_CASE("Indexes that a load may not name are refused by place", "[source]") {
  auto [indexes, want] = GENERATE(table<std::vector<std::string>, const char*>({
      {{"code"}, "indexes[0]"},
      {{"name", "secret"}, "indexes[1]"},
      {{"name", "parent", "name"}, "indexes[2]"},
      {std::vector<std::string>(17, "name"), "indexes: 17 items, want at most 16"},
  }));
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = indexes;
  const absl::Status status = host.Load(kTree).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(absl::StrContains(status.message(), want));
  host.indexes = {};
  CHECK(host.Load(kTree).ok());
}

TEST_CASE("What a grant filters by is indexed, at the load and when the grant comes", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.filtered = {"name", "code", "gone"};
  const auto first = host.Load(kTree);
  REQUIRE(first.ok());
  CHECK(first->indexes == std::vector<std::string>{"name"});

  host.filtered = {"parent", "name"};
  const size_t events = host.Events().size();
  REQUIRE(host.datasets->Index([] { return true; }).ok());
  CHECK(absl::StartsWith(CodesOf(host, Ask({Equal("parent", "1101")})), "!"));
  REQUIRE(host.datasets->Index(kNever).ok());
  CHECK(CodesOf(host, Ask({Equal("parent", "1101")})) == "110101 110102 ");
  CHECK(host.Events().size() == events);  // the data are what they were
  REQUIRE(host.datasets->Index(kNever).ok());
}

TEST_CASE("An index that was cut or not kept is built again", "[source][fault]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kTree).ok());
  host.filtered = {"parent"};
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  SECTION("its entries") {
    kv.on_ingest = [applied](absl::Span<const kv::Pair>) {
      return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
    };
  }
  SECTION("its place in the record") {
    kv.on_commit = [applied](const kv::Batch&) {
      return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
    };
  }
  CHECK_FALSE(host.datasets->Index(kNever).ok());
  kv.on_ingest = nullptr;
  kv.on_commit = nullptr;
  REQUIRE(host.datasets->Index(kNever).ok());
  CHECK(CodesOf(host, Ask({Equal("parent", "1101")})) == "110101 110102 ");
}

TEST_CASE("A load whose index cannot be written changes nothing", "[source][fault]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"parent"};
  kv.on_ingest = [](absl::Span<const kv::Pair>) {
    return kv::Outcome{.apply = true, .status = absl::UnavailableError("disk")};
  };
  CHECK_FALSE(host.Load(kTree).ok());
  kv.on_ingest = nullptr;
  CHECK(host.StoredRows() == 0);
}

TEST_CASE("A dropped version takes its indexes with it", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name"};
  for (int i = 0; i < 5; ++i) REQUIRE(host.Load(kTree).ok());
  REQUIRE(host.datasets->Sweep().ok());
  CHECK(host.StoredRows() == 3 * (6 + 6));
}

TEST_CASE("A position by an index holds for its conditions and its order", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name"};
  REQUIRE(host.Load(Rows(300)).ok());
  ReadRequest request = Ask({StartsWith("name", "村民委员会1")}, 10);
  const auto page = host.source->Read(request);
  REQUIRE(page.ok());
  REQUIRE_FALSE(page->next.empty());
  CHECK_FALSE(absl::StrContains(page->next, "村民"));
  for (const std::vector<filter::Condition>& where :
       {std::vector<filter::Condition>{StartsWith("code", "11")},
        {StartsWith("name", "别")},
        {Equal("name", "村民委员会1")}}) {
    ReadRequest other = Ask(where, 10);
    other.after = page->next;
    CHECK(absl::IsInvalidArgument(host.source->Read(other).status()));
  }
  // An index that comes meanwhile does not change the order of a page chain.
  ReadRequest by_key = Ask({StartsWith("code", "11"), StartsWith("parent", "1")}, 10);
  const std::string all = CodesOf(host, by_key);
  const auto begun = host.source->Read(by_key);
  REQUIRE(begun.ok());
  host.filtered = {"parent"};
  REQUIRE(host.datasets->Index(kNever).ok());
  std::string codes;
  for (const Row& row : begun->rows) absl::StrAppend(&codes, *row[0], " ");
  by_key.after = begun->next;
  CHECK(codes + CodesOf(host, by_key) == all);
}

TEST_CASE("Values of any bytes and length are found by their index", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name"};
  const std::string head(kMaxIndexedBytes, 'x');
  REQUIRE(host.Load(absl::StrCat(kHeader, "1,", head, "a,\n2,", head, "b,\n3,", head,
                                 ",\n4,x\ty,\n5,", std::string(kMaxIndexedBytes - 1, 'x'), ",\n"))
              .ok());
  CHECK(CodesOf(host, Ask({Equal("name", head + "a")})) == "1 ");
  CHECK(CodesOf(host, Ask({Equal("name", head)})) == "3 ");
  CHECK(CodesOf(host, Ask({StartsWith("name", head)})) == "1 2 3 ");
  CHECK(CodesOf(host, Ask({StartsWith("name", head + "b")})) == "2 ");
  CHECK(CodesOf(host, Ask({StartsWith("name", "x\t")})) == "4 ");
  CHECK(CodesOf(host, Ask({StartsWith("name", "x")}, 1)).size() == 10);

  const std::string row_key("k\0\x01k", 4);
  for (const std::string& value : {std::string("a\0b", 3), std::string("\0", 1), std::string()}) {
    const std::string entry = IndexEntry("item", value, row_key);
    CHECK(IndexedItem(entry) == "item");
    CHECK(IndexedRow(entry) == row_key);
  }
  CHECK(IndexedRow("item").empty());
}

// 2,000 filters over values that repeat: the index, the keys and a plain look at every row agree,
// at every page size.
TEST_CASE("Every way into a dataset gives the same rows", "[source][property]") {
  std::mt19937 random(20261122);
  const auto pick = [&random](int below) { return static_cast<int>(random() % below); };
  const auto word = [&](int letters) {
    std::string text;
    for (int i = 0; i < 1 + pick(letters); ++i) text.push_back("ab"[pick(2)]);
    return text;
  };
  struct Line {
    std::string code, name, parent;
  };
  std::vector<Line> lines;
  std::set<std::string> seen;
  while (lines.size() < 200) {
    Line line{absl::StrCat(word(3), pick(1000)), word(4), pick(4) == 0 ? "" : word(3)};
    if (line.code.size() <= 12 && seen.insert(line.code).second) lines.push_back(line);
  }
  std::string file = kHeader;
  for (const Line& line : lines) {
    absl::StrAppend(&file, line.code, ",", line.name, ",", line.parent, "\n");
  }
  kv::MemoryStore kv;
  Host host(&kv);
  host.indexes = {"name", "parent"};
  REQUIRE(host.Load(file).ok());

  for (int round = 0; round < 2000; ++round) {
    std::vector<filter::Condition> where;
    for (const char* item : {"code", "name", "parent"}) {
      if (pick(2) == 0) continue;
      const std::string value = word(3);
      where.push_back(pick(2) == 0 ? Equal(item, value) : StartsWith(item, value));
    }
    if (where.empty()) continue;
    std::multiset<std::string> want, got;
    for (const Line& line : lines) {
      const bool matches = filter::Matches(
          {where}, [&](absl::string_view item) -> std::optional<absl::string_view> {
            if (item == "code") return line.code;
            if (item == "name") return line.name;
            if (line.parent.empty()) return std::nullopt;
            return line.parent;
          });
      if (matches) want.insert(line.code);
    }
    ReadRequest request = Ask(where, 1 + pick(30));
    request.compared.clear();
    for (const char* item : {"name", "parent"}) {
      if (pick(2) == 0) request.compared.emplace_back(item);
    }
    // Without a prefix of an item that may be compared, rows come in the order of their keys.
    const bool by_key = std::none_of(where.begin(), where.end(), [&](const auto& condition) {
      return condition.op == filter::Op::kPrefix && condition.item != "code" &&
             std::count(request.compared.begin(), request.compared.end(), condition.item) > 0;
    });
    std::string before;
    for (int pages = 0;; ++pages) {
      REQUIRE(pages <= 200);
      const auto page = host.source->Read(request);
      REQUIRE(page.ok());
      for (const Row& row : page->rows) {
        got.insert(*row[0]);
        if (by_key) CHECK(before < *row[0]);
        before = *row[0];
      }
      if (page->next.empty()) break;
      request.after = page->next;
    }
    CHECK(got == want);
  }
}

}  // namespace
}  // namespace shareway::exchange
