// SPDX-License-Identifier: Apache-2.0
// The log at work: many callers, one order, signed.
#include "services/audit/audit.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <random>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/note.h"
#include "libs/kv/memory_store.h"
#include "libs/kv/test_folder.h"
#include "libs/merkle/proof.h"
#include "libs/merkle/verify.h"
#include "services/audit/own_record.h"
#include "services/audit/rpc/prover.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

// A log on a store; signs as fast as it can.
struct World {
  explicit World(kv::Store* store, Audit::Options options = {}) {
    options.metrics = &metrics;
    options.sign_interval = absl::ZeroDuration();
    absl::StatusOr<std::unique_ptr<Audit>> opened = Audit::Open(store, TestLogKey(), options);
    INFO(opened.status());
    REQUIRE(opened.ok());
    audit = *std::move(opened);
  }
  metrics::Registry metrics;
  std::unique_ptr<Audit> audit;
};

TEST_CASE("Appends from many threads get dense indices and one signed tree", "[audit]") {
  const bool rocks = GENERATE(true, false);
  CAPTURE(rocks);
  kv::TestStore store(rocks);
  constexpr uint64_t kThreads = 8;
  constexpr uint64_t kEach = 100;
  std::vector<std::vector<uint64_t>> indices(kThreads);
  {
    World world(&*store);
    std::vector<std::thread> threads;
    for (uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&world, &indices, t] {
        for (uint64_t i = 0; i < kEach; ++i) {
          const uint64_t first = 1 + t * kEach + i;
          auto answer = world.audit->AppendAndWait(MakeEntries(first, first + 1));
          if (answer.ok()) indices[t].push_back((*answer)[0]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(world.audit->signer().WaitCovers(kThreads * kEach, absl::Seconds(10)));
    const std::shared_ptr<const Checkpoint> newest = world.audit->signer().newest();
    absl::StatusOr<evidence::TreeHead> head =
        evidence::OpenNote(newest->note, TestLogKey().verifier_key());
    REQUIRE(head.ok());
    CHECK(head->size == kThreads * kEach);
    CHECK(head->root == world.audit->state()->edge.Root(crypto::LogHasher()));
  }
  std::vector<uint64_t> all;
  for (const std::vector<uint64_t>& some : indices) {
    CHECK(std::is_sorted(some.begin(), some.end()));
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end());
  CHECK(all == Numbers(0, kThreads * kEach));
  store.Reopen();
  CHECK(MustCheck(*store).checkpoint_size == kThreads * kEach);
}

TEST_CASE("Too many requests or bytes in the queue are refused, and nothing is lost", "[audit]") {
  const bool by_bytes = GENERATE(false, true);
  CAPTURE(by_bytes);
  kv::MemoryStore store;
  std::atomic<bool> hold = false;
  absl::Notification release;
  store.on_commit = [&](const kv::Batch&) {
    if (hold) release.WaitForNotification();
    return kv::Outcome{};
  };
  const std::vector<EntryPtr> entries = MakeEntries(1, 11);
  Audit::Options options;
  if (by_bytes) {
    options.max_bytes = 3 * (entries[0]->sealed.record().size() + kEntryOverhead) + 2;
  } else {
    options.max_requests = 3;
  }
  World world(&store, options);
  hold = true;
  absl::BlockingCounter answered(10);
  std::atomic<int> taken = 0;
  std::atomic<int> refused = 0;
  for (const EntryPtr& entry : entries) {
    world.audit->Append({entry}, [&](absl::StatusOr<std::vector<uint64_t>> indices) {
      if (indices.ok()) {
        ++taken;
      } else if (DetailsOf(indices.status())->reason == Reason::kOverloaded) {
        ++refused;
      }
      answered.DecrementCount();
    });
  }
  CHECK(refused == 7);
  hold = false;
  release.Notify();
  answered.Wait();
  CHECK(taken == 3);
  for (const EntryPtr& entry : entries) CHECK(world.audit->AppendAndWait({entry}).ok());
  CHECK(world.audit->state()->size() == 10);
}

TEST_CASE("A failed commit is told to all whom it concerns, and the log goes on",
          "[audit][fault]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  kv::MemoryStore store;
  std::atomic<bool> fail = false;
  store.on_commit = [&](const kv::Batch&) {
    if (!fail) return kv::Outcome{};
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  {
    World world(&store);
    REQUIRE(world.audit->AppendAndWait(MakeEntries(1, 4)).ok());
    fail = true;
    CHECK(absl::IsUnavailable(world.audit->AppendAndWait(MakeEntries(4, 6)).status()));
    fail = false;
    CHECK(*world.audit->AppendAndWait(MakeEntries(4, 6)) == Numbers(3, 5));
  }
  CHECK(MustCheck(store).checkpoint_size == 5);
}

TEST_CASE("A log is opened only with its own key and origin", "[audit]") {
  kv::MemoryStore store;
  { World world(&store); }
  metrics::Registry metrics;
  const auto open = [&](const LogKey& key) {
    metrics::Registry fresh;
    return Audit::Open(&store, key, {.metrics = &fresh}).status();
  };
  CHECK(open(TestLogKey()).ok());
  CHECK(absl::IsFailedPrecondition(
      open({crypto::PrivateKey::Generate(crypto::Suite::kEd25519), TestLogKey().origin})));
  CHECK(absl::IsFailedPrecondition(open({TestLogKey().key, "shareway.example/other"})));
}

TEST_CASE("A log whose checkpoint is gone or damaged is not opened", "[audit][fault]") {
  kv::MemoryStore store;
  REQUIRE(World(&store).audit->AppendAndWait(MakeEntries(1, 4)).ok());
  kv::Batch batch;
  if (GENERATE(true, false)) {
    batch.Delete(kCheckpointKey);
  } else {
    batch.Put(kCheckpointKey, Guarded(kCheckpointKey, std::string(8, '\0') + "no note"));
  }
  REQUIRE(store.Commit(std::move(batch)).ok());
  metrics::Registry metrics;
  const absl::Status status = Audit::Open(&store, TestLogKey(), {.metrics = &metrics}).status();
  INFO(status);
  CHECK(absl::IsDataLoss(status));
}

TEST_CASE("The service's own start is in the log, once for each start", "[audit]") {
  kv::MemoryStore store;
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  constexpr char kUri[] = "shareway://test/service/audit";
  const LogReader reader(&store);
  for (uint64_t start = 0; start < 3; ++start) {
    World world(&store);
    REQUIRE(*RecordStart(world.audit.get(), reader, key, kUri) == start);
    CHECK(*reader.LastSequence(kUri, world.audit->incarnation()) == start + 1);
  }
  World world(&store);
  absl::StatusOr<std::vector<Found>> found = reader.Entries(*world.audit->state(), 2, 3, 1);
  REQUIRE(found.ok());
  absl::StatusOr<evidence::OpenedRecord> opened = evidence::Open((*found)[0].stored.sealed);
  REQUIRE(opened.ok());
  CHECK(opened->record.kind() == evidence::v1::SERVICE_STARTED);
  crypto::BatchVerifier verifier;
  CHECK(evidence::Verify(&verifier, key.public_key(), opened->envelope.payload(),
                         opened->envelope.signature())
            .ok());
  MustCheck(store);
}

template <typename Field>
std::vector<Hash32> Hashes(const Field& field) {
  std::vector<Hash32> hashes;
  for (const std::string& raw : field) hashes.push_back(*Hash32::From(raw));
  return hashes;
}

TEST_CASE("Every proof verifies, for each size up to 600", "[audit]") {
  const merkle::Hasher& hasher = crypto::LogHasher();
  constexpr uint64_t kSize = 600;
  kv::MemoryStore store;
  World world(&store);
  const std::vector<EntryPtr> entries = MakeEntries(1, kSize + 1);
  REQUIRE(world.audit->AppendAndWait(entries).ok());
  REQUIRE(world.audit->signer().WaitCovers(kSize, absl::Seconds(10)));
  std::vector<Hash32> leaves;
  std::vector<Hash32> roots = {hasher.empty};
  RightEdge edge;
  for (const EntryPtr& entry : entries) {
    leaves.push_back(entry->leaf);
    edge.Append(hasher, entry->leaf);
    roots.push_back(edge.Root(hasher));
  }

  const LogReader reader(&store);
  const Prover prover(world.audit.get(), &reader);
  std::mt19937_64 random(13);
  for (uint64_t size = 1; size <= kSize; ++size) {
    CAPTURE(size);
    for (int k = 0; k < 3; ++k) {
      v1::GetInclusionProofRequest inclusion;
      inclusion.set_index(k == 0 ? size - 1 : random() % size);
      inclusion.set_size(size);
      absl::StatusOr<v1::InclusionProof> path = prover.Inclusion(inclusion);
      REQUIRE(path.ok());
      REQUIRE(merkle::VerifyInclusion(hasher, leaves[inclusion.index()], inclusion.index(), size,
                                      Hashes(path->path()), roots[size])
                  .ok());
      v1::GetConsistencyProofRequest consistency;
      consistency.set_old_size(random() % (size + 1));
      consistency.set_new_size(size);
      absl::StatusOr<v1::ConsistencyProof> growth = prover.Consistency(consistency);
      REQUIRE(growth.ok());
      REQUIRE(merkle::VerifyConsistency(hasher, consistency.old_size(),
                                        roots[consistency.old_size()], size, roots[size],
                                        Hashes(growth->hashes()))
                  .ok());
      v1::GetRangeProofRequest range;
      range.set_begin(random() % size);
      range.set_end(range.begin() + 1 + random() % (size - range.begin()));
      range.set_size(size);
      absl::StatusOr<v1::RangeProof> run = prover.Range(range);
      REQUIRE(run.ok());
      REQUIRE(*Hash32::From(run->checkpoint().root()) == roots[size]);
      REQUIRE(run->checkpoint().note().empty() == (size < kSize));
      REQUIRE(merkle::VerifyRange(
                  hasher, range.begin(),
                  absl::MakeConstSpan(leaves).subspan(range.begin(), range.end() - range.begin()),
                  size, {Hashes(run->left()), Hashes(run->right())}, roots[size])
                  .ok());
    }
  }
}

TEST_CASE("Numbers that the log does not reach, or that make no sense, are refused", "[audit]") {
  kv::MemoryStore store;
  World world(&store);
  REQUIRE(world.audit->AppendAndWait(MakeEntries(1, 11)).ok());
  REQUIRE(world.audit->signer().WaitCovers(10, absl::Seconds(10)));
  const LogReader reader(&store);
  const Prover prover(world.audit.get(), &reader);
  const auto inclusion = [&](uint64_t index, uint64_t size) {
    v1::GetInclusionProofRequest request;
    request.set_index(index);
    request.set_size(size);
    return prover.Inclusion(request).status();
  };
  const auto consistency = [&](uint64_t old_size, uint64_t new_size) {
    v1::GetConsistencyProofRequest request;
    request.set_old_size(old_size);
    request.set_new_size(new_size);
    return prover.Consistency(request).status();
  };
  const auto range = [&](uint64_t begin, uint64_t end, uint64_t size) {
    v1::GetRangeProofRequest request;
    request.set_begin(begin);
    request.set_end(end);
    request.set_size(size);
    return prover.Range(request).status();
  };
  const uint64_t max = std::numeric_limits<uint64_t>::max();
  for (const absl::Status& good : {inclusion(9, 0), inclusion(0, 1), consistency(0, 0),
                                   consistency(10, 10), range(0, 10, 0), range(9, 10, 10)}) {
    CHECK(good.ok());
  }
  for (const absl::Status& small :
       {inclusion(10, 0), inclusion(0, 11), inclusion(max, 0), inclusion(0, max),
        consistency(11, 0), consistency(1, 11), range(0, 11, 0), range(0, 5, 11)}) {
    CHECK(absl::IsFailedPrecondition(small));
    CHECK(DetailsOf(small)->reason == Reason::kLogTooSmall);
  }
  for (const absl::Status& wrong : {inclusion(5, 5), consistency(6, 5), range(0, 6, 5),
                                    range(5, 5, 0), range(6, 5, 0), range(0, 4097, 0)}) {
    INFO(wrong);
    CHECK(absl::IsInvalidArgument(wrong));
  }
}

// Prints; hidden. A P-256 signature in each record, as real ones have.
void Bench(const char* what, size_t batch, size_t outstanding, uint64_t total) {
  const kv::TestFolder folder;
  std::unique_ptr<kv::Store> store = kv::MustOpen(folder.File("store"));
  World world(store.get());
  std::vector<v1::AppendRequest> requests;
  for (uint64_t i = 0; i < total; ++i) {
    if (i % batch == 0) requests.emplace_back();
    evidence::AuditRecord record = i % 2 ? GoodReceipt(i / 2 + 1) : GoodRecord(i / 2 + 1);
    record.set_request_digest(std::string(32, 'd'));
    record.mutable_request_signature()->set_bytes(std::string(72, 's'));
    record.mutable_response_signature()->set_bytes(std::string(72, 's'));
    *requests.back().add_records() = Seal(record);
  }
  absl::Mutex mutex;
  size_t in_flight = 0;
  absl::BlockingCounter left(static_cast<int>(requests.size()));
  const absl::Time start = absl::Now();
  for (const v1::AppendRequest& request : requests) {
    std::vector<EntryPtr> entries;
    for (const evidence::v1::SealedRecord& sealed : request.records()) {
      entries.push_back(std::make_shared<const Entry>(*OpenEntry(sealed)));
    }
    const auto room = [&] { return in_flight < outstanding; };
    mutex.LockWhen(absl::Condition(&room));
    ++in_flight;
    mutex.Unlock();
    world.audit->Append(std::move(entries), [&](absl::StatusOr<std::vector<uint64_t>> indices) {
      if (!indices.ok()) std::fprintf(stderr, "%s\n", indices.status().ToString().c_str());
      {
        absl::MutexLock lock(&mutex);
        --in_flight;
      }
      left.DecrementCount();
    });
  }
  left.Wait();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::printf("%s: %.0f entries/s (%zu bytes each)\n", what, static_cast<double>(total) / seconds,
              requests[0].records(0).record().size());
}

TEST_CASE("How fast entries are appended", "[.bench]") {
  Bench("one a request, 256 outstanding", 1, 256, 100000);
  Bench("256 a request, 16 outstanding", 256, 16, 512000);
  const Hash32 leaf = crypto::Sha256("x");
  const absl::Time start = absl::Now();
  Hash32 last = leaf;
  for (int i = 0; i < 1000000; ++i) last = crypto::LogHasher().leaf(last.view());
  std::printf("leaf hashes: %.0f /s\n", 1e6 / absl::ToDoubleSeconds(absl::Now() - start));
}

}  // namespace
}  // namespace shareway::audit
