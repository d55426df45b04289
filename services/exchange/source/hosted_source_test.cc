// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/hosted_source.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/test_datasets.h"

namespace shareway::exchange {
namespace {

ReadRequest Ask(std::vector<filter::Condition> where, int limit = 100) {
  return {.resource = kResource,
          .items = {"name", "code"},
          .where = Where(std::move(where)),
          .limit = limit};
}

std::string Codes(const RowPage& page) {
  std::string codes;
  for (const Row& row : page.rows) absl::StrAppend(&codes, *row[1], " ");
  return codes;
}

const std::string kTree = absl::StrCat(kHeader,
                                       "11,北京市,\n1101,市辖区,11\n110101,东城区,1101\n"
                                       "110102,西城区,1101\n12,天津市,\n1201,市辖区,12\n");

TEST_CASE("A read gives the items asked for of the rows that match", "[source]") {
  auto [where, want] = GENERATE(table<std::vector<filter::Condition>, std::string>({
      {{StartsWith("code", "11")}, "11 1101 110101 110102 "},
      {{Equal("code", "11")}, "11 "},
      {{Equal("code", "110")}, ""},
      {{StartsWith("code", "13")}, ""},
      {{StartsWith("code", "1"), Equal("name", "市辖区")}, "1101 1201 "},
      {{StartsWith("code", "1"), StartsWith("parent", "1101")}, "110101 110102 "},
      {{StartsWith("code", "1"), StartsWith("code", "12")}, "12 1201 "},
      {{Equal("code", "11"), StartsWith("code", "12")}, ""},
      {{StartsWith("code", "1"), Equal("parent", "11"), StartsWith("name", "市")}, "1101 "},
  }));
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kTree).ok());
  const auto page = host.source->Read(Ask(where));
  REQUIRE(page.ok());
  CHECK(Codes(*page) == want);
  CHECK(page->version == "v1");
  CHECK(page->types == std::vector<ItemType>{ItemType::kText, ItemType::kText});
  CHECK(page->next.empty());
  for (const Row& row : page->rows) CHECK(row.size() == 2);
}

TEST_CASE("A read that is out of order is refused by name", "[source]") {
  auto [spoil, want] = GENERATE(table<void (*)(ReadRequest&), const char*>({
      {[](ReadRequest& r) { r.items = {}; }, "items"},
      {[](ReadRequest& r) { r.items = {"code", "secret"}; }, "items[1]"},
      {[](ReadRequest& r) { r.where.conditions.push_back(Equal("secret", "1")); },
       "where[1].item"},
      {[](ReadRequest& r) { r.where = {}; }, "where: has no condition on code"},
      {[](ReadRequest& r) { r.where = Where({Equal("name", "a")}); }, "where"},
      {[](ReadRequest& r) { r.limit = 0; }, "limit"},
      {[](ReadRequest& r) { r.after = "x"; }, "after"},
      {[](ReadRequest& r) { r.after = std::string(40, 'x'); }, "after"},
  }));
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kTree).ok());
  ReadRequest request = Ask({StartsWith("code", "11")});
  spoil(request);
  const absl::Status status = host.source->Read(request).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(absl::StrContains(status.message(), want));
}

TEST_CASE("A resource without dataset is missing", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  const absl::Status status = host.source->Read(Ask({Equal("code", "1")})).status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(DetailsOf(status)->reason == Reason::kDatasetMissing);
  CHECK(DetailsOf(host.source->Open(Ask({})).status())->reason == Reason::kDatasetMissing);
}

TEST_CASE("Pages together are what one read gives, at every page size", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(Rows(300)).ok());
  const std::vector<filter::Condition> where = {StartsWith("code", "1100000001"),
                                                StartsWith("name", "村民委员会1")};
  const std::string all = host.Codes(Where(where));
  CHECK(all.size() == 100 * 13);
  for (int limit : {1, 7, 99, 100, 101}) {
    CAPTURE(limit);
    std::string codes;
    ReadRequest request = Ask(where, limit);
    for (int pages = 0;; ++pages) {
      REQUIRE(pages <= 100);
      const auto page = host.source->Read(request);
      REQUIRE(page.ok());
      CHECK(static_cast<int>(page->rows.size()) <= limit);
      absl::StrAppend(&codes, Codes(*page));
      if (page->next.empty()) break;
      CHECK_FALSE(absl::StrContains(page->next, "1100000001"));
      request.after = page->next;
    }
    CHECK(codes == all);
  }
}

