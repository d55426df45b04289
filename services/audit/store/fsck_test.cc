// SPDX-License-Identifier: Apache-2.0
// Every change of a stored byte, of a key, and every missing key is found.
#include <random>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

struct Item {
  std::string key;
  std::string value;
};

std::vector<Item> ItemsOf(const kv::Store& store) {
  std::vector<Item> items;
  REQUIRE(store
              .Scan("", "",
                    [&items](absl::string_view key, absl::string_view value, uint64_t) {
                      items.push_back({std::string(key), std::string(value)});
                      return true;
                    })
              .ok());
  return items;
}

// A log with bundles, a tail of several parts, gaps in sequences, waiting halves and a checkpoint
// behind its head.
void Fill(kv::MemoryStore* store) {
  std::unique_ptr<LogWriter> writer = MustOpenLog(store);
  MustAppend(writer.get(), MakeEntries(1, 200));
  MustAppend(writer.get(), MakeEntries(210, 280));
  MustSign(store, *writer->state());
  std::vector<EntryPtr> receipts;
  for (uint64_t i = 1; i < 265; ++i) receipts.push_back(MakeEntry(GoodReceipt(i)));
  MustAppend(writer.get(), receipts);
  MustAppend(writer.get(), MakeEntries(300, 303));
  MustAppend(writer.get(), MakeEntries(303, 304));
}

bool FoundIn(const std::vector<Item>& items) {
  kv::MemoryStore store;
  kv::Batch batch;
  for (const Item& item : items) batch.Put(item.key, item.value);
  REQUIRE(store.Commit(std::move(batch)).ok());
  return absl::IsDataLoss(CheckLog(store).status());
}

TEST_CASE("A changed byte of any key or value is found", "[audit][fault]") {
  kv::MemoryStore store;
  Fill(&store);
  const FsckReport report = MustCheck(store);
  CHECK(report.size == 269 + 264 + 4);
  CHECK(report.checkpoint_size == 269);
  const std::vector<Item> items = ItemsOf(store);
  REQUIRE_FALSE(FoundIn(items));

  std::mt19937_64 random(11);
  std::map<std::string, int> tried;
  for (size_t i = 0; i < items.size(); ++i) {
    // Some of the many waiting halves; all of what there is little of.
    const std::string kind = items[i].key.substr(0, 2);
    if ((kind == "u/" || kind == "v/") && random() % 10 != 0) continue;
    for (int k = 0; k < 3; ++k) {
      std::vector<Item> spoiled = items;
      const bool in_key = k == 0;
      std::string& bytes = in_key ? spoiled[i].key : spoiled[i].value;
      const size_t at = random() % bytes.size();
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      CAPTURE(kind, in_key, at);
      REQUIRE(FoundIn(spoiled));
      ++tried[kind];
    }
  }
  for (const char* kind : {"h", "c", "m/", "e/", "t/", "n/", "d/", "u/", "u!", "v/"}) {
    CAPTURE(kind);
    CHECK(tried[kind] > 0);
  }
}

TEST_CASE("Every byte of the small values counts", "[audit][fault]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MakeEntries(1, 3));
  MustSign(&store, *writer->state());
  const std::vector<Item> items = ItemsOf(store);
  size_t flips = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    for (size_t at = 0; at < items[i].value.size(); ++at) {
      std::vector<Item> spoiled = items;
      spoiled[i].value[at] = static_cast<char>(spoiled[i].value[at] ^ (1 << at % 8));
      CAPTURE(items[i].key, at);
      REQUIRE(FoundIn(spoiled));
      ++flips;
    }
  }
  CHECK(flips > 500);
}

TEST_CASE("A missing key and a key too many are found", "[audit][fault]") {
  kv::MemoryStore store;
  Fill(&store);
  const std::vector<Item> items = ItemsOf(store);
  for (size_t i = 0; i < items.size(); i += i < 20 ? 1 : 37) {
    std::vector<Item> spoiled = items;
    spoiled.erase(spoiled.begin() + static_cast<ptrdiff_t>(i));
    CAPTURE(items[i].key.substr(0, 2), i);
    CHECK(FoundIn(spoiled));
  }
  for (const char* extra : {"e/12345678", "x/whatever", "x!whatever", "u/whatever", "v/whatever",
                            "n/abc", "z", "d/run"}) {
    std::vector<Item> spoiled = items;
    spoiled.push_back({extra, std::string(16, '\1')});
    CAPTURE(extra);
    CHECK(FoundIn(spoiled));
  }
  std::vector<Item> with_directory = items;
  with_directory.push_back({"dir/anything", "that libs/rpc keeps"});
  CHECK_FALSE(FoundIn(with_directory));
}

TEST_CASE("A store without log is told from a damaged one", "[audit]") {
  kv::MemoryStore store;
  CHECK(absl::IsNotFound(CheckLog(store).status()));
  MustOpenLog(&store);
  const FsckReport report = MustCheck(store);
  CHECK(report.size == 0);
  CHECK(report.root == crypto::LogHasher().empty);
}

}  // namespace
}  // namespace shareway::audit
