// SPDX-License-Identifier: Apache-2.0
// The account of waiting halves: what settles, what never costs a key, what a restart keeps.
#include "services/audit/store/unmatched.h"

#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

constexpr absl::Duration kSettle = absl::Seconds(5);

// A log whose halves settle after five seconds, at a time that the test says.
struct World {
  World() { Open(); }

  void Open() {
    if (absl::IsNotFound(ReadBirth(store).status())) MustOpenLog(&store);
    absl::StatusOr<Checkpoint> newest = ReadCheckpoint(store, TestLogKey().verifier_key());
    REQUIRE(newest.ok());
    absl::StatusOr<std::unique_ptr<LogWriter>> opened =
        LogWriter::Open(&store, *newest, {.settle = kSettle, .now = now});
    INFO(opened.status());
    REQUIRE(opened.ok());
    writer = *std::move(opened);
  }
  void Append(const std::vector<EntryPtr>& entries) { MustAppend(writer.get(), entries, now); }
  void Pass(absl::Duration time) {
    now += time;
    REQUIRE(writer->Settle(now).ok());
  }
  std::vector<std::string> Owed(absl::string_view node) const {
    absl::StatusOr<std::vector<Waiting>> waiting = ReadWaiting(store, node, 0, 1000);
    REQUIRE(waiting.ok());
    std::vector<std::string> exchanges;
    for (const Waiting& one : *waiting) exchanges.push_back(one.exchange);
    return exchanges;
  }

  kv::MemoryStore store;
  absl::Time now = kTestTime;
  std::unique_ptr<LogWriter> writer;
};
using Names = std::vector<std::string>;

TEST_CASE("A half settles after a while, and one that is matched before never does", "[audit]") {
  World world;
  world.Append({MakeEntry(GoodRecord(1)), MakeEntry(GoodRecord(2))});
  CHECK(world.Owed(kConsumerNode).empty());
  CHECK(world.writer->unmatched() == 2);
  world.Pass(absl::Seconds(4));
  world.Append({MakeEntry(GoodReceipt(1)), MakeEntry(GoodRecord(3))});
  world.Pass(absl::Seconds(1));
  CHECK(world.Owed(kConsumerNode) == Names{"x2"});
  CHECK(world.writer->unmatched() == 2);
  MustCheck(world.store);
  world.Pass(absl::Seconds(4));
  CHECK(world.Owed(kConsumerNode) == Names{"x2", "x3"});
  MustCheck(world.store);
}

TEST_CASE("A settled half is matched whenever its match comes", "[audit]") {
  World world;
  world.Append({MakeEntry(GoodRecord(1)), MakeEntry(GoodRecord(2)), MakeEntry(GoodReceipt(3))});
  world.Pass(kSettle);
  if (GENERATE(false, true)) world.Open();
  CHECK(world.Owed(kConsumerNode) == Names{"x1", "x2"});
  world.Append({MakeEntry(GoodReceipt(2)), MakeEntry(GoodRecord(3))});
  CHECK(world.Owed(kConsumerNode) == Names{"x1"});
  CHECK(world.Owed(kProviderNode).empty());
  CHECK(world.writer->unmatched() == 1);
  MustCheck(world.store);
}

TEST_CASE("Halves that had not settled are there after a restart, and settle then", "[audit]") {
  World world;
  world.Append({MakeEntry(GoodRecord(1)), MakeEntry(GoodReceipt(2))});
  world.Pass(kSettle);
  world.Append(MakeEntries(3, 400));
  world.now += absl::Minutes(1);
  world.Open();
  CHECK(world.writer->unmatched() == 2 + 397);
  world.Pass(absl::Seconds(4));
  CHECK(world.Owed(kConsumerNode) == Names{"x1"});
  world.Append({MakeEntry(GoodReceipt(3)), MakeEntry(GoodReceipt(1))});
  world.Pass(absl::Seconds(1));
  CHECK(world.Owed(kConsumerNode).size() == 396);
  CHECK(world.Owed(kConsumerNode)[0] == "x4");
  CHECK(MustCheck(world.store).unmatched == 397);
}

TEST_CASE("What is said twice waits once, and matches once", "[audit]") {
  World world;
  evidence::AuditRecord again = GoodRecord(9);
  again.set_exchange("x1");
  world.Append({MakeEntry(GoodRecord(1))});
  world.Pass(kSettle);
  world.Append({MakeEntry(again)});
  world.Pass(kSettle);
  CHECK(world.Owed(kConsumerNode) == Names{"x1"});
  MustCheck(world.store);
  evidence::AuditRecord twice = GoodReceipt(9);
  twice.set_exchange("x1");
  evidence::AuditRecord third = GoodRecord(10);
  third.set_exchange("x1");
  world.Append({MakeEntry(GoodReceipt(1)), MakeEntry(twice), MakeEntry(third)});
  world.Pass(kSettle);
  MustCheck(world.store);
  CHECK(world.writer->unmatched() ==
        world.Owed(kConsumerNode).size() + world.Owed(kProviderNode).size());
}

TEST_CASE("Memory holds no more than its share of halves, however many peers are dead", "[audit]") {
  kv::MemoryStore store;
  absl::StatusOr<Unmatched> unmatched = Unmatched::Read(&store, absl::Hours(1));
  REQUIRE(unmatched.ok());
  const uint64_t total = Unmatched::kMaxUnsettled + 5000;
  for (uint64_t index = 0; index < total; ++index) {
    const Half half{.side = Side::kProvider,
                    .node = kProviderNode,
                    .other = absl::StrCat("agencies/dead/nodes/n", index % 7),
                    .exchange = absl::StrCat("x", index),
                    .attempt = 1};
    REQUIRE(unmatched->Take(half, index, kTestTime).ok());
  }
  kv::Batch batch;
  REQUIRE(unmatched->Write(kTestTime, total, &batch).ok());
  REQUIRE(store.Commit(std::move(batch)).ok());
  CHECK(unmatched->size() == total);
  CHECK(unmatched->until() == 5000);
  CHECK(ReadAccount(store)->count == 5000);
  CHECK(ReadWaiting(store, "agencies/dead/nodes/n3", 0, 10000)->size() == 714);
}

}  // namespace
}  // namespace shareway::audit
