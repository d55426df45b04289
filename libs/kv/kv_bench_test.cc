// SPDX-License-Identifier: Apache-2.0
// Measures, by hand: kv_test "[.bench]".
#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/kv/test_folder.h"

namespace shareway::kv {
namespace {

std::string Memory() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "Pss:")) return line;
  }
  return "Pss: unknown";
}

TEST_CASE("Commits a second with 256 outstanding", "[.bench]") {
  TestFolder folder;
  const std::unique_ptr<Store> store = MustOpen(folder.File("store"));
  std::cout << "opened, " << Memory() << "\n";
  constexpr int kCommits = 200'000;
  const std::string value(300, 'v');
  absl::Mutex mutex;
  int outstanding = 0;
  const absl::Time start = absl::Now();
  for (int i = 0; i < kCommits; ++i) {
    Batch batch;
    batch.Append("log", value);
    batch.Put(absl::StrCat("key ", i * 7919 % kCommits), value);
    {
      absl::MutexLock lock(&mutex);
      auto below = [&outstanding] { return outstanding < 256; };
      mutex.Await(absl::Condition(&below));
      ++outstanding;
    }
    store->CommitAsync(std::move(batch), [&](absl::StatusOr<Committed> result) {
      absl::MutexLock lock(&mutex);
      if (!result.ok()) std::cout << result.status() << "\n";
      --outstanding;
    });
  }
  {
    absl::MutexLock lock(&mutex);
    auto none = [&outstanding] { return outstanding == 0; };
    mutex.Await(absl::Condition(&none));
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::cout << static_cast<int>(kCommits / seconds) << " commits/s, " << Memory() << "\n";
}

TEST_CASE("A bulk load of 620000 rows", "[.bench]") {
  TestFolder folder;
  std::unique_ptr<Store> store = MustOpen(folder.File("store"));
  constexpr int kRows = 620'000;
  absl::Time start = absl::Now();
  for (int i = 0; i < kRows;) {
    Batch batch;
    for (int j = 0; j < 1000; ++j, ++i) {
      batch.Put(absl::StrCat("data/v1/", 110000000000 + i),
                absl::StrCat("村民委员会", i, ",某某镇某某村,220,", i * 31 % 1000003));
    }
    REQUIRE(store->Commit(std::move(batch)).ok());
  }
  std::cout << "loaded in " << absl::Now() - start << ", " << Memory() << "\n";
  start = absl::Now();
  int rows = 0;
  CHECK(
      store
          ->Scan("", "", [&](absl::string_view, absl::string_view, uint64_t) { return ++rows > 0; })
          .ok());
  CHECK(rows == kRows);
  std::cout << "scanned in " << absl::Now() - start << ", " << Memory() << "\n";
  store.reset();
  start = absl::Now();
  store = MustOpen(folder.File("store"));
  std::cout << "opened again in " << absl::Now() - start << ", " << Memory() << "\n";
  (void)std::system(("du -sh " + folder.File("store") + "; ls " + folder.File("store")).c_str());
}

}  // namespace
}  // namespace shareway::kv
