// SPDX-License-Identifier: Apache-2.0
// The service's own records: dense, in the log's order, whoever appends and whatever fails.
#include "services/audit/own_record.h"

#include <atomic>
#include <map>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "services/audit/own_entries.h"
#include "services/audit/start_gate.h"
#include "services/audit/store/witness_store.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

constexpr char kUri[] = "shareway://test/service/audit";

evidence::AuditRecord Reading() {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::LOG_READ);
  return record;
}

struct World {
  explicit World(kv::Store* store) : reader(store) {
    absl::StatusOr<std::unique_ptr<Audit>> opened =
        Audit::Open(store, TestLogKey(), {.metrics = &metrics});
    REQUIRE(opened.ok());
    audit = *std::move(opened);
    own = std::make_unique<OwnRecords>(audit.get(), &reader, &key, kUri);
  }
  ~World() { own.reset(); }
  // Sequences by index, of all that is there.
  std::map<uint64_t, uint64_t> Sequences() const {
    std::map<uint64_t, uint64_t> sequences;
    const std::shared_ptr<const LogState> state = audit->state();
    for (uint64_t index = 0; index < state->size(); ++index) {
      const std::vector<Found> found = *reader.Entries(*state, index, index + 1, 1);
      const evidence::AuditRecord record = evidence::Open(found[0].stored.sealed)->record;
      if (record.producer() == kUri) sequences[index] = record.sequence();
    }
    return sequences;
  }
  void CheckDense(uint64_t count) const {
    const std::map<uint64_t, uint64_t> sequences = Sequences();
    CHECK(sequences.size() == count);
    uint64_t next = 1;
    for (const auto& [index, sequence] : sequences) CHECK(sequence == next++);
  }

  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  metrics::Registry metrics;
  LogReader reader;
  std::unique_ptr<Audit> audit;
  std::unique_ptr<OwnRecords> own;
};

TEST_CASE("Own records of many threads have dense sequences in the order of the log", "[witness]") {
  kv::MemoryStore store;
  constexpr int kThreads = 8, kEach = 40;
  for (uint64_t start = 1; start <= 2; ++start) {
    World world(&store);
    std::vector<std::thread> threads;
    std::atomic<int> answered = 0;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&world, &answered] {
        for (int i = 0; i < kEach; ++i) answered += world.own->Append(Reading()).ok();
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(answered == kThreads * kEach);
    world.CheckDense(start * kThreads * kEach);
  }
  MustCheck(store);
}

TEST_CASE("A commit that fails, written or not, leaves sequences dense", "[witness]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  kv::MemoryStore store;
  std::atomic<int> number = -1000;
  store.on_commit = [&](const kv::Batch&) -> kv::Outcome {
    if (number++ != 3) return {};
    return {applied, absl::UnavailableError("the disk went away")};
  };
  World world(&store);
  REQUIRE(world.own->Append(Reading()).ok());
  number = 0;
  uint64_t taken = 1;
  for (int i = 0; i < 20; ++i) taken += world.own->Append(Reading()).ok();
  CHECK(world.Sequences().size() >= taken);
  world.CheckDense(world.Sequences().size());
}

TEST_CASE("What waits is answered, and what is too large or comes too early is refused",
          "[witness]") {
  kv::MemoryStore store;
  World world(&store);
  evidence::AuditRecord large = Reading();
  large.set_state(std::string(64 << 10, 's'));
  CHECK(absl::IsInvalidArgument(world.own->Append(large).status()));
  large.set_state(std::string(62 << 10, 's'));
  CHECK(world.own->Append(large).ok());

  metrics::Registry metrics;
  const WitnessSet set(std::vector<Witness>{{.node = "agencies/a/nodes/n", .verifier_key = "k"}});
  const StartGate gate(world.audit.get(), &world.reader, {set}, {}, {.metrics = &metrics});
  world.own->StandBehind(&gate);
  CHECK(absl::IsUnavailable(world.own->Append(Reading()).status()));
  world.own->StandBehind(nullptr);

  absl::BlockingCounter answers(600);
  for (int i = 0; i < 600; ++i) {
    REQUIRE(world.own
                ->AppendAsync(Reading(),
                              [&answers](absl::StatusOr<uint64_t>) { answers.DecrementCount(); })
                .ok());
  }
  world.own.reset();
  answers.Wait();
  world.CheckDense(601);
}

TEST_CASE("Own entries are found among all others, under every incarnation", "[witness]") {
  kv::MemoryStore store;
  World world(&store);
  std::vector<uint64_t> indices;
  for (uint64_t i = 0; i < 300; ++i) {
    if (i == 100) {
      kv::Batch batch;
      const std::string next(16, 'z');
      REQUIRE(PutIncarnation(store, world.own->incarnation(), next, &batch).ok());
      REQUIRE(store.Commit(std::move(batch)).ok());
      world.own->Renew(next);
    }
    if (i % 3 == 0) {
      indices.push_back(*world.own->Append(Reading()));
    } else {
      REQUIRE(world.audit->AppendAndWait(MakeEntries(i + 1, i + 2)).ok());
    }
  }
  const OwnEntries entries(&store, world.audit.get(), &world.reader, world.own.get());
  std::vector<uint64_t> found;
  for (uint64_t from = 10; from < 290;) {
    const absl::StatusOr<OwnEntries::Page> page = entries.Read(from, 290, 2000);
    REQUIRE(page.ok());
    for (const Found& one : page->entries) found.push_back(one.index);
    CHECK(page->next > from);
    from = page->next;
  }
  std::erase_if(indices, [](uint64_t index) { return index < 10 || index >= 290; });
  CHECK(found == indices);
  CHECK(entries.Read(290, 290, 1)->entries.empty());
}

}  // namespace
}  // namespace shareway::audit
