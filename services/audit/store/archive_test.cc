// SPDX-License-Identifier: Apache-2.0
// The archive: at any instant either the store or a verified file has the entries.
#include <filesystem>

#include "services/audit/test_segments.h"

namespace shareway::audit {
namespace {

struct World {
  explicit World(uint64_t size, Folder::Fault fault = {})
      : log(size),
        path(files.File("a")),
        archive(Folder(path, std::move(fault)), &log.store, TestLogKey().verifier_key(), kSmall),
        reader(&log.store, &archive) {
    std::filesystem::create_directory(path);
  }
  std::string File(uint64_t first) const { return path + "/" + SegmentOf(first, kSmall).name(); }

  SmallLog log;
  kv::TestFolder files;
  std::string path;
  Archive archive;
  LogReader reader;
};

size_t Bundles(const kv::Store& store) {
  size_t bundles = 0;
  REQUIRE(store
              .Scan(kBundlePrefix, PrefixEnd(kBundlePrefix),
                    [&](absl::string_view, absl::string_view, uint64_t) {
                      ++bundles;
                      return true;
                    })
              .ok());
  return bundles;
}

TEST_CASE("Archived entries leave the store and read as before", "[archive]") {
  World world(700);
  const std::vector<Found> before = MustReadAll(world.reader, *world.log.state());
  REQUIRE(Bundles(world.log.store) == 2);
  REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
  CHECK(*world.archive.Size() == 256);
  CHECK(Bundles(world.log.store) == 1);
  REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
  CHECK(Bundles(world.log.store) == 0);
  CHECK(world.archive.Take(world.reader, *world.log.state()).code() ==
        absl::StatusCode::kFailedPrecondition);  // the third is not complete
  CHECK(SameEntries(MustReadAll(world.reader, *world.log.state()), before));
  Query query;
  query.exchange = "x300";
  CHECK(world.reader.Search(*world.log.state(), query, {.all = true}, 700, {})->found.size() == 1);
  // The writer opens and goes on without looking there.
  const std::unique_ptr<LogWriter> writer = MustOpenLog(&world.log.store);
  CHECK(MustAppend(writer.get(), {MakeEntry(SmallRecord(10)), MakeEntry(SmallRecord(701))}) ==
        std::vector<uint64_t>{9, 700});
}

TEST_CASE("A store with archived segments is not opened without their folder", "[archive]") {
  World world(300);
  const std::string key = TestLogKey().verifier_key();
  CHECK(*OpenArchive("", &world.log.store, key) == nullptr);
  REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
  CHECK(OpenArchive("", &world.log.store, key).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  // The volume is not mounted: neither read as gone, nor written to.
  std::filesystem::rename(world.path, world.path + "-away");
  std::filesystem::create_directory(world.path);
  CHECK(world.reader.Entries(*world.log.state(), 0, 1, 1).status().code() ==
        absl::StatusCode::kUnavailable);
  world.log.Grow(300);
  CHECK(world.archive.Take(world.reader, *world.log.state()).code() ==
        absl::StatusCode::kUnavailable);
  CHECK(std::filesystem::is_empty(world.path));
}

TEST_CASE("No damaged byte of an archived segment is served", "[archive]") {
  World world(256);
  const std::vector<Found> before = MustReadAll(world.reader, *world.log.state());
  REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
  const std::string whole = ReadAll(world.File(0));
  size_t found = 0;
  for (size_t at = 0; at < whole.size(); at += at < 300 || at > whole.size() - 250 ? 1 : 149) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    WriteAll(world.File(0), damaged);
    INFO("byte " << at);
    const absl::StatusOr<std::vector<Found>> read =
        world.reader.Entries(*world.log.state(), 0, 256, ~size_t{0});
    if (read.ok()) REQUIRE(SameEntries(*read, before));
    if (!read.ok()) REQUIRE(read.status().code() == absl::StatusCode::kDataLoss);
    found += read.ok() ? 0 : 1;
    if (at % 5 != 0) continue;
    REQUIRE_FALSE(
        world.archive.Verify(world.reader, *world.log.state(), SegmentOf(0, kSmall)).ok());
  }
  CHECK(found > 300);
  // Without a single entry's record only the tree vouches.
  WriteAll(world.File(0), whole);
  DeletedRecords deleted(SegmentOf(0, kSmall));
  for (uint64_t index = 0; index < 256; ++index) deleted.Add(index);
  REQUIRE(world.archive.Delete(world.reader, *world.log.state(), deleted).ok());
  const std::string empty = ReadAll(world.File(0));
  for (size_t at = 36; at < 36 + 3 * 52; ++at) {
    std::string damaged = empty;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    WriteAll(world.File(0), damaged);
    REQUIRE_FALSE(world.reader.Entries(*world.log.state(), 0, 256, ~size_t{0}).ok());
  }
}

TEST_CASE("A damaged archived segment is made again from the mirror", "[archive]") {
  World world(600);
  const std::string mirror_path = world.files.File("m");
  std::filesystem::create_directory(mirror_path);
  Mirror mirror(Folder(mirror_path), &world.log.store, &world.reader, TestLogKey().verifier_key(),
                kSmall);
  while (*mirror.Follow(*world.log.state(), world.log.head())) {
  }
  REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
  const std::string whole = ReadAll(world.File(0));
  const SegmentSpan span = SegmentOf(0, kSmall);
  for (const size_t length : {size_t{0}, size_t{40}, whole.size() - 1}) {
    WriteAll(world.File(0), whole.substr(0, length));
    REQUIRE_FALSE(world.archive.Verify(world.reader, *world.log.state(), span).ok());
    REQUIRE(world.archive.Repair(world.reader, *world.log.state(), span, mirror.folder()).ok());
    REQUIRE(ReadAll(world.File(0)) == whole);
  }
  // Not from one that still has what is deleted here.
  DeletedRecords deleted(span);
  deleted.Add(7);
  kv::Batch batch;
  deleted.Put(&batch);
  REQUIRE(world.log.store.Commit(std::move(batch)).ok());
  CHECK(world.archive.Repair(world.reader, *world.log.state(), span, mirror.folder()).code() ==
        absl::StatusCode::kFailedPrecondition);
}

// The volume's steps first; the commit is the last.
TEST_CASE("Killed at any step of archiving, one copy is there and whole", "[archive]") {
  Faults reference;
  {
    World world(300, reference.fault());
    REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
  }
  REQUIRE(reference.steps >= 5);
  for (const bool die : {false, true}) {
    for (int at = 0; at < reference.steps; ++at) {
      Faults faults{.at = at, .die = die};
      World world(300, faults.fault());
      const std::vector<Found> before = MustReadAll(world.reader, *world.log.state());
      INFO((die ? "dies at " : "fails at ") << at);
      REQUIRE_FALSE(world.archive.Take(world.reader, *world.log.state()).ok());
      REQUIRE(Bundles(world.log.store) == 1);
      REQUIRE(SameEntries(MustReadAll(world.reader, *world.log.state()), before));
      faults.at = -1;  // the next process
      REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
      REQUIRE(Bundles(world.log.store) == 0);
      REQUIRE(SameEntries(MustReadAll(world.reader, *world.log.state()), before));
    }
  }
}

TEST_CASE("An archive commit that is lost, or whose answer is, changes nothing read", "[archive]") {
  for (const bool applied : {false, true}) {
    World world(600);
    const std::vector<Found> before = MustReadAll(world.reader, *world.log.state());
    world.log.store.on_commit = [applied](const kv::Batch&) {
      return kv::Outcome{.apply = applied, .status = absl::UnavailableError("lost")};
    };
    CHECK_FALSE(world.archive.Take(world.reader, *world.log.state()).ok());
    CHECK(*world.archive.Size() == (applied ? 256 : 0));
    CHECK(SameEntries(MustReadAll(world.reader, *world.log.state()), before));
    world.log.store.on_commit = nullptr;
    while (*world.archive.Size() < 512) {
      REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
    }
    CHECK(SameEntries(MustReadAll(world.reader, *world.log.state()), before));
  }
}

}  // namespace
}  // namespace shareway::audit
