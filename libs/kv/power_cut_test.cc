// SPDX-License-Identifier: Apache-2.0
// The power fails at any sync: what was answered is there, and nothing has a
// hole. The same on a disk that lies about its syncs must fail.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/kv/power_cut_disk.h"
#include "libs/kv/rocks_engine.h"
#include "libs/kv/test_child_process.h"
#include "libs/kv/test_folder.h"
#include "tests/support/campaign.h"

namespace shareway::kv {
namespace {

namespace fs = std::filesystem;

constexpr char kPlan[] = "SHAREWAY_POWER_CUT_PLAN";
constexpr int kOutstanding = 8;
constexpr int kCommits = 2000;
constexpr int kPowerGone = 75;
// Small, so that tables are written and merged within a test.
constexpr RocksOptions kSmall = {.cache_bytes = 4 << 20};

PowerCutDisk::Loss LossOf(unsigned n) { return static_cast<PowerCutDisk::Loss>(n % 3); }

// What the child tells for each commit that was answered OK.
struct Answer {
  uint64_t number = 0;  // in the log
  uint64_t id = 0;      // of the commit
};

std::string KeyOf(uint64_t id) { return absl::StrCat("key ", id); }

TEST_CASE("Child that commits until its power fails", "[.power]") {
  const char* folder = std::getenv(kChildFolder);
  if (folder == nullptr) return;
  unsigned long at = 0;
  unsigned after = 0, loss = 0, seed = 0, lying = 0;
  if (std::sscanf(std::getenv(kPlan), "%lu %u %u %u %u", &at, &after, &loss, &seed, &lying) != 5) {
    ::_exit(1);
  }
  const auto disk = std::make_shared<PowerCutDisk>(PowerCutDisk::Plan{.at_sync = at,
                                                                      .after = after != 0,
                                                                      .loss = LossOf(loss),
                                                                      .seed = seed,
                                                                      .ignore_syncs = lying != 0,
                                                                      .exit_code = kPowerGone},
                                                   absl::StrCat(folder, ".stash"));
  absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksOn(disk, folder, kSmall);
  if (!store.ok()) ::_exit(2);
  const int pipe = std::atoi(std::getenv(kChildPipe));
  std::mt19937_64 random(seed);
  absl::Mutex mutex;
  int outstanding = 0;
  for (int n = 0; n < kCommits; ++n) {
    const auto room = [&] { return outstanding < kOutstanding; };
    mutex.LockWhen(absl::Condition(&room));
    ++outstanding;
    mutex.Unlock();
    const uint64_t id = random();
    Batch batch;
    const int place = batch.Append("log", BigEndian64(id));
    batch.ExpectAbsent(KeyOf(id)).PutNumber(KeyOf(id), place);
    batch.Put("padding", std::string(random() % 6000, 'p'));
    (*store)->CommitAsync(std::move(batch), [&, id](absl::StatusOr<Committed> committed) {
      if (!committed.ok()) ::_exit(3);
      const Answer answer = {committed->numbers.at(0), id};
      if (::write(pipe, &answer, sizeof answer) != sizeof answer) ::_exit(4);
      absl::MutexLock lock(&mutex);
      --outstanding;
    });
  }
  const auto idle = [&] { return outstanding == 0; };
  mutex.LockWhen(absl::Condition(&idle));
  mutex.Unlock();
}

// One store through power cuts.
class Victim {
 public:
  explicit Victim(bool lying) : lying_(lying) {}

  // Runs the child until its power fails. False if it could not open what the cut before left.
  bool Cut(std::mt19937& random) {
    // A disk that lies must live long enough for a promise.
    const unsigned at = std::uniform_int_distribution(lying_ ? 50u : 1u, 150u)(random);
    ::setenv(
        kPlan,
        absl::StrCat(at, " ", random() % 2, " ", random() % 3, " ", random(), " ", lying_ ? 1 : 0)
            .c_str(),
        1);
    ChildProcess child("[.power]", folder_.File("store"));
    for (Answer answer; ::read(child.read_end(), &answer, sizeof answer) == sizeof answer;) {
      answers_[answer.number] = answer.id;
    }
    const int status = child.Wait();
    return WIFEXITED(status) && WEXITSTATUS(status) == kPowerGone;
  }

