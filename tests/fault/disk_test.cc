// SPDX-License-Identifier: Apache-2.0
// A provider's node on a volume that fills up under load: it stops accepting, has all
// that it accepted in evidence, and accepts again by itself once there is room.
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/fault/exchanging.h"
#include "tests/support/await.h"

namespace shareway::testing {
namespace {

namespace ev = evidence::v1;

// 256 MiB of memory as a volume, if this process may mount one.
class Volume {
 public:
  Volume() : path_(dir_ / "volume") {
    ::mkdir(path_.c_str(), 0700);
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=256m") == 0;
  }
  ~Volume() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  const std::string& path() const { return path_; }
  double free_share() const {
    struct statvfs volume = {};
    REQUIRE(::statvfs(path_.c_str(), &volume) == 0);
    return static_cast<double>(volume.f_bavail) / static_cast<double>(volume.f_blocks);
  }

 private:
  TempDir dir_;
  const std::string path_;
  bool mounted_ = false;
};

TEST_CASE("A node whose volume fills up refuses before it loses evidence", "[fault]") {
  const Volume volume;
  if (!volume.mounted()) {
    WARN("no right to mount a volume: not tested");
    return;
  }
  Cluster::Options options;
  options.flags["statistics-node"] = {
      absl::StrCat("--store=rocksdb:", volume.path(), "/store")};
  Exchanging world(options);
  Acknowledged acknowledged;
  const std::string filler(1 << 20, 'x');
  const std::string other_path = volume.path() + "/other";
  {
    const UnderLoad load(2, [&](int, int) { return world.Ask(); }, &acknowledged);
    acknowledged.AwaitMore(50);
    // Somebody else takes the space up to the share that is kept free.
    std::ofstream other(other_path, std::ios::binary);
    while (volume.free_share() >= 0.1) other << filler << std::flush;
    const auto refused = AskUntil(
        [&] {
          return world.channel
              ->Unary<exchange::v1::QueryResponse>(ExchangeMethod("Query"),
                                                   QueryBy(world.grant, "code", "9901"))
              .status();
        },
        [](const absl::Status& status) {
          return ReasonOf(status) == Reason::kEvidenceUnavailable;
        });
    CHECK(ReasonOf(refused) == Reason::kEvidenceUnavailable);
    // And then all that is left.
    while (other << filler << std::flush) {
    }
    other.close();
    CHECK_FALSE(world.Ask());
    REQUIRE(::unlink(other_path.c_str()) == 0);
    const size_t before = acknowledged.all().size();
    CHECK(acknowledged.AwaitMore(50) >= before + 50);
  }
  CheckRecorded(world.cluster, acknowledged.all(), ev::EXCHANGE_RECEIVED,
                world.cluster.Agency(kTax), ExchangeOf);
  CheckRecorded(world.cluster, acknowledged.all(), ev::EXCHANGE_DELIVERED,
                world.cluster.Agency(kTax), ExchangeOf);
}

}  // namespace
}  // namespace shareway::testing
