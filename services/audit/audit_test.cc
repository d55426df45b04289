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
  explicit World(kv::Store* store, Audit::Options options = {},
                 absl::Duration sign_interval = absl::ZeroDuration()) {
    options.metrics = &metrics;
    options.sign_interval = sign_interval;
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

TEST_CASE("An append of nothing tells what became durable, whatever failed before", "[audit]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  kv::MemoryStore store;
  std::atomic<bool> fail = false;
  store.on_commit = [&](const kv::Batch& batch) -> kv::Outcome {
    const bool appends = std::any_of(batch.ops().begin(), batch.ops().end(),
                                     [](const auto& op) { return op.key == kHeadKey; });
    if (!appends || !fail.exchange(false)) return {};
    return {applied, absl::UnavailableError("the disk went away")};
  };
  World world(&store);
  CHECK(world.audit->AppendAndWait({})->empty());
  REQUIRE(world.audit->AppendAndWait(MakeEntries(1, 4)).ok());
  fail = true;
  CHECK_FALSE(world.audit->AppendAndWait(MakeEntries(4, 6)).ok());
  CHECK(world.audit->state()->size() == 3);
  CHECK(world.audit->AppendAndWait({})->empty());
  CHECK(world.audit->state()->size() == (applied ? 5 : 3));
}

TEST_CASE("A head is signed at once when someone waits for it", "[audit]") {
  kv::MemoryStore store;
  metrics::Registry metrics;
  Audit::Options options{.metrics = &metrics};
  options.sign_interval = absl::Hours(1);
  absl::StatusOr<std::unique_ptr<Audit>> audit = Audit::Open(&store, TestLogKey(), options);
  REQUIRE(audit.ok());
  for (uint64_t size = 1; size <= 3; ++size) {
    REQUIRE((*audit)->AppendAndWait(MakeEntries(size, size + 1)).ok());
    CHECK((*audit)->signer().WaitCovers(size, absl::Seconds(20)));
    CHECK_FALSE((*audit)->signer().WaitCovers(size + 1, absl::ZeroDuration()));
  }
}

TEST_CASE("No head is signed over what the store does not hold", "[audit][fault]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MakeEntries(1, 700));
  absl::StatusOr<Checkpoint> empty = ReadCheckpoint(store, TestLogKey().verifier_key());
  REQUIRE(empty.ok());
  CheckpointSigner signer(&store, TestLogKey(), *empty);

  // A bit flips in memory.
  LogState flipped = *writer->state();
  EntryPtr extra = MakeEntries(700, 701)[0];
  Entry other = *extra;
  other.leaf.bytes[0] ^= 1;
  kv::Batch ignored;
  flipped = Grow(flipped, {std::make_shared<const Entry>(other)}, &ignored);
  MustAppend(writer.get(), {extra});
  CHECK(absl::IsDataLoss(signer.Sign(flipped, kTestTime)));
  CHECK(signer.newest()->size == 0);
  REQUIRE(signer.Sign(*writer->state(), kTestTime).ok());
  CHECK(signer.newest()->size == 700);

  // A bit flips in what is stored: in a tile, in a bundle's or the tail's record.
  MustAppend(writer.get(), MakeEntries(701, 1300));
  const std::string key = GENERATE(TileKey({0, 3}), TailKey(1280));
  absl::StatusOr<kv::Entry> found = store.Get(key);
  REQUIRE(found.ok());
  std::string value = found->value;
  value[200] ^= 1;
  REQUIRE(store.Commit(std::move(kv::Batch().Put(key, value))).ok());
  CHECK(absl::IsDataLoss(signer.Sign(*writer->state(), kTestTime)));
  REQUIRE(store.Commit(std::move(kv::Batch().Put(key, found->value))).ok());
  CHECK(signer.Sign(*writer->state(), kTestTime).ok());
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
    OwnRecords own(world.audit.get(), &reader, &key, kUri);
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::SERVICE_STARTED);
    REQUIRE(*own.Append(record) == start);
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

// A record of the size of a real one: digests, two signatures with paths.
evidence::AuditRecord RealRecord(uint64_t i) {
  evidence::AuditRecord record = i % 2 ? GoodReceipt(i / 2 + 1) : GoodRecord(i / 2 + 1);
  record.set_exchange(absl::StrCat("0123456789abcdef", i / 2));
  record.set_resource("resources/11990100MB00000028-1");
  record.set_request_digest(std::string(32, 'd'));
  record.set_response_digest(std::string(32, 'd'));
  record.mutable_request_signature()->set_key_id(std::string(32, 'k'));
  record.mutable_request_signature()->set_bytes(std::string(72, 's'));
  record.mutable_response_signature()->set_key_id(std::string(32, 'k'));
  record.mutable_response_signature()->set_bytes(std::string(72, 's'));
  return record;
}

struct Load {
  const char* what = "";
  size_t batch = 256;
  size_t outstanding = 16;
  uint64_t total = 1 << 20;
};

// Prints entries/s; includes parsing of the requests' bytes.
double RunLoad(const Load& load) {
  const kv::TestFolder folder;
  std::unique_ptr<kv::Store> store = kv::MustOpen(folder.File("store"), {.for_log = true});
  Audit::Options options;
  options.settle = absl::Seconds(5);
  auto world = std::make_unique<World>(store.get(), options, absl::Milliseconds(80));
  // A batch of one node's halves, then the other's.
  std::vector<std::string> requests;
  for (uint64_t first = 0; requests.size() * load.batch < load.total; first += 2 * load.batch) {
    for (const uint64_t side : {0, 1}) {
      v1::AppendRequest request;
      for (size_t k = 0; k < load.batch; ++k) {
        *request.add_records() = Seal(RealRecord(first + 2 * k + side));
      }
      requests.push_back(request.SerializeAsString());
    }
  }
  absl::Mutex mutex;
  size_t in_flight = 0;
  absl::BlockingCounter left(static_cast<int>(requests.size()));
  const absl::Time start = absl::Now();
  for (const std::string& bytes : requests) {
    v1::AppendRequest request;
    REQUIRE(request.ParseFromString(bytes));
    std::vector<EntryPtr> entries;
    for (evidence::v1::SealedRecord& sealed : *request.mutable_records()) {
      entries.push_back(std::make_shared<const Entry>(*OpenEntry(std::move(sealed))));
    }
    const auto room = [&] { return in_flight < load.outstanding; };
    mutex.LockWhen(absl::Condition(&room));
    ++in_flight;
    mutex.Unlock();
    world->audit->Append(std::move(entries), [&](absl::StatusOr<std::vector<uint64_t>> indices) {
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
  const double rate = static_cast<double>(requests.size() * load.batch) / seconds;
  std::printf("%s: %.0f entries/s, %zu bytes each; unindexed then: %zu bundles\n", load.what, rate,
              requests[0].size() / load.batch,
              world->audit->state()->recent->view().bundles.size());
  world.reset();
  store.reset();
  const absl::Time closed = absl::Now();
  store = kv::MustOpen(folder.File("store"), {.for_log = true});
  const absl::Time opened = absl::Now();
  world = std::make_unique<World>(store.get(), options);
  std::printf("  P12 opened again in %.2f s, the store alone in %.2f s\n",
              absl::ToDoubleSeconds(absl::Now() - closed), absl::ToDoubleSeconds(opened - closed));
  return rate;
}

// Prints; hidden. P6's measure: commitment, leaf and one node of the very record.
TEST_CASE("How fast entries are appended", "[.bench]") {
  const evidence::v1::SealedRecord sealed = Seal(RealRecord(1));
  const absl::Time start = absl::Now();
  Hash32 last = {};
  constexpr int kHashes = 300000;
  for (int i = 0; i < kHashes; ++i) {
    const Hash32 commitment = CommitmentOf(sealed.salt(), sealed.record());
    last = crypto::LogHasher().node(last, crypto::LogHasher().leaf(commitment.view()));
  }
  const double hashes = kHashes / absl::ToDoubleSeconds(absl::Now() - start);
  std::printf("leaf hashes: %.0f /s\n", hashes);
  const double batches = RunLoad({"256 a request, 16 outstanding"});
  std::printf("P6 %.3f\n", batches / hashes);
  RunLoad({"one a request, 256 outstanding", 1, 256, 200000});
}

}  // namespace
}  // namespace shareway::audit