TEST_CASE("A position holds for its version, its resource and its conditions", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kTree).ok());
  ReadRequest request = Ask({StartsWith("code", "11")}, 2);
  const auto page = host.source->Read(request);
  REQUIRE(page.ok());
  request.after = page->next;

  ReadRequest other = Ask({StartsWith("code", "12")}, 2);
  other.after = page->next;
  CHECK(absl::IsInvalidArgument(host.source->Read(other).status()));
  for (size_t i = 0; i < page->next.size(); ++i) {
    ReadRequest flipped = request;
    flipped.after[i] ^= 1;
    CHECK(absl::IsInvalidArgument(host.source->Read(flipped).status()));
  }

  REQUIRE(host.Load(absl::StrCat(kHeader, "119,新,\n")).ok());
  const auto rest = host.source->Read(request);
  REQUIRE(rest.ok());
  CHECK(rest->version == "v1");
  CHECK(Codes(*rest) == "110101 110102 ");
  for (int i = 0; i < 2; ++i) REQUIRE(host.Load(kTree).ok());
  REQUIRE(host.Load(kTree).ok());
  const absl::Status gone = host.source->Read(request).status();
  CHECK(absl::IsInvalidArgument(gone));
  CHECK(absl::StrContains(gone.message(), "v1, which is not kept"));
}

TEST_CASE("A position is for whom it was given to, for a while, and not over a roll-back",
          "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kTree).ok());
  REQUIRE(host.Load(kTree).ok());  // v2
  ReadRequest request = Ask({StartsWith("code", "11")}, 2);
  request.holder = "agencies/tax|grants/g1";
  request.time = absl::FromUnixSeconds(1790000000);
  request.after = host.source->Read(request)->next;
  // Whatever the key, the position's length is one of few.
  CHECK(request.after.size() == 16 + 64);
  const auto go_on = [&host](const ReadRequest& asked) { return host.source->Read(asked).status(); };
  CHECK(go_on(request).ok());
  for (const char* holder : {"", "agencies/tax|grants/g2", "agencies/housing|grants/g1"}) {
    CAPTURE(holder);
    ReadRequest other = request;
    other.holder = holder;
    CHECK(absl::IsInvalidArgument(go_on(other)));
  }
  ReadRequest late = request;
  late.time += absl::Minutes(15);
  CHECK(go_on(late).ok());
  late.time += absl::Minutes(1);
  CHECK(absl::StrContains(go_on(late).message(), "older than 15m"));

  REQUIRE(host.datasets->Rollback(kResource, 1, {}).ok());
  CHECK(absl::StrContains(go_on(request).message(), "v2, which was rolled back"));
  REQUIRE(host.datasets->Rollback(kResource, 2, {}).ok());  // it was right after all
  CHECK(go_on(request).ok());
}

TEST_CASE("Keys are read behind the items, and are null where a version has none of the name",
          "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kTree).ok());
  ReadRequest request = Ask({Equal("code", "1101")});
  request.items = {"name"};
  request.keys = {"code", "since_then"};
  const auto page = host.source->Read(request);
  REQUIRE(page.ok());
  CHECK(page->types.size() == 1);
  REQUIRE(page->rows.size() == 1);
  CHECK(page->rows[0] == Row{"市辖区", "1101", std::nullopt});
}

TEST_CASE("A page ends early when its rows are large or its work is done", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  std::string file = kHeader;
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&file, 100 + i, ",", std::string(60'000, 'x'), ",\n");
  }
  REQUIRE(host.Load(file).ok());
  const auto page = host.source->Read(Ask({StartsWith("code", "1")}));
  REQUIRE(page.ok());
  CHECK(page->rows.size() == 35);
  CHECK_FALSE(page->next.empty());
}

