// SPDX-License-Identifier: Apache-2.0
// Measures, by hand: exchange_dataset_test "[.bench]".
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/kv/test_folder.h"
#include "services/exchange/test_datasets.h"

namespace shareway::exchange {
namespace {

constexpr int kRows = 660'000;

DatasetSchema Divisions() {
  return {.resource = kResource,
          .revision = 1,
          .items = {{.id = "code", .length = 12, .key = true},
                    {.id = "name", .length = 60, .required = true},
                    {.id = "level", .type = ItemType::kInteger, .required = true},
                    {.id = "parent", .length = 12},
                    {.id = "category", .length = 3},
                    {.id = "published", .type = ItemType::kDate}}};
}

// `step` coprime to kRows: 1 is ascending, others jump about.
std::string DivisionFile(int64_t step) {
  std::string file = "code,name,level,parent,category,published\n";
  for (int64_t i = 0; i < kRows; ++i) {
    const int64_t at = i * step % kRows;
    absl::StrAppend(&file, 110000000000 + at, ",某某镇某某村村民委员会", at, ",5,",
                    (110000000000 + at) / 1000 * 1000, ",220,2023-06-30\n");
  }
  return file;
}

TEST_CASE("A load of 660000 rows and a scan of half their items", "[.bench]") {
  const int64_t step = GENERATE(1, 7919);
  kv::TestFolder folder;
  const std::unique_ptr<kv::Store> store = kv::MustOpen(folder.File("store"));
  Host host(store.get());
  host.schema = Divisions();
  const std::string file = DivisionFile(step);
  absl::Time start = absl::Now();
  for (int version = 1; version <= 2; ++version) {
    REQUIRE(host.Load(file, 256 << 10).ok());
    std::cout << "step " << step << ", v" << version << ": " << file.size() << " bytes loaded in "
              << absl::Now() - start << "\n";
    start = absl::Now();
  }
  auto cursor = host.source->Open({.resource = kResource, .items = {"code", "name", "level"}});
  REQUIRE(cursor.ok());
  int rows = 0;
  for (;;) {
    const auto some = (*cursor)->Next(1000);
    REQUIRE(some.ok());
    if (some->empty()) break;
    rows += static_cast<int>(some->size());
  }
  const absl::Duration scan = absl::Now() - start;
  CHECK(rows == kRows);
  std::cout << "full scan, 3 of 6 items: " << scan << ", "
            << static_cast<int>(rows / absl::ToDoubleSeconds(scan)) << " rows/s\n";
  start = absl::Now();
  constexpr int kReads = 20'000;
  for (int i = 0; i < kReads; ++i) {
    const std::string code = absl::StrCat(110000000000 + i * 31LL);
    const auto page = host.source->Read({.resource = kResource,
                                         .items = {"name", "level"},
                                         .where = Where({Equal("code", code)})});
    REQUIRE(page.ok());
    REQUIRE(page->rows.size() == 1);
  }
  std::cout << "read by key: " << (absl::Now() - start) / kReads << " each\n";
}

}  // namespace
}  // namespace shareway::exchange
