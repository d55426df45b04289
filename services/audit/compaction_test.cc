// SPDX-License-Identifier: Apache-2.0
// What the log deleted is in no file of its store.
#include <filesystem>

#include "absl/strings/match.h"
#include "libs/crypto/hash.h"
#include "services/audit/test_segments.h"
#include "services/audit/upkeep.h"

namespace shareway::audit {
namespace {

constexpr uint64_t kEntries = 600;
constexpr uint64_t kComplete = 512;

bool IsCall(uint64_t index) { return (index + 1) % 8 == 5; }

// A log on a disk, its records known by their nonces: by what is in the middle, since a
// compressed match of what stands beside may take in a byte.
struct World {
  World() : dir(files.File("s")) {
    std::filesystem::create_directory(files.File("a"));
    store = kv::MustOpen(dir, {.for_log = true});
    writer = MustOpenLog(store.get());
    // Bundles grow from tails, so that their bytes are in both.
    for (uint64_t first = 0; first < kEntries; first += 100) {
      std::vector<EntryPtr> entries;
      for (uint64_t index = first; index < first + 100; ++index) {
        nonces.push_back(crypto::RandomBytes(16));
        evidence::AuditRecord record = SmallRecord(index + 1);
        record.set_nonce(nonces.back());
        entries.push_back(MakeEntry(record));
      }
      MustAppend(writer.get(), entries);
    }
    MustSign(store.get(), *writer->state());
    REQUIRE(store->Checkpoint(files.File("flushed")).ok());
  }
  // So many days of service later, a new process does what is due.
  void Upkeep(int days, bool archived, int archive_after_days) {
    std::vector<ServiceDay> all;
    for (int day = 0; day < days; ++day) {
      clock.Advance(absl::Hours(24));
      all.push_back({.time = clock.Now(), .size = kEntries});
    }
    kv::Batch batch;
    ServiceDays::Put(all, &batch);
    REQUIRE(store->Commit(std::move(batch)).ok());
    Archive archive(Folder(files.File("a")), store.get(), TestLogKey().verifier_key(), kSmall);
    const LogReader reader(store.get(), &archive);
    metrics::Registry metrics;
    const std::shared_ptr<const LogState> state = writer->state();
    const Hash32 root = state->edge.Root(crypto::LogHasher());
    const NotedHead head{.size = kEntries,
                         .root = root,
                         .note = TestLogKey().Sign(kEntries, root, kTestTime)->note};
    const auto upkeep = audit::Upkeep::Open(
        {.store = store.get(),
         .reader = &reader,
         .archive = archived ? &archive : nullptr,
         .state = [&] { return state; },
         .newest = [&]() -> std::optional<NotedHead> { return head; },
         .record = [](evidence::AuditRecord) { return absl::OkStatus(); }},
        {.verifier_key = TestLogKey().verifier_key(),
         .archive_after_days = archive_after_days,
         .retention = {.exchange_days = 0, .calls_days = 184},
         .metrics = &metrics,
         .clock = &clock,
         .width = kSmall});
    INFO(upkeep.status());
    REQUIRE(upkeep.ok());
    while ((*upkeep)->Turn()) {
    }
    (*upkeep)->Compact();
  }
  bool IsIn(const std::string& bytes, uint64_t index) const {
    return absl::StrContains(bytes, nonces[index].substr(3, 10));
  }
  // All files of a folder.
  static std::string BytesIn(const std::string& folder) {
    std::string bytes;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      if (file.is_regular_file()) bytes += ReadAll(file.path().string());
    }
    return bytes;
  }

  kv::TestFolder files;
  std::string dir;
  FakeClock clock;
  std::unique_ptr<kv::Store> store;
  std::unique_ptr<LogWriter> writer;
  std::vector<std::string> nonces;
};

TEST_CASE("An expired record is in no file of the store", "[compaction]") {
  World world;
  std::string bytes = World::BytesIn(world.dir);
  for (uint64_t index = 0; index < kEntries; ++index) REQUIRE(world.IsIn(bytes, index));
  world.Upkeep(185, /*archived=*/false, 0);
  bytes = World::BytesIn(world.dir);
  for (uint64_t index = 0; index < kEntries; ++index) {
    INFO("entry " << index);
    CHECK(world.IsIn(bytes, index) == !(IsCall(index) && index < kComplete));
  }
  MustReadAll(LogReader(world.store.get()), *world.writer->state());
  CHECK(CheckLog(*world.store, {.segment_width = kSmall}).status() == absl::OkStatus());
  CHECK(absl::IsNotFound(world.store->Get(kDroppedKey).status()));
}

TEST_CASE("An archived record is in no file of the store", "[compaction]") {
  World world;
  world.Upkeep(1, /*archived=*/true, 0);
  const std::string bytes = World::BytesIn(world.dir);
  const std::string archived = World::BytesIn(world.files.File("a"));
  for (uint64_t index = 0; index < kEntries; ++index) {
    INFO("entry " << index);
    CHECK(world.IsIn(bytes, index) == (index >= kComplete));
    CHECK(world.IsIn(archived, index) == (index < kComplete));
  }
}

}  // namespace
}  // namespace shareway::audit
