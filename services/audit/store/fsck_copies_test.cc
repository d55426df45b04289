// SPDX-License-Identifier: Apache-2.0
// fsck of archive, mirror and deleted records, of the index, and from where it ended before.
#include <filesystem>
#include <limits>

#include "absl/strings/match.h"
#include "services/audit/indexer.h"
#include "services/audit/test_segments.h"

namespace shareway::audit {
namespace {

struct World {
  explicit World(uint64_t size)
      : log(size),
        archive_path(files.File("archive")),
        mirror_path(files.File("mirror")),
        archive((std::filesystem::create_directory(archive_path), Folder(archive_path)), &log.store,
                TestLogKey().verifier_key(), kSmall),
        reader(&log.store, &archive),
        mirror((std::filesystem::create_directory(mirror_path), Folder(mirror_path))) {}

  void MakeMirror() {
    Mirror made(mirror, &log.store, &reader, TestLogKey().verifier_key(), kSmall);
    for (bool more = true; more;) more = *made.Follow(*log.state(), log.head());
  }
  FsckOptions Options() const {
    return {.archive = &archive, .mirror = &mirror, .segment_width = kSmall};
  }

  SmallLog log;
  kv::TestFolder files;
  std::string archive_path;
  std::string mirror_path;
  Archive archive;
  LogReader reader;
  Folder mirror;
};

void FlipIn(const std::string& path, size_t at) {
  std::string bytes = ReadAll(path);
  bytes[at] = static_cast<char>(bytes[at] ^ 16);
  WriteAll(path, bytes);
}

TEST_CASE("fsck reads each byte of archive and mirror", "[audit][fault]") {
  World world(700);
  world.MakeMirror();
  REQUIRE(world.archive.Take(world.reader, *world.log.state()).ok());
  const absl::StatusOr<FsckReport> report = CheckLog(world.log.store, world.Options());
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(report->archived == 256);
  CHECK(report->mirrored == 700);
  CHECK(CheckLog(world.log.store).status().code() == absl::StatusCode::kFailedPrecondition);

  for (const std::string& path : {world.archive_path + "/" + SegmentOf(0, kSmall).name(),
                                  world.mirror_path + "/" + SegmentOf(256, kSmall).name(),
                                  world.mirror_path + "/" + SegmentOf(512, kSmall).name()}) {
    const size_t size = std::filesystem::file_size(path);
    for (size_t at = 0; at < size; at += 1 + size / 23) {
      FlipIn(path, at);
      CAPTURE(path, at);
      CHECK(absl::IsDataLoss(CheckLog(world.log.store, world.Options()).status()));
      FlipIn(path, at);
    }
  }
  REQUIRE(CheckLog(world.log.store, world.Options()).ok());
}

TEST_CASE("fsck finds a mirror that is ahead, and one with another history", "[audit]") {
  World world(300);
  world.MakeMirror();
  World shorter(260);
  FsckOptions options = shorter.Options();
  options.mirror = &world.mirror;
  const absl::Status ahead = CheckLog(shorter.log.store, options).status();
  CHECK(absl::StrContains(ahead.message(), "I20"));
}

TEST_CASE("A record that was deleted on record is sound, one that is gone is not", "[audit]") {
  World world(600);
  const SegmentSpan span = SegmentOf(0, kSmall);
  const std::vector<uint64_t> indices =
      RecordsOf(world.reader, *world.log.state(), span, RetentionClass::kExchange)->indices;
  REQUIRE(indices.size() > 100);
  DeletedRecords deleted = *DeletedRecords::Read(world.log.store, span);
  for (const uint64_t index : indices) deleted.Add(index);
  kv::Batch batch;
  deleted.Put(&batch);
  REQUIRE(world.log.store.Commit(std::move(batch)).ok());
  CHECK(absl::IsDataLoss(CheckLog(world.log.store, world.Options()).status()));  // still there
  REQUIRE(DeleteFromStore(&world.log.store, indices, deleted).ok());
  FsckOptions options = world.Options();
  options.mirror = nullptr;
  const absl::StatusOr<FsckReport> report = CheckLog(world.log.store, options);
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(report->deleted == indices.size());

  kv::Batch undone;
  DeletedRecords(span).Put(&undone);
  REQUIRE(world.log.store.Commit(std::move(undone)).ok());
  const absl::Status gone = CheckLog(world.log.store, options).status();
  CHECK(absl::StrContains(gone.message(), "no deletion is on record"));
}

TEST_CASE("fsck goes on where it ended", "[audit]") {
  World world(300);
  const Proven proven = CheckLog(world.log.store)->proven;
  CHECK(proven.size == 300);
  CHECK(Proven::Parse(proven.Text())->root == proven.root);
  for (const std::string& text : {std::string(), proven.Text() + "\n", "x" + proven.Text()}) {
    CHECK_FALSE(Proven::Parse(text).ok());
  }
  world.log.Grow(400);
  const absl::StatusOr<FsckReport> next = CheckLog(world.log.store, {.since = proven});
  INFO(next.status());
  REQUIRE(next.ok());
  CHECK(next->size == 700);
  CHECK(next->root == CheckLog(world.log.store)->root);

  Proven other = proven;
  other.root = crypto::Sha256("another");
  CHECK(absl::StrContains(CheckLog(world.log.store, {.since = other}).status().message(), "I8"));
  other = proven;
  other.verifier_key = "another";
  CHECK(CheckLog(world.log.store, {.since = other}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("fsck compares the ingested index in both directions", "[audit][fault]") {
  World world(kIndexSpan + 300);
  const std::shared_ptr<const LogState> state = world.log.state();
  metrics::Registry metrics;
  Indexer indexer(
      &world.log.store, nullptr, [&] { return state; }, &metrics);
  REQUIRE(indexer.Turn().ok());
  REQUIRE(*IndexedSpans(world.log.store) == 1);
  const absl::StatusOr<FsckReport> report = CheckLog(world.log.store);
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(CheckLog(world.log.store, {.since = report->proven})->read == 300);

  std::vector<kv::Pair> postings;
  REQUIRE(world.log.store
              .Scan(kPostingPrefix, PrefixEnd(kPostingPrefix),
                    [&](absl::string_view key, absl::string_view value, uint64_t) {
                      if (postings.size() < 3) {
                        postings.push_back({std::string(key), std::string(value)});
                      }
                      return postings.size() < 3;
                    })
              .ok());
  const auto commit = [&](kv::Batch batch) {
    REQUIRE(world.log.store.Commit(std::move(batch)).ok());
  };
  const kv::Pair& one = postings[1];
  commit(std::move(kv::Batch().Delete(one.key)));
  CHECK(absl::IsDataLoss(CheckLog(world.log.store).status()));
  std::string other = one.value;
  other[17] = static_cast<char>(other[17] ^ 1);
  commit(std::move(kv::Batch().Put(one.key, other)));
  CHECK(absl::IsDataLoss(CheckLog(world.log.store).status()));
  std::string extra = one.key;
  extra[2] = static_cast<char>(extra[2] ^ 1);
  commit(std::move(kv::Batch().Put(one.key, one.value).Put(extra, one.value)));
  CHECK(absl::IsDataLoss(CheckLog(world.log.store).status()));
  commit(std::move(kv::Batch().Delete(extra)));
  CHECK(CheckLog(world.log.store).ok());
}

}  // namespace
}  // namespace shareway::audit
