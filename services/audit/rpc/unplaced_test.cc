// SPDX-License-Identifier: Apache-2.0
// Entries of a lost log whose producers never learnt where they were, or whether.
#include <algorithm>
#include <atomic>

#include "services/audit/rpc/test_lost_log.h"

namespace shareway::audit {
namespace {

using Entries = std::vector<v1::RestoredEntry>;

// A batch of a node whose acknowledgement was lost.
struct Batch {
  size_t node = 0;
  uint64_t sequence = 0;
  uint64_t count = 5;
};

// The log: after the copy nodes 0 and 1 append in turns 100, 105, … 125, an own record after
// each five; then node 0 three and node 1 four, with nothing between.
struct Unanswered : Lost {
  explicit Unanswered(std::vector<Batch> lost_batches)
      : Lost(0,
             [](WatchedWorld& there) {
               REQUIRE(there.Append(0, 200, 3).ok());
               REQUIRE(there.Append(1, 200, 4).ok());
             }),
        batches(std::move(lost_batches)) {
    OpenCopy();
  }
  Entries Unknown(const Batch& batch) const {
    return Unplaced(IndexOf(batch.node, batch.sequence), batch.count);
  }
  // What a producer has with its places.
  Entries PlacedOf(const std::string& producer) {
    Entries placed = Of(producer);
    for (const Batch& batch : batches) {
      const uint64_t first = IndexOf(batch.node, batch.sequence);
      std::erase_if(placed, [&](const v1::RestoredEntry& entry) {
        return entry.index() >= first && entry.index() < first + batch.count;
      });
    }
    return placed;
  }
  uint64_t unknown() const {
    uint64_t count = 0;
    for (const Batch& batch : batches) count += batch.count;
    return count;
  }
  // All that has places.
  void RestorePlaced() {
    for (const size_t node : {0, 1}) {
      REQUIRE(Restore(node, PlacedOf(world.nodes[node].uri)).ok());
    }
    REQUIRE(Restore(2, PlacedOf(kAuditUri)).ok());
  }
  void CheckWhole() {
    CHECK(world.log->gate()->serving());
    CHECK(RootAt(head.size()) == root);
    world.Close();
    MustCheck(*copy);
  }