TEST_CASE("A page that finds nothing ends after ten thousand rows, and the next goes on",
          "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  std::string file = kHeader;
  // Of 26,000 rows one matches after 15,000, and one 10,000 behind it.
  for (int i = 0; i < 26'000; ++i) {
    absl::StrAppend(&file, 100'000 + i, ",", i == 14'999 || i == 24'999 ? "yes" : "no", ",\n");
  }
  REQUIRE(host.Load(file, 1 << 20).ok());
  ReadRequest request = Ask({StartsWith("code", "1"), Equal("name", "yes")});
  std::vector<std::string> pages;
  do {
    const auto page = host.source->Read(request);
    REQUIRE(page.ok());
    pages.push_back(Codes(*page));
    request.after = page->next;
  } while (!request.after.empty());
  CHECK(pages == std::vector<std::string>{"", "114999 124999 "});

  request.where = Where({StartsWith("code", "1"), Equal("name", "maybe")});
  std::vector<size_t> rows;
  do {
    const auto page = host.source->Read(request);
    REQUIRE(page.ok());
    rows.push_back(page->rows.size());
    request.after = page->next;
  } while (!request.after.empty());
  CHECK(rows == std::vector<size_t>{0, 0, 0});
}

TEST_CASE("Keys of several items are read by their first ones", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  host.schema.items = {{.id = "parent", .key = true}, {.id = "name"}, {.id = "code", .key = true}};
  REQUIRE(host.Load(absl::StrCat(kHeader, "1,a,x\n2,b,x\n1,c,y\n11,d,x\n")).ok());
  CHECK(Codes(*host.source->Read(Ask({Equal("parent", "x")}))) == "1 11 2 ");
  CHECK(Codes(*host.source->Read(Ask({Equal("parent", "x"), StartsWith("code", "1")}))) == "1 11 ");
  CHECK(Codes(*host.source->Read(Ask({Equal("parent", "x"), Equal("code", "1")}))) == "1 ");
  CHECK(Codes(*host.source->Read(Ask({StartsWith("parent", "x")}))) == "1 11 2 ");
  CHECK(absl::IsInvalidArgument(host.source->Read(Ask({Equal("code", "1")})).status()));
}

TEST_CASE("A cursor keeps its version readable until it is closed", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kTree).ok());
  auto cursor = host.source->Open(Ask({}));
  REQUIRE(cursor.ok());
  CHECK((*cursor)->Next(2)->size() == 2);
  for (int i = 0; i < 4; ++i) REQUIRE(host.Load(absl::StrCat(kHeader, i, ",x,\n")).ok());
  CHECK((*cursor)->version() == "v1");
  CHECK((*cursor)->Next(100)->size() == 4);
  CHECK((*cursor)->Next(100)->empty());
  CHECK(host.StoredRows() == 6 + 3);
  cursor->reset();
  REQUIRE(host.datasets->Sweep().ok());
  CHECK(host.StoredRows() == 3);
}

TEST_CASE("Fifty thousand rows load and are read by prefix", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(Rows(50'000)).ok());
  auto cursor = host.source->Open(Ask({}));
  REQUIRE(cursor.ok());
  int rows = 0;
  for (;;) {
    const auto some = (*cursor)->Next(15'000);
    REQUIRE(some.ok());
    if (some->empty()) break;
    rows += static_cast<int>(some->size());
  }
  CHECK(rows == 50'000);
  const auto page = host.source->Read(Ask({StartsWith("code", "1100000499")}));
  REQUIRE(page.ok());
  CHECK(page->rows.size() == 100);
  CHECK(page->next.empty());
}

TEST_CASE("Readers see whole versions only while loads and rollbacks go on", "[source]") {
  kv::MemoryStore kv;
  Host host(&kv);
  // Version n has n * 10 rows, all named n.
  const auto file = [](int n) {
    std::string text = kHeader;
    for (int i = 0; i < n * 10; ++i) absl::StrAppend(&text, 1000 + i, ",", n, ",\n");
    return text;
  };
  REQUIRE(host.Load(file(1)).ok());
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::atomic<int> failed = 0;
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!done) {
        auto cursor = host.source->Open(Ask({}));
        if (!cursor.ok()) {
          ++failed;
          continue;
        }
        size_t rows = 0;
        std::string name;
        for (;;) {
          const auto some = (*cursor)->Next(64);
          if (!some.ok() || some->empty()) break;
          rows += some->size();
          name = *some->front()[0];
        }
        if (absl::StrCat(rows) != name + "0") ++torn;
      }
    });
  }
  for (int n = 2; n <= 30; ++n) {
    REQUIRE(host.Load(file(n), 100).ok());
    if (n % 5 == 0) REQUIRE(host.datasets->Rollback(kResource, n - 1, {}).ok());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(failed == 0);
}

}  // namespace
}  // namespace shareway::exchange
