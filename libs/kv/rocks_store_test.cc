// SPDX-License-Identifier: Apache-2.0
// What only the engine on disk can show: restarts, damage, a full disk.
#include "libs/kv/rocks_store.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/kv/faulty_disk.h"
#include "libs/kv/rocks_engine.h"
#include "libs/kv/test_child_process.h"
#include "libs/kv/test_folder.h"
#include "libs/kv/wal.h"

namespace shareway::kv {
namespace {

namespace fs = std::filesystem;

constexpr int kCommits = 100;

// One commit: entry n of the log, and the same under a key.
absl::Status Add(Store& store, int n) {
  Batch batch;
  const int place = batch.Append("log", absl::StrCat("entry ", n));
  batch.PutNumber(absl::StrCat("key ", n), place);
  return store.Commit(std::move(batch)).status();
}

void Fill(const std::string& dir, int from = 1, int to = kCommits) {
  const std::unique_ptr<Store> store = MustOpen(dir);
  for (int n = from; n <= to; ++n) REQUIRE(Add(*store, n).ok());
}

// The number of commits in `store`, which must be the first ones, without a hole.
int PrefixOf(const Store& store) {
  int n = 0;
  CHECK(store
            .ReadLog("log", 0,
                     [&](uint64_t number, absl::string_view bytes) {
                       ++n;
                       CHECK(number == static_cast<uint64_t>(n));
                       CHECK(bytes == absl::StrCat("entry ", n));
                       return true;
                     })
            .ok());
  int keys = 0;
  CHECK(store
            .Scan("", "",
                  [&](absl::string_view, absl::string_view, uint64_t) {
                    ++keys;
                    return true;
                  })
            .ok());
  CHECK(keys == n);
  CHECK(store.LogHead("log") == static_cast<uint64_t>(n));
  return n;
}

// Does any file of a store have the bytes? Random ones stay as they are when compressed.
bool OnDisk(const std::string& dir, const std::string& bytes) {
  for (const auto& file : fs::directory_iterator(dir)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    if (absl::StrContains(whole, bytes)) return true;
  }
  return false;
}

// The newest file of a store whose name has `part`.
fs::path FileWith(const std::string& dir, const std::string& part) {
  fs::path found;
  for (const auto& file : fs::directory_iterator(dir)) {
    if (!absl::StrContains(file.path().filename().string(), part)) continue;
    if (found.empty() || file.path() > found) found = file.path();
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

void FlipBit(const fs::path& path, double where) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto at = static_cast<std::streamoff>(static_cast<double>(fs::file_size(path)) * where);
  file.seekg(at);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(at);
  file.put(byte);
  REQUIRE(file.good());
}

TEST_CASE("After Compact no file has what was deleted, and all else is there", "[kv][compact]") {
  for (const bool for_log : {false, true}) {
    TestFolder folder;
    const std::string dir = folder.File("store");
    std::unique_ptr<Store> store = MustOpen(dir, {.for_log = for_log});
    std::mt19937_64 random(7);
    // Large ones and small ones; half in files, half in the log of commits alone.
    std::vector<std::string> values;
    for (int n = 0; n < 40; ++n) {
      std::string value(n % 2 == 0 ? 6000 : 60, '\0');
      for (char& byte : value) byte = static_cast<char>(random());
      values.push_back(value);
      Batch batch;
      batch.Put(absl::StrCat("key ", 100 + n), value);
      REQUIRE(store->Commit(std::move(batch)).ok());
      if (n == 20) REQUIRE(store->Checkpoint(folder.File("copy")).ok());  // flushes
    }
    const auto on_disk = [&](int n) { return OnDisk(dir, values[n].substr(20, 30)); };
    for (int n = 0; n < 40; ++n) REQUIRE(on_disk(n));
    Batch batch;
    batch.DeleteRange("key 100", "key 110").Delete("key 130").Put("key 111", "other");
    REQUIRE(store->Commit(std::move(batch)).ok());
    const auto gone = [](int n) { return n < 10 || n == 30 || n == 11; };
    REQUIRE(store->Compact("", "").ok());
    for (int round = 0; round < 2; ++round) {
      for (int n = 0; n < 40; ++n) {
        INFO((for_log ? "for a log, " : "") << n);
        CHECK(on_disk(n) == !gone(n));
        const absl::StatusOr<Entry> entry = store->Get(absl::StrCat("key ", 100 + n));
        if (!gone(n)) CHECK(entry->value == values[n]);
        if (gone(n) && n != 11) CHECK(absl::IsNotFound(entry.status()));
      }
      store.reset();
      store = MustOpen(dir, {.for_log = for_log});
    }
    CHECK(store->Compact("", "").ok());  // nothing to do
    store.reset();
    CHECK(absl::IsFailedPrecondition((*OpenRocksReadOnly(dir))->Compact("", "")));
  }
}

TEST_CASE("A store that is opened again has everything", "[kv]") {
  TestFolder folder;
  const std::string dir = folder.File("a/b/store");
  Fill(dir, 1, 50);
  Fill(dir, 51, 100);
  CHECK(PrefixOf(*MustOpen(dir)) == 100);
}

TEST_CASE("A store that is open is refused to a second opener", "[kv]") {
  TestFolder folder;
  const std::unique_ptr<Store> store = MustOpen(folder.File("store"));
  CHECK(absl::IsUnavailable(OpenRocks(folder.File("store")).status()));
}

TEST_CASE("A store is opened by what names it", "[kv]") {
  TestFolder folder;
  CHECK(OpenStore("rocksdb:" + folder.File("store")).ok());
  CHECK(fs::exists(folder.File("store/CURRENT")));
  for (const char* spec : {"", "rocksdb:", "rocksdb", "/path", "sqlite:x"}) {
    CAPTURE(spec);
    CHECK(absl::IsInvalidArgument(OpenStore(spec).status()));
  }
}

TEST_CASE("A log whose last record is torn opens with the records before", "[kv]") {
  TestFolder folder;
  Fill(folder.File("store"));
  const auto cut = GENERATE(1, 7, 30, 64, 500);
  CAPTURE(cut);
  const fs::path wal = FileWith(folder.File("store"), ".log");
  fs::resize_file(wal, fs::file_size(wal) - cut);
  const std::unique_ptr<Store> store = MustOpen(folder.File("store"));
  const int kept = PrefixOf(*store);
  CHECK(kept < kCommits);
  CHECK(kept >= kCommits - 1 - cut / 50);
  REQUIRE(Add(*store, kept + 1).ok());
  CHECK(PrefixOf(*store) == kept + 1);
}

TEST_CASE("A damaged store is refused", "[kv]") {
  TestFolder folder;
  const std::string dir = folder.File("store");
  Fill(dir, 1, 50);
  Fill(dir, 51, 100);  // the first half moved to a table when it was opened again
  auto [what, damage] = GENERATE(table<const char*, void (*)(const std::string&)>({
      {"bit in the log", [](const std::string& d) { FlipBit(FileWith(d, ".log"), 0.5); }},
      {"bit in the log's first record",
       [](const std::string& d) { FlipBit(FileWith(d, ".log"), 0.002); }},
      {"bit in the manifest", [](const std::string& d) { FlipBit(FileWith(d, "MANIFEST"), 0.2); }},
      {"manifest lost", [](const std::string& d) { fs::remove(FileWith(d, "MANIFEST")); }},
      {"table lost", [](const std::string& d) { fs::remove(FileWith(d, ".sst")); }},
      {"table cut", [](const std::string& d) { fs::resize_file(FileWith(d, ".sst"), 100); }},
      {"CURRENT lost", [](const std::string& d) { fs::remove(FileWith(d, "CURRENT")); }},
      {"CURRENT emptied", [](const std::string& d) { fs::resize_file(FileWith(d, "CURRENT"), 0); }},
  }));
  CAPTURE(what);
  damage(dir);
  const absl::Status status = OpenRocks(dir).status();
  CAPTURE(status);
  CHECK(absl::IsDataLoss(status));
}

TEST_CASE("A flipped bit in the log never drops more than the last write in silence", "[kv]") {
  TestFolder folder;
  const std::string dir = folder.File("store");
  Fill(dir, 1, 1000);
  const fs::path wal = FileWith(dir, ".log");
  const size_t size = fs::file_size(wal);
  std::string bytes(size, 0);
  std::ifstream(wal, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(size));
  REQUIRE(CheckWal(bytes).ok());
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const size_t last_write = bytes.rfind("entry 1000") - 64;  // or before
  for (int i = 0; i < 1000; ++i) {
    const size_t at = std::uniform_int_distribution<size_t>(0, last_write - 1)(random);
    const char mask = static_cast<char>(1 << (i % 8));
    bytes[at] ^= mask;
    if (absl::IsDataLoss(CheckWal(bytes)) == false) FAIL("missed a flip at byte " << at);
    bytes[at] ^= mask;
  }
  for (size_t at = 0; at < last_write - 512; at += 512) {
    std::string zeroed = bytes;
    zeroed.replace(at, 512, 512, 0);
    if (absl::IsDataLoss(CheckWal(zeroed)) == false) FAIL("missed zeros at byte " << at);
  }
}

TEST_CASE("A log that ends anywhere is torn, not damaged", "[kv]") {
  TestFolder folder;
  const std::string dir = folder.File("store");
  {
    const std::unique_ptr<Store> store = MustOpen(dir);
    // The last write spans blocks.
    for (const size_t size : {10, 1000, 40'000, 10, 100'000}) {
      REQUIRE(store->Commit(Batch().Put("key", std::string(size, 'v'))).ok());
    }
  }
  std::ifstream file(FileWith(dir, ".log"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  for (size_t size = 0; size <= bytes.size(); size += 97) {
    CAPTURE(size);
    REQUIRE(CheckWal(absl::string_view(bytes).substr(0, size)).ok());
  }
  // A power cut may keep a later page of a write that was never answered.
  std::string holed = bytes;
  holed.replace(bytes.size() - 90'000, 8192, 8192, 0);  // a whole page at least
  CHECK(CheckWal(holed).ok());
  std::string flipped = bytes;
  flipped[bytes.size() - 90'000] ^= 1;
  CHECK_FALSE(TornTail(flipped).has_value());
  CHECK_FALSE(TornTail(bytes).has_value());
  REQUIRE(TornTail(holed).has_value());
  CHECK(*TornTail(holed) < bytes.size() - 100'000);
  const fs::path wal = FileWith(dir, ".log");
  std::ofstream(wal, std::ios::binary) << flipped;
  CHECK(absl::IsDataLoss(OpenRocks(dir).status()));
  std::ofstream(wal, std::ios::binary) << holed;
  {
    const std::unique_ptr<Store> store = MustOpen(dir);
    CHECK(store->Get("key")->value.size() == 10);
    REQUIRE(store->Commit(Batch().Put("key", "after")).ok());
  }
  CHECK(MustOpen(dir)->Get("key")->value == "after");
}

TEST_CASE("A flipped bit in a table is found when it is read", "[kv]") {
  TestFolder folder;
  const std::string dir = folder.File("store");
  Fill(dir);
  MustOpen(dir).reset();
  FlipBit(FileWith(dir, ".sst"), 0.1);
  const absl::StatusOr<std::unique_ptr<Store>> store = OpenRocks(dir);
  const absl::Status found =
      !store.ok() ? store.status()
                  : (*store)->Scan("", "", [](absl::string_view, absl::string_view, uint64_t) {
                      return true;
                    });
  CHECK(absl::IsDataLoss(found));
}

TEST_CASE("A checkpoint opens with what was there and goes its own way", "[kv]") {
  TestFolder folder;
  const std::unique_ptr<Store> store = MustOpen(folder.File("store"));
  for (int n = 1; n <= 10; ++n) REQUIRE(Add(*store, n).ok());
  REQUIRE(store->Checkpoint(folder.File("copy")).ok());
  CHECK_FALSE(store->Checkpoint(folder.File("copy")).ok());
  REQUIRE(Add(*store, 11).ok());
  const std::unique_ptr<Store> copy = MustOpen(folder.File("copy"));
  CHECK(PrefixOf(*copy) == 10);
  CHECK(copy->Get("key 10")->version == store->Get("key 10")->version);
  REQUIRE(Add(*copy, 11).ok());
  CHECK(PrefixOf(*copy) == 11);
  CHECK(PrefixOf(*store) == 11);
}

TEST_CASE("A store shaped for a log keeps large values apart, and either kind opens it", "[kv]") {
  TestFolder folder;
  const std::string dir = folder.File("store");
  std::mt19937_64 random(5);
  std::string large(100000, '\0');
  for (char& byte : large) byte = static_cast<char>(random());
  int copies = 0;
  for (const bool for_log : {true, false, true}) {
    const std::unique_ptr<Store> store = MustOpen(dir, {.for_log = for_log});
    for (int n = 0; n < 3; ++n) {
      const std::string name = absl::StrCat(for_log ? "log " : "other ", n);
      REQUIRE(store->Commit(Batch().Put(name, large).Put(name + " small", "x")).ok());
    }
    REQUIRE(store->Ingest(std::vector<Pair>{{"z/1", large}, {"z/2", "small"}}).ok());
    REQUIRE(store->Checkpoint(folder.File(absl::StrCat("copy ", copies++))).ok());
  }
  CHECK(MustOpen(folder.File("copy 2"))->Get("log 2")->value == large);
  CHECK(MustOpen(dir)->Get("other 0")->value == large);
  CHECK(MustOpen(dir)->Get("z/1")->value == large);
  {
    const std::unique_ptr<Store> store = MustOpen(dir, {.for_log = true});
    REQUIRE(store->Commit(Batch().DeleteRange("log 0", "log 1")).ok());
    CHECK(absl::IsNotFound(store->Get("log 0").status()));
  }
  FlipBit(FileWith(dir, ".blob"), 0.5);
  const std::unique_ptr<Store> store = MustOpen(dir, {.for_log = true});
  CHECK_FALSE((store->Get("log 1").ok() && store->Get("log 2").ok()));
  CHECK(store->Get("log 1 small").ok());
}

TEST_CASE("A store can be looked at while another opener writes", "[kv]") {
  TestFolder folder;
  CHECK(absl::IsNotFound(OpenRocksReadOnly(folder.File("store")).status()));
  const std::unique_ptr<Store> store = MustOpen(folder.File("store"));
  for (int n = 1; n <= 10; ++n) REQUIRE(Add(*store, n).ok());
  const absl::StatusOr<std::unique_ptr<Store>> view = OpenRocksReadOnly(folder.File("store"));
  REQUIRE(view.ok());
  CHECK(PrefixOf(**view) == 10);
  CHECK(*(*view)->LogTail("log") == 1);
  CHECK_FALSE((*view)->WaitLog("log", 10, absl::Seconds(30)));
  CHECK(absl::IsFailedPrecondition(Add(**view, 11)));
  CHECK(absl::IsFailedPrecondition((*view)->Checkpoint(folder.File("copy"))));
}

TEST_CASE("A nearly full volume takes no new bytes but lets go of old ones", "[kv]") {
  TestFolder folder;
  Fill(folder.File("store"), 1, 3);
  const std::unique_ptr<Store> store = MustOpen(folder.File("store"), {.min_free_share = 1.0});
  const absl::Status refused = Add(*store, 4);
  CHECK(absl::IsResourceExhausted(refused));
  CHECK(DetailsOf(refused)->reason == Reason::kDiskFull);
  CHECK(PrefixOf(*store) == 3);
  CHECK(store->Commit(Batch().Delete("key 1").DeleteRange("key 2", "").Trim("log", 3)).ok());
  CHECK(*store->LogTail("log") == 3);
}

TEST_CASE("A full disk refuses what it cannot hold and recovers with space", "[kv][slow]") {
  TestFolder folder;
  const auto disk = std::make_shared<FaultyDisk>();
  absl::StatusOr<std::unique_ptr<Store>> opened = OpenRocksOn(disk, folder.File("store"));
  REQUIRE(opened.ok());
  Store& store = **opened;
  for (int n = 1; n <= 10; ++n) REQUIRE(Add(store, n).ok());

  int written = 10;
  for (int cycle = 0; cycle < 20; ++cycle) {
    CAPTURE(cycle);
    disk->fault = FaultyDisk::Fault::kAppendFull;
    for (int i = 0; i < 3; ++i) {
      const absl::Status full = Add(store, written + 1);
      CAPTURE(full);
      REQUIRE(absl::IsResourceExhausted(full));
      CHECK(DetailsOf(full)->reason == Reason::kDiskFull);
    }
    CHECK(PrefixOf(store) == written);
    disk->fault = FaultyDisk::Fault::kNone;
    REQUIRE(Add(store, ++written) == absl::OkStatus());
  }
  opened->reset();
  CHECK(PrefixOf(*MustOpen(folder.File("store"))) == written);
}

// In the child: fills a store, breaks its disk, and is gone as if killed.
void BreakDisk(FaultyDisk::Fault fault) {
  const char* folder = std::getenv(kChildFolder);
  if (folder == nullptr) return;
  const auto disk = std::make_shared<FaultyDisk>();
  absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksOn(disk, folder);
  REQUIRE(store.ok());
  for (int n = 1; n <= 10; ++n) REQUIRE(Add(**store, n).ok());
  disk->fault = fault;
  (void)Add(**store, 11);
  ::_exit(0);
}
TEST_CASE("Child whose disk is full", "[.append-full]") {
  BreakDisk(FaultyDisk::Fault::kAppendFull);
}
TEST_CASE("Child whose disk breaks at a sync", "[.sync-broken]") {
  BreakDisk(FaultyDisk::Fault::kSyncBroken);
}
TEST_CASE("Child whose disk is full at a sync", "[.sync-full]") {
  BreakDisk(FaultyDisk::Fault::kSyncFull);
}

TEST_CASE("A write that a full disk refused is not there after a crash either", "[kv]") {
  TestFolder folder;
  ChildProcess child("[.append-full]", folder.File("store"));
  CHECK(child.Wait() == 0);
  CHECK(PrefixOf(*MustOpen(folder.File("store"))) == 10);
}

TEST_CASE("A write of unknown outcome ends the process with exit code 74", "[kv]") {
  TestFolder folder;
  const std::string tag = GENERATE("[.sync-broken]", "[.sync-full]");
  CAPTURE(tag);
  ChildProcess child(tag, folder.File("store"));
  const int status = child.Wait();
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 74);
  // The write that failed may be there: that is why nobody may be told that it is not.
  const int left = PrefixOf(*MustOpen(folder.File("store")));
  CHECK((left == 10 || left == 11));
}

}  // namespace
}  // namespace shareway::kv