  const std::vector<Batch> batches;
};

TEST_CASE("A batch without an answer is found and put where it was", "[witness]") {
  const auto batches = GENERATE(std::vector<Batch>{{1, 200, 4}},               // at the end
                                std::vector<Batch>{{0, 125}},                  // among others'
                                std::vector<Batch>{{1, 105}, {0, 125}},        // two gaps
                                std::vector<Batch>{{0, 200, 3}, {1, 200, 4}},  // in one gap
                                std::vector<Batch>{{1, 120}, {0, 125}, {0, 200, 3}, {1, 200, 4}});
  const std::string order = GENERATE("places first", "places last", "killed between");
  CAPTURE(batches.size(), batches[0].sequence, order);
  Unanswered lost(batches);
  if (order == "places first") lost.RestorePlaced();
  for (const Batch& batch : lost.batches) {
    REQUIRE(lost.Restore(batch.node, lost.Unknown(batch)).ok());
    (void)lost.Restore(batch.node, lost.Unknown(batch));  // again
  }
  if (order == "killed between") {
    CHECK_FALSE(lost.world.log->gate()->serving());
    lost.world.Close();
    CHECK(MustCheck(*lost.copy).staged == lost.unknown());
    lost.OpenCopy();
  }
  if (order != "places first") lost.RestorePlaced();
  lost.CheckWhole();
}

TEST_CASE("A batch that never was in the log is not put there", "[witness]") {
  Unanswered lost({{1, 120}});
  WatchedWorld& world = lost.world;
  // Of the same length, of the same producer and of another one, and of no length that fits.
  for (const size_t node : {0, 1}) {
    for (const uint64_t count : {5, 3}) {
      Entries never;
      for (uint64_t i = 0; i < count; ++i) {
        never.push_back(lost.Lie(node, kUnknownIndex, 500 + 10 * count + i));
      }
      REQUIRE(lost.Restore(node, never).ok());
    }
  }
  lost.RestorePlaced();
  CHECK_FALSE(world.log->gate()->serving());
  CHECK(lost.Restore(1, lost.Unknown({1, 120}))->missing() == 0);
  REQUIRE(world.log->gate()->serving());
  CHECK(lost.RootAt(lost.head.size()) == lost.root);
  // Its producer sends it again, and is told where it is now.
  const auto appended = world.Append(0, 550, 5);
  REQUIRE(appended.ok());
  CHECK(appended->indices(0) >= lost.head.size());
  CHECK(world.Append(1, 120, 5)->indices(0) == lost.IndexOf(1, 120));
  lost.CheckWhole();
}

TEST_CASE("Nothing but batches that never were there stops no rebuild", "[witness]") {
  Unanswered lost({});
  for (uint64_t i = 0; i < 12; ++i) {  // more than are kept
    REQUIRE(lost.Restore(0, {lost.Lie(0, kUnknownIndex, 500 + 2 * i)}).ok());
  }
  lost.world.Close();
  CHECK(MustCheck(*lost.copy).staged == 8);
  lost.OpenCopy();
  lost.RestorePlaced();
  lost.CheckWhole();
  CHECK(MustCheck(*lost.copy).staged == 0);
}

TEST_CASE("Who fills the gap of such a batch with lies is found out", "[witness]") {
  const uint64_t filled = GENERATE(5, 2);
  const size_t liar = GENERATE(2, 0);  // who has no entries there, or true ones
  CAPTURE(filled, liar);
  Unanswered lost({{1, 120}});
  const uint64_t first = lost.IndexOf(1, 120);
  for (uint64_t i = 0; i < filled; ++i) {
    REQUIRE(lost.Restore(liar, {lost.Lie(liar, first + i, 9000 + i)}).ok());
  }
  REQUIRE(lost.Restore(liar, {lost.Lie(liar, kUnknownIndex, 9100)}).ok());
  lost.RestorePlaced();
  CHECK_FALSE(lost.world.log->gate()->serving());
  REQUIRE(lost.RestoreUntilWhole(1, lost.Unknown({1, 120})));
  lost.CheckWhole();
}

TEST_CASE("The log's own entries are not taken without a place, nor another's", "[witness]") {
  Unanswered lost({});
  v1::RestoredEntry own = lost.Of(kAuditUri).front();
  own.set_index(kUnknownIndex);
  CHECK(absl::IsInvalidArgument(lost.Restore(2, {own}).status()));
  CHECK(ReasonFor(lost.Restore(0, lost.Unknown({1, 120})).status()) == Reason::kProducerUnknown);
}

TEST_CASE("A kill at any commit loses no batch that has no place", "[witness]") {
  const bool applied = GENERATE(false, true);
  Unanswered lost({{1, 120}, {0, 200, 3}, {1, 200, 4}});
  const std::unique_ptr<kv::MemoryStore> pristine = CopyOf(*lost.copy);
  bool survived = false;
  for (int kill = 0; !survived; ++kill) {
    CAPTURE(applied, kill);
    lost.world.Close();
    lost.copy = CopyOf(*pristine);
    lost.OpenCopy();
    std::atomic<int> commits = 0;
    // From commit number `kill` on, nothing is written: the process is as good as dead.
    lost.copy->on_commit = [&](const kv::Batch&) -> kv::Outcome {
      const int number = commits++;
      if (number < kill) return {};
      return {applied && number == kill, absl::UnavailableError("killed")};
    };
    const auto give = [&](size_t node) {
      for (const Batch& batch : lost.batches) {
        if (batch.node == node) (void)lost.Restore(node, lost.Unknown(batch));
      }
      (void)lost.Restore(node, lost.PlacedOf(node == 2 ? kAuditUri : lost.world.nodes[node].uri));
    };
    for (const size_t node : {0, 1, 2}) give(node);
    lost.world.Close();
    survived = commits <= kill;
    lost.copy->on_commit = nullptr;

    lost.OpenCopy();
    // It serves as soon as nothing is missing.
    for (size_t node = 0; node < 3 && !lost.world.log->gate()->serving(); ++node) give(node);
    CHECK(lost.world.log->gate()->serving());
    lost.world.AwaitCandidate(lost.head.size() + 1);  // the start is recorded: all is concluded
    lost.CheckWhole();
  }
}

}  // namespace
}  // namespace shareway::audit
