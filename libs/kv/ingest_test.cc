// SPDX-License-Identifier: Apache-2.0
// Sorted files taken in the middle of writes: what is newer stays newer.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/kv/test_folder.h"

namespace shareway::kv {
namespace {

// RocksDB 7.8 numbers a taken file as newer than all that is still in memory then.
// Merged with older files before that is flushed, it made old values newer; its own
// check then stopped the store.
TEST_CASE("Sorted files taken between writes never make an old value newer", "[kv][ingest]") {
  constexpr RocksOptions kOptions = {.cache_bytes = 512 << 10, .for_log = true};
  TestFolder folder;
  uint64_t last = 0;
  {
    const std::unique_ptr<Store> store = MustOpen(folder.File("store"), kOptions);
    std::atomic<bool> stop = false;
    std::thread writer([&] {
      const std::string padding(2000, 'p');
      for (uint64_t n = 1; !stop; ++n) {
        Batch batch;
        batch.Put("newest", BigEndian64(n)).Put(absl::StrCat("entry ", n), padding);
        if (!store->Commit(std::move(batch)).ok()) return;
        last = n;
      }
    });
    bool taken = true;
    for (int file = 0; file < 60 && taken; ++file) {
      std::vector<Pair> pairs;
      // Each file's keys lie between those of all others.
      for (int key = 100; key < 400; ++key) {
        pairs.push_back({absl::StrCat("x/", key, "/", 100 + file), std::string(100, 'v')});
      }
      taken = store->Ingest(pairs).ok();
      const absl::StatusOr<Entry> newest = store->Get("newest");
      if (newest.ok() && ReadBigEndian64(newest->value) > 0) continue;
      taken = taken && absl::IsNotFound(newest.status());  // before the first write
    }
    stop = true;
    writer.join();
    REQUIRE(taken);
    CHECK(ReadBigEndian64(store->Get("newest")->value) == last);
  }
  const std::unique_ptr<Store> store = MustOpen(folder.File("store"), kOptions);
  CHECK(ReadBigEndian64(store->Get("newest")->value) == last);
  CHECK(last > 60);
}

}  // namespace
}  // namespace shareway::kv