  // Answers that the store does not keep, and holes; all of them if it does not open.
  size_t Lost() const {
    const absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksReadOnly(folder_.File("store"));
    // Before its birth was over a store is not there, and the next opener makes it.
    if (absl::IsNotFound(store.status()) && answers_.empty()) return 0;
    if (!store.ok()) return answers_.size() + 1;
    size_t lost = 0;
    uint64_t last = 0;
    const absl::Status read =
        (*store)->ReadLog("log", 0, [&](uint64_t number, absl::string_view bytes) {
          auto it = answers_.find(number);
          lost +=
              number != ++last || (it != answers_.end() && it->second != ReadBigEndian64(bytes));
          return true;
        });
    lost += !read.ok() || (*store)->LogHead("log") != last;
    for (const auto& [number, id] : answers_) {
      const absl::StatusOr<Entry> entry = (*store)->Get(KeyOf(id));
      lost += !entry.ok() || entry->value != BigEndian64(number);
    }
    return lost;
  }
  size_t answers() const { return answers_.size(); }

 private:
  const bool lying_;
  TestFolder folder_;
  std::map<uint64_t, uint64_t> answers_;
};

TEST_CASE("After a power cut everything that was answered is there, without a gap", "[kv][power]") {
  const unsigned seed = testing::DaySeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const int stores = testing::Rounds(1, 200);
  size_t answers = 0;
  for (int s = 0; s < stores; ++s) {
    Victim victim(/*lying=*/false);
    for (int cut = 0; cut < testing::Rounds(6, 10); ++cut) {
      CAPTURE(s, cut);
      REQUIRE(victim.Cut(random));
      REQUIRE(victim.Lost() == 0);
    }
    answers += victim.answers();
  }
  CHECK(answers > 100);
}

TEST_CASE("A disk that lies about its syncs is caught by the power cut", "[kv][power]") {
  std::mt19937 random(testing::DaySeed());
  int caught = 0;
  for (int i = 0; i < 5; ++i) {
    Victim victim(/*lying=*/true);
    REQUIRE(victim.Cut(random));
    REQUIRE(victim.answers() > 0);
    caught += victim.Lost() > 0;
  }
  CHECK(caught >= 4);
}

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("A cut takes the bytes and names that were not synced, and no others", "[kv][power]") {
  TestFolder folder;
  fs::create_directory(folder.File("d"));
  const auto name = [&](const char* file) { return folder.File(absl::StrCat("d/", file)); };
  std::ofstream(name("old")) << "old";
  std::ofstream(name("removed")) << "removed";
  std::ofstream(name("target")) << "before";
  const PowerCutDisk::Loss loss =
      GENERATE(PowerCutDisk::Loss::kUnsynced, PowerCutDisk::Loss::kUnsyncedNames);
  const bool names = loss == PowerCutDisk::Loss::kUnsyncedNames;
  CAPTURE(names);
  PowerCutDisk disk({.loss = loss}, folder.File("stash"));
  std::vector<std::unique_ptr<rocksdb::FSWritableFile>> files;
  // Writes `synced`, syncs, writes `more`.
  const auto write = [&](const char* file, const std::string& synced, const std::string& more) {
    std::unique_ptr<rocksdb::FSWritableFile> out;
    REQUIRE(disk.NewWritableFile(name(file), {}, &out, nullptr).ok());
    REQUIRE(out->Append(synced, {}, nullptr).ok());
    REQUIRE(out->Sync({}, nullptr).ok());
    REQUIRE(out->Append(more, {}, nullptr).ok());
    files.push_back(std::move(out));
  };
  std::unique_ptr<rocksdb::FSDirectory> dir;
  REQUIRE(disk.NewDirectory(folder.File("d"), {}, &dir, nullptr).ok());
  write("kept", "synced", " lost");
  REQUIRE(dir->Fsync({}, nullptr).ok());
  write("new", "synced", "");
  write("fresh", "after", " lost");
  REQUIRE(disk.RenameFile(name("fresh"), name("target"), {}, nullptr).ok());
  REQUIRE(disk.DeleteFile(name("removed"), {}, nullptr).ok());
  CHECK(disk.syncs() == 4);
  disk.Cut();
  CHECK(Read(name("old")) == "old");
  CHECK(Read(name("kept")) == "synced");
  CHECK(Read(name("target")) == (names ? "before" : "after"));
  CHECK(fs::exists(name("new")) != names);
  CHECK(fs::exists(name("removed")) == names);
  CHECK_FALSE(fs::exists(name("fresh")));
}

}  // namespace
}  // namespace shareway::kv
