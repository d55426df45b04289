// SPDX-License-Identifier: Apache-2.0
// The conformance suite: what every engine and the memory fake do alike.
#include "libs/kv/store.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/kv/test_folder.h"

namespace shareway::kv {
namespace {

using Strings = std::vector<std::string>;

#define FOR_EACH_ENGINE(store)              \
  const bool rocks = GENERATE(true, false); \
  CAPTURE(rocks);                           \
  TestStore store(rocks)

Committed MustCommit(Store& store, Batch batch) {
  absl::StatusOr<Committed> committed = store.Commit(std::move(batch));
  INFO(committed.status());
  REQUIRE(committed.ok());
  return *committed;
}

std::string ValueOf(const Store& store, absl::string_view key) {
  absl::StatusOr<Entry> entry = store.Get(key);
  return entry.ok() ? entry->value : "(none)";
}

Strings Keys(const Store& store, absl::string_view start, absl::string_view limit) {
  Strings keys;
  CHECK(store
            .Scan(start, limit,
                  [&](absl::string_view key, absl::string_view, uint64_t) {
                    keys.emplace_back(key);
                    return true;
                  })
            .ok());
  return keys;
}

Strings LogOf(const Store& store, absl::string_view log, uint64_t from = 0) {
  Strings entries;
  CHECK(store
            .ReadLog(log, from,
                     [&](uint64_t number, absl::string_view bytes) {
                       entries.push_back(absl::StrCat(number, "=", bytes));
                       return true;
                     })
            .ok());
  return entries;
}

TEST_CASE("What is put is read with its version until it is deleted", "[kv]") {
  FOR_EACH_ENGINE(store);
  CHECK(absl::IsNotFound(store->Get("a").status()));
  const std::string binary("\0\xff\n", 3);
  const Committed first = MustCommit(*store, Batch().Put("a", binary).Put(binary, ""));
  CHECK(store->Get("a")->value == binary);
  CHECK(store->Get("a")->version == first.version);
  CHECK(store->Get(binary)->value.empty());
  const Committed second = MustCommit(*store, Batch().Put("a", "2"));
  CHECK(second.version > first.version);
  CHECK(store->Get("a")->version == second.version);
  CHECK(store->Get(binary)->version == first.version);
  MustCommit(*store, Batch().Delete("a"));
  CHECK(absl::IsNotFound(store->Get("a").status()));
}

TEST_CASE("The last change of a key in a batch wins", "[kv]") {
  FOR_EACH_ENGINE(store);
  MustCommit(*store, Batch().Put("a", "1").Delete("a").Put("b", "1").Put("b", "2"));
  CHECK(ValueOf(*store, "a") == "(none)");
  CHECK(ValueOf(*store, "b") == "2");
}

TEST_CASE("A version is never used again, after a delete or a restart either", "[kv]") {
  FOR_EACH_ENGINE(store);
  std::set<uint64_t> versions;
  for (int round = 0; round < 3; ++round) {
    versions.insert(MustCommit(*store, Batch().Put("a", "x")).version);
    versions.insert(MustCommit(*store, Batch().Delete("a")).version);
    store.Reopen();
  }
  CHECK(versions.size() == 6);
}

TEST_CASE("An expectation that fails aborts the whole batch", "[kv]") {
  FOR_EACH_ENGINE(store);
  const uint64_t version = MustCommit(*store, Batch().Put("a", "1")).version;
  auto [why, batch] = GENERATE_COPY(table<const char*, Batch>({
      {"there, expected absent", Batch().ExpectAbsent("a")},
      {"absent, expected a version", Batch().Expect("b", version)},
      {"an older version", Batch().Expect("a", version - 1)},
      {"a newer version", Batch().Expect("a", version + 1)},
      {"one of two", Batch().Expect("a", version).ExpectAbsent("a")},
  }));
  CAPTURE(why);
  Batch broken = batch;
  broken.Put("a", "2").Append("log", "x");
  const absl::Status status = store->Commit(broken).status();
  CHECK(absl::IsAborted(status));
  CHECK(DetailsOf(status)->reason == Reason::kChangedMeanwhile);
  CHECK(ValueOf(*store, "a") == "1");
  CHECK(store->LogHead("log") == 0);
}

TEST_CASE("An expectation that holds lets the batch through", "[kv]") {
  FOR_EACH_ENGINE(store);
  const uint64_t version = MustCommit(*store, Batch().ExpectAbsent("a").Put("a", "1")).version;
  CHECK(MustCommit(*store, Batch().Expect("a", version).Put("a", "2")).version > version);
  MustCommit(*store, Batch().Delete("a"));
  MustCommit(*store, Batch().ExpectAbsent("a").Expect("a", 0).Put("a", "3"));
  CHECK(ValueOf(*store, "a") == "3");
}

TEST_CASE("A broken batch is refused and writes nothing", "[kv]") {
  FOR_EACH_ENGINE(store);
  auto [why, spoil] = GENERATE(table<const char*, void (*)(Batch&)>({
      {"empty key", [](Batch& b) { b.Put("", "x"); }},
      {"long key", [](Batch& b) { b.Put(std::string(1025, 'k'), "x"); }},
      {"long value", [](Batch& b) { b.Put("k", std::string(kMaxValueBytes + 1, 'v')); }},
      {"empty key deleted", [](Batch& b) { b.Delete(""); }},
      {"empty key expected", [](Batch& b) { b.ExpectAbsent(""); }},
      {"range from nothing", [](Batch& b) { b.DeleteRange("", "x"); }},
      {"long entry", [](Batch& b) { b.Append("log", std::string(kMaxValueBytes + 1, 'v')); }},
      {"log without name", [](Batch& b) { b.Append("", "x"); }},
      {"log in capitals", [](Batch& b) { b.Append("Log", "x"); }},
      {"log with digits", [](Batch& b) { b.Trim("log1", 1); }},
      {"long log name", [](Batch& b) { b.Append(std::string(33, 'l'), "x"); }},
      {"number of no append", [](Batch& b) { b.PutNumber("n", 1); }},
      {"negative place", [](Batch& b) { b.PutNumber("n", -1); }},
  }));
  CAPTURE(why);
  Batch batch;
  CHECK(batch.Append("log", "x") == 0);
  batch.Put("good", "x");
  spoil(batch);
  CHECK(absl::IsInvalidArgument(store->Commit(batch).status()));
  CHECK(ValueOf(*store, "good") == "(none)");
  CHECK(store->LogHead("log") == 0);
}

TEST_CASE("Keys and values of the greatest size are kept", "[kv]") {
  FOR_EACH_ENGINE(store);
  const std::string key(1024, 'k');
  const std::string value(kMaxValueBytes, 'v');
  Batch batch;
  batch.Put(key, value).Append(std::string(32, 'l'), value);
  MustCommit(*store, std::move(batch));
  CHECK(ValueOf(*store, key) == value);
  CHECK(store->LogHead(std::string(32, 'l')) == 1);
}

TEST_CASE("A scan gives a range in byte order until it is told to stop", "[kv]") {
  FOR_EACH_ENGINE(store);
  MustCommit(*store,
             Batch().Put("a", "").Put("b", "").Put("b\xff", "").Put("c", "").Put("\xff", ""));
  CHECK(Keys(*store, "", "") == Strings{"a", "b", "b\xff", "c", "\xff"});
  CHECK(Keys(*store, "b", "c") == Strings{"b", "b\xff"});
  CHECK(Keys(*store, "b", "b").empty());
  CHECK(Keys(*store, "c", "b").empty());
  CHECK(Keys(*store, "aa", PrefixEnd("b")) == Strings{"b", "b\xff"});
  Strings two;
  CHECK(store
            ->Scan("", "",
                   [&](absl::string_view key, absl::string_view, uint64_t) {
                     two.emplace_back(key);
                     return two.size() < 2;
                   })
            .ok());
  CHECK(two == Strings{"a", "b"});
}

TEST_CASE("A scan sees one snapshot whatever is committed meanwhile", "[kv]") {
  FOR_EACH_ENGINE(store);
  MustCommit(*store, Batch().Put("a", "1").Put("b", "1").Put("c", "1"));
  Strings seen;
  CHECK(store
            ->Scan("", "",
                   [&](absl::string_view key, absl::string_view value, uint64_t) {
                     if (seen.empty())
                       MustCommit(*store, Batch().Put("b", "2").Delete("c").Put("d", "2"));
                     seen.push_back(absl::StrCat(key, "=", value));
                     return true;
                   })
            .ok());
  CHECK(seen == Strings{"a=1", "b=1", "c=1"});
  CHECK(Keys(*store, "", "") == Strings{"a", "b", "d"});
}

TEST_CASE("A range is deleted from its start up to its limit", "[kv]") {
  FOR_EACH_ENGINE(store);
  auto [start, limit, left] = GENERATE(table<const char*, const char*, Strings>({
      {"b", "d", {"a", "d"}},
      {"b", "b", {"a", "b", "c", "d"}},
      {"c", "b", {"a", "b", "c", "d"}},
      {"b", "", {"a"}},
      {"bb", "cc", {"a", "b", "d"}},
      {"x", "y", {"a", "b", "c", "d"}},
  }));
  CAPTURE(start, limit);
  Batch four;
  four.Put("a", "").Put("b", "").Put("c", "").Put("d", "").Append("log", "x");
  MustCommit(*store, std::move(four));
  MustCommit(*store, Batch().DeleteRange(start, limit));
  CHECK(Keys(*store, "", "") == left);
  CHECK(LogOf(*store, "log") == Strings{"1=x"});
  store.Reopen();
  CHECK(Keys(*store, "", "") == left);
}

// `count` pairs under "i/", their values begin with `value`.
std::vector<Pair> SortedPairs(int count, const std::string& value) {
  std::vector<Pair> pairs;
  for (int i = 0; i < count; ++i) {
    pairs.push_back({absl::StrCat("i/", 1000 + i), absl::StrCat(value, i)});
  }
  return pairs;
}

TEST_CASE("What is ingested is there at once, between what batches put, and after a restart",
          "[kv]") {
  FOR_EACH_ENGINE(store);
  MustCommit(*store, Batch().Put("h", "before").Put("j", "behind"));
  REQUIRE(store->Ingest({}).ok());
  REQUIRE(store->Ingest(SortedPairs(500, "v")).ok());
  const auto check = [&] {
    CHECK(ValueOf(*store, "i/1000") == "v0");
    CHECK(ValueOf(*store, "i/1499") == "v499");
    CHECK(ValueOf(*store, "i/1500") == "(none)");
    CHECK(store->Get("i/1007")->version == 0);
    const Strings keys = Keys(*store, "", "");
    REQUIRE(keys.size() == 502);
    CHECK(keys.front() == "h");
    CHECK(keys[1] == "i/1000");
    CHECK(keys.back() == "j");
  };
  check();
  store.Reopen();
  check();
  CHECK(MustCommit(*store, Batch().Put("j", "again")).version > 0);
}

TEST_CASE("Ingesting a key again replaces it, and a range of them can be deleted", "[kv]") {
  FOR_EACH_ENGINE(store);
  REQUIRE(store->Ingest(SortedPairs(100, "old ")).ok());
  REQUIRE(store->Ingest(SortedPairs(50, "new ")).ok());
  CHECK(ValueOf(*store, "i/1049") == "new 49");
  CHECK(ValueOf(*store, "i/1050") == "old 50");
  MustCommit(*store, Batch().DeleteRange("i/1010", "i/1090"));
  CHECK(Keys(*store, "", "").size() == 20);
  REQUIRE(store->Ingest(SortedPairs(30, "newest ")).ok());
  store.Reopen();
  CHECK(Keys(*store, "", "").size() == 40);
  CHECK(ValueOf(*store, "i/1029") == "newest 29");
}

TEST_CASE("Pairs out of order or beyond the limits are refused and none is ingested", "[kv]") {
  FOR_EACH_ENGINE(store);
  const std::vector<Pair> good = SortedPairs(3, "v");
  auto [why, spoil] = GENERATE(table<const char*, void (*)(std::vector<Pair>&)>({
      {"descending", [](std::vector<Pair>& p) { std::swap(p[1], p[2]); }},
      {"twins", [](std::vector<Pair>& p) { p[2] = p[1]; }},
      {"empty key", [](std::vector<Pair>& p) { p[0].key.clear(); }},
      {"long key", [](std::vector<Pair>& p) { p[2].key = std::string(1025, 'z'); }},
      {"long value", [](std::vector<Pair>& p) { p[1].value.resize(kMaxValueBytes + 1); }},
  }));
  CAPTURE(why);
  std::vector<Pair> pairs = good;
  spoil(pairs);
  CHECK(absl::IsInvalidArgument(store->Ingest(pairs)));
  CHECK(Keys(*store, "", "").empty());
  CHECK(store->Ingest(good).ok());
}

TEST_CASE("Commits and scans go on while files are ingested", "[kv]") {
  FOR_EACH_ENGINE(store);
  int ingested = 0;
  std::thread ingesting([&] {
    for (int i = 0; i < 10; ++i) {
      if (store->Ingest(SortedPairs(200, absl::StrCat(i, " "))).ok()) ++ingested;
    }
  });
  for (int i = 0; i < 200; ++i) {
    Batch batch;
    batch.Append("log", "x");
    MustCommit(*store, batch.Put("h", absl::StrCat(i)));
    const size_t keys = Keys(*store, "i/", "i0").size();  // all of a file or none
    CHECK((keys == 0 || keys == 200));
  }
  ingesting.join();
  CHECK(ingested == 10);
  store.Reopen();
  CHECK(LogOf(*store, "log").size() == 200);
  CHECK(ValueOf(*store, "i/1199") == "9 199");
}

TEST_CASE("A log numbers its entries from 1, each log for itself", "[kv]") {
  FOR_EACH_ENGINE(store);
  CHECK(store->LogHead("a") == 0);
  CHECK(*store->LogTail("a") == 1);
  CHECK(LogOf(*store, "a").empty());
  Batch batch;
  const int first = batch.Append("a", "x");
  batch.Append("ab", "other");
  const int second = batch.Append("a", "y");
  batch.PutNumber("n1", first).PutNumber("n2", second);
  const Committed committed = MustCommit(*store, std::move(batch));
  CHECK(committed.numbers == std::vector<uint64_t>{1, 1, 2});
  CHECK(ValueOf(*store, "n1") == BigEndian64(1));
  CHECK(ValueOf(*store, "n2") == BigEndian64(2));
  CHECK(store->Get("n2")->version == committed.version);
  CHECK(LogOf(*store, "a") == Strings{"1=x", "2=y"});
  CHECK(LogOf(*store, "ab") == Strings{"1=other"});
  CHECK(LogOf(*store, "a", 2) == Strings{"2=y"});
  CHECK(LogOf(*store, "a", 3).empty());
  CHECK(Keys(*store, "", "") == Strings{"n1", "n2"});
  CHECK(store->LogHead("a") == 2);
}

TEST_CASE("A trimmed log keeps its numbering, after a restart too", "[kv]") {
  FOR_EACH_ENGINE(store);
  const int entries = GENERATE(10, 1000);
  Batch batch;
  for (int i = 0; i < entries; ++i) batch.Append("log", "x");
  MustCommit(*store, std::move(batch));
  MustCommit(*store, Batch().Trim("log", entries - 1));
  CHECK(*store->LogTail("log") == static_cast<uint64_t>(entries - 1));
  CHECK(LogOf(*store, "log").size() == 2);
  MustCommit(*store, Batch().Trim("log", 3));  // less than before: nothing happens
  CHECK(*store->LogTail("log") == static_cast<uint64_t>(entries - 1));
  MustCommit(*store, Batch().Trim("log", entries + 100));
  CHECK(LogOf(*store, "log").empty());
  store.Reopen();
  const uint64_t head = entries;
  CHECK(store->LogHead("log") == head);
  CHECK(*store->LogTail("log") == head + 1);
  Batch more;
  more.Append("log", "y");
  CHECK(MustCommit(*store, std::move(more)).numbers == std::vector<uint64_t>{head + 1});
  CHECK(LogOf(*store, "log") == Strings{absl::StrCat(head + 1, "=y")});
}

TEST_CASE("Eight threads that increment one counter lose no update", "[kv]") {
  FOR_EACH_ENGINE(store);
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&store] {
      for (int done = 0; done < kEach;) {
        const absl::StatusOr<Entry> entry = store->Get("n");
        const uint64_t n = entry.ok() ? ReadBigEndian64(entry->value) : 0;
        const uint64_t version = entry.ok() ? entry->version : 0;
        Batch batch;
        batch.Expect("n", version).Put("n", BigEndian64(n + 1));
        if (store->Commit(std::move(batch)).ok()) ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(ReadBigEndian64(ValueOf(*store, "n")) == kThreads * kEach);
}

TEST_CASE("Of batches committed together the first that expects wins", "[kv]") {
  FOR_EACH_ENGINE(store);
  MustCommit(*store, Batch().Put("k1", "").Put("k2", "").Put("k3", ""));
  constexpr int kBatches = 300;
  absl::BlockingCounter left(kBatches);
  std::vector<absl::StatusOr<Committed>> results(kBatches);
  for (int i = 0; i < kBatches; ++i) {
    Batch batch;
    if (i % 3 == 0) batch.ExpectAbsent("a").Put("a", absl::StrCat(i));
    if (i % 3 == 1) batch.ExpectAbsent("k2").Put("b", absl::StrCat(i));
    if (i == 100) batch = Batch().DeleteRange("k1", "k3");
    batch.Append("log", absl::StrCat(i));
    store->CommitAsync(std::move(batch), [&, i](absl::StatusOr<Committed> result) {
      results[i] = std::move(result);
      left.DecrementCount();
    });
  }
  left.Wait();
  Strings want;
  uint64_t last_version = 0;
  for (int i = 0; i < kBatches; ++i) {
    const bool wins = i == 0 || i % 3 == 2 || (i % 3 == 1 && i >= 100);
    CAPTURE(i, results[i].status());
    REQUIRE(results[i].ok() == wins);
    if (!wins) continue;
    want.push_back(absl::StrCat(want.size() + 1, "=", i));
    CHECK(results[i]->numbers == std::vector<uint64_t>{want.size()});
    CHECK(results[i]->version > last_version);
    last_version = results[i]->version;
  }
  CHECK(LogOf(*store, "log") == want);
  CHECK(ValueOf(*store, "a") == "0");
  CHECK(ValueOf(*store, "b") == "298");
}

TEST_CASE("Threads that append leave a log without gaps", "[kv]") {
  FOR_EACH_ENGINE(store);
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  absl::Mutex mutex;
  std::set<uint64_t> numbers;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&store, &mutex, &numbers] {
      for (int i = 0; i < kEach; ++i) {
        Batch batch;
        batch.Append("log", "x");
        if (i % 5 == 0) batch.Expect("absent", 7);  // this one must not take a number
        const absl::StatusOr<Committed> committed = store->Commit(std::move(batch));
        if (!committed.ok()) continue;
        absl::MutexLock lock(&mutex);
        numbers.insert(committed->numbers.at(0));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  constexpr uint64_t kWinners = kThreads * kEach * 4 / 5;
  CHECK(numbers.size() == kWinners);
  CHECK(*numbers.rbegin() == kWinners);
  CHECK(store->LogHead("log") == kWinners);
  store.Reopen();
  CHECK(LogOf(*store, "log").size() == kWinners);
}

TEST_CASE("A waiter wakes when its log grows, and not before", "[kv]") {
  FOR_EACH_ENGINE(store);
  CHECK_FALSE(store->WaitLog("log", 0, absl::ZeroDuration()));
  CHECK_FALSE(store->WaitLog("log", 0, absl::Milliseconds(1)));
  std::thread writer([&store] {
    for (int i = 0; i < 3; ++i) {
      Batch batch;
      batch.Append("other", "x");
      batch.Append("log", "x");
      (void)store->Commit(std::move(batch));
    }
  });
  CHECK(store->WaitLog("log", 2, absl::Seconds(30)));
  CHECK(LogOf(*store, "log").size() == 3);
  CHECK(store->WaitLog("log", 2, absl::ZeroDuration()));
  CHECK_FALSE(store->WaitLog("log", 3, absl::ZeroDuration()));
  writer.join();
}

TEST_CASE("The head of a log is there when its commit is answered", "[kv]") {
  FOR_EACH_ENGINE(store);
  uint64_t head = 0;
  absl::BlockingCounter left(1);
  Batch batch;
  batch.Append("log", "x");
  store->CommitAsync(std::move(batch), [&](absl::StatusOr<Committed>) {
    head = store->LogHead("log");
    left.DecrementCount();
  });
  left.Wait();
  CHECK(head == 1);
}

}  // namespace
}  // namespace shareway::kv
