// SPDX-License-Identifier: Apache-2.0
// The audit log's power fails at any sync, again and again: nothing that was
// acknowledged is lost, there is no hole, and every head seen stays a prefix. The
// same on a disk that lies about its syncs must report losses.
#include <algorithm>
#include <cstdio>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/fault/lone_child.h"
#include "tests/support/campaign.h"
#include "tests/support/temp_dir.h"

namespace shareway::testing {
namespace {

constexpr int kPowerGone = 75;
constexpr int kCutsOfOneStore = 10;

// One log through power cuts.
class Victim {
 public:
  explicit Victim(bool lying) : lying_(lying), oracle_(dir_ / "log.key") {
    WriteFile(dir_ / "log.key", crypto::PrivateKey::Generate(crypto::Suite::kEd25519).ToPem());
  }

  // Loads the log until its power fails; how it ended.
  std::string Cut(std::mt19937& random) {
    // The first syncs of a start as often as those of the load. A disk that lies
    // must live long enough for a promise.
    const unsigned start = random() % 3 == 0 ? 20 : 200;
    const unsigned at = (lying_ ? 100 : 1) + random() % start;
    LoneChild child(
        dir_ / "store", dir_ / "log.key", &oracle_,
        absl::StrCat(at, " ", random() % 2, " ", random() % 3, " ", random(), " ", lying_ ? 1 : 0));
    const std::optional<std::string> opened = child.Ask("open");
    if (opened && *opened != "done") return *opened;
    if (opened) (void)child.Ask(absl::StrCat("load ", next_, " ", random() % 1000000));
    child.Drain();
    const int code = child.Wait();
    next_ += 1000000;  // more than one life sends
    return code == kPowerGone ? "power gone" : absl::StrCat("ended with ", code);
  }
  absl::Status Check() const { return oracle_.Check(dir_ / "store"); }
  const LogOracle& oracle() const { return oracle_; }

 private:
  const bool lying_;
  const TempDir dir_;
  LogOracle oracle_;
  uint64_t next_ = 0;
};

TEST_CASE("After a power cut the log has all that it acknowledged under every head seen",
          "[fault][power]") {
  const unsigned seed = DaySeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const int cuts = Rounds(50, 2000);
  const absl::Time start = absl::Now();
  uint64_t acknowledged = 0, heads = 0;
  for (int done = 0; done < cuts;) {
    Victim victim(/*lying=*/false);
    for (int cut = 0; cut < kCutsOfOneStore; ++cut, ++done) {
      CAPTURE(done, cut);
      REQUIRE(victim.Cut(random) == "power gone");
      REQUIRE(victim.Check() == absl::OkStatus());
    }
    acknowledged += victim.oracle().acknowledged();
    heads += victim.oracle().heads().size();
  }
  CHECK(acknowledged > static_cast<uint64_t>(cuts) * 10);
  CHECK(heads > static_cast<uint64_t>(cuts));
  std::printf("%d power cuts, %llu entries acknowledged and %llu heads seen, none lost, %.0f s\n",
              cuts, static_cast<unsigned long long>(acknowledged),
              static_cast<unsigned long long>(heads), absl::ToDoubleSeconds(absl::Now() - start));
}

TEST_CASE("A disk that lies about its syncs loses what the log acknowledged", "[fault][power]") {
  std::mt19937 random(DaySeed());
  int reported = 0;
  for (int i = 0; i < 5; ++i) {
    Victim victim(/*lying=*/true);
    REQUIRE(victim.Cut(random) == "power gone");
    REQUIRE(victim.oracle().acknowledged() > 0);
    const absl::Status found = victim.Check();
    UNSCOPED_INFO(found);
    reported += !found.ok();
  }
  std::printf("control without syncs: losses reported in %d of 5\n", reported);
  CHECK(reported >= 4);
}

}  // namespace
}  // namespace shareway::testing
