// SPDX-License-Identifier: Apache-2.0
#include "libs/kv/ballast.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/kv/faulty_disk.h"
#include "libs/kv/rocks_engine.h"
#include "libs/kv/test_folder.h"

namespace shareway::kv {
namespace {

constexpr size_t kSmall = 1 << 20;

std::unique_ptr<Ballast> MustTake(Ballast::Options options) {
  absl::StatusOr<std::unique_ptr<Ballast>> ballast = Ballast::Open(std::move(options));
  INFO(ballast.status());
  REQUIRE(ballast.ok());
  return *std::move(ballast);
}

size_t BlocksOf(const std::string& path) {
  struct stat file = {};
  return ::stat(path.c_str(), &file) == 0 ? static_cast<size_t>(file.st_blocks) * 512 : 0;
}

TEST_CASE("A ballast takes its blocks and gives them once", "[kv][ballast]") {
  TestFolder folder;
  FakeClock clock;
  const Ballast::Options options{
      .dir = folder.File("store"), .bytes = kSmall, .min_free_share = 0, .clock = &clock};
  auto ballast = MustTake(options);
  CHECK(BlocksOf(folder.File("store/ballast")) >= kSmall);
  CHECK_FALSE(ballast->released());
  CHECK(ballast->Accepts());
  CHECK(ballast->Release());
  CHECK_FALSE(ballast->Release());
  CHECK(BlocksOf(folder.File("store/ballast")) == 0);
  // It is not taken back at once: who released it is about to use the space.
  CHECK_FALSE(ballast->Accepts());
  clock.Advance(absl::Seconds(2));
  CHECK(ballast->Accepts());
  CHECK_FALSE(ballast->released());
  // The next process finds it.
  ballast.reset();
  CHECK(MustTake(options)->Accepts());
}

TEST_CASE("A volume that has not its share free is not accepted on", "[kv][ballast]") {
  TestFolder folder;
  auto ballast = MustTake({.dir = folder.File("store"), .bytes = kSmall, .min_free_share = 1.0});
  CHECK(ballast->released());
  CHECK_FALSE(ballast->Accepts());
  CHECK_FALSE(ballast->Release());
  CHECK(BlocksOf(folder.File("store/ballast")) == 0);
  // Not even by the ballast of a better day.
  const std::string dir = folder.File("other");
  MustTake({.dir = dir, .bytes = kSmall, .min_free_share = 0}).reset();
  CHECK_FALSE(MustTake({.dir = dir, .bytes = kSmall, .min_free_share = 1.0})->Accepts());
}

TEST_CASE("A store whose disk is full gives its ballast up before it refuses", "[kv][ballast]") {
  TestFolder folder;
  auto ballast = MustTake({.dir = folder.File("store"), .bytes = kSmall, .min_free_share = 0});
  const auto disk = std::make_shared<FaultyDisk>();
  auto opened = OpenRocksOn(disk, folder.File("store"), {.ballast = ballast.get()});
  REQUIRE(opened.ok());
  disk->fault = FaultyDisk::Fault::kAppendFull;
  CHECK(absl::IsResourceExhausted((*opened)->Commit(Batch().Put("a", "1")).status()));
  CHECK(ballast->released());
  disk->fault = FaultyDisk::Fault::kNone;
  CHECK((*opened)->Commit(Batch().Put("a", "1")).ok());
  CHECK((*opened)->Get("a")->value == "1");
}

// A volume of its own, if this process may mount one.
class Volume {
 public:
  explicit Volume(const std::string& path) : path_(path) {
    ::mkdir(path.c_str(), 0700);
    mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=96m") == 0;
  }
  ~Volume() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  const std::string path_;
  bool mounted_ = false;
};

TEST_CASE("A volume that fills up stops accepting, keeps all that was accepted, and comes back",
          "[kv][ballast][slow]") {
  TestFolder folder;
  const Volume volume(folder.File("volume"));
  if (!volume.mounted()) {
    WARN("no right to mount a volume: not tested");
    return;
  }
  FakeClock clock;
  const std::string dir = folder.File("volume/store");
  auto ballast = MustTake(
      {.dir = dir, .bytes = 16 << 20, .min_free_share = 0.1, .clock = &clock});
  auto opened = OpenRocks(dir, {.ballast = ballast.get()});
  REQUIRE(opened.ok());
  Store& store = **opened;
  const std::string filler(256 << 10, 'x');
  int accepted = 0, recorded = 0;
  std::mt19937 random(1);  // nothing to compress
  auto record = [&] {
    std::string value(16 << 10, '\0');
    for (char& byte : value) byte = static_cast<char>(random());
    const absl::Status status =
        store.Commit(Batch().Put(absl::StrCat("record ", recorded), value)).status();
    recorded += status.ok();
    return status;
  };
  // Something else on the volume grows; each round accepts a piece of work and records it.
  std::ofstream other(folder.File("volume/other"), std::ios::binary);
  while (ballast->Accepts()) {
    clock.Advance(absl::Seconds(2));
    ++accepted;
    REQUIRE(record().ok());
    other << filler << std::flush;
  }
  CHECK(accepted > 100);
  CHECK_FALSE(ballast->released());
  // What was accepted before is still under way while the volume fills to the brim. It is
  // more than RocksDB took of the volume beforehand.
  while (other << filler << std::flush) {
  }
  other.clear();
  for (int i = 0; i < 500; ++i) {
    ++accepted;
    INFO("record " << recorded);
    REQUIRE(record() == absl::OkStatus());
  }
  CHECK(ballast->released());
  clock.Advance(absl::Seconds(2));
  CHECK_FALSE(ballast->Accepts());
  // Space returns: it accepts again by itself, and nothing is lost.
  other.close();
  REQUIRE(::unlink(folder.File("volume/other").c_str()) == 0);
  clock.Advance(absl::Seconds(2));
  CHECK(ballast->Accepts());
  CHECK_FALSE(ballast->released());
  CHECK(recorded == accepted);
  opened->reset();
  const auto reopened = MustOpen(dir);
  for (int i = 0; i < recorded; ++i) {
    REQUIRE(reopened->Get(absl::StrCat("record ", i)).ok());
  }
}

TEST_CASE("A store on a volume that is nearly full takes no sorted files", "[kv][ballast]") {
  TestFolder folder;
  auto ballast = MustTake({.dir = folder.File("store"), .bytes = kSmall, .min_free_share = 1.0});
  auto opened = OpenRocks(folder.File("store"), {.ballast = ballast.get()});
  REQUIRE(opened.ok());
  const std::vector<Pair> pairs = {{"a", "1"}};
  const absl::Status refused = (*opened)->Ingest(pairs);
  CHECK(absl::IsResourceExhausted(refused));
  CHECK(DetailsOf(refused)->reason == Reason::kDiskFull);
  CHECK((*opened)->Commit(Batch().Put("a", "1")).ok());
}

}  // namespace
}  // namespace shareway::kv
