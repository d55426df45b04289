// SPDX-License-Identifier: Apache-2.0
// One byte of a log's store is changed: the log refuses, or serves what it served
// before; never anything else.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/fault/lone_child.h"
#include "tests/support/campaign.h"
#include "tests/support/temp_dir.h"

namespace shareway::testing {
namespace {

namespace fs = std::filesystem;

// 2,000 entries, the last ones in the write-ahead log only; and what is known of them.
class Base {
 public:
  Base() : oracle_(dir_ / "log.key") {
    WriteFile(dir_ / "log.key", crypto::PrivateKey::Generate(crypto::Suite::kEd25519).ToPem());
    Grow("batch 1000 0", "batch 940 1000");
    Grow("append 30 1940", "batch 30 1970");
    std::string lines;
    for (const auto& [index, number] : oracle_.entries()) {
      absl::StrAppend(&lines, "ack ", number, " ", index, "\n");
    }
    for (const auto& [size, root] : oracle_.heads()) {
      absl::StrAppend(&lines, "head ", size, " ", ToHex(root.view()), "\n");
    }
    WriteFile(dir_ / "oracle", lines);
  }

  std::string store() const { return dir_ / "store"; }
  std::string oracle_file() const { return dir_ / "oracle"; }
  std::unique_ptr<LoneChild> Start() {
    return std::make_unique<LoneChild>(store(), dir_ / "log.key", &oracle_);
  }

 private:
  // One life of the process; the end is a kill, so that nothing is tidied up.
  void Grow(const std::string& first, const std::string& second) {
    const std::unique_ptr<LoneChild> child = Start();
    for (const std::string& command : {std::string("open"), first, second, std::string("sign")}) {
      REQUIRE(child->Ask(command) == "done");
    }
    child->Kill();
    child->Wait();
  }

  const TempDir dir_;
  LogOracle oracle_;
};

struct Flip {
  std::string file = {};
  uint64_t at = 0;
};

// Every byte of every file.
std::vector<Flip> AllFlips(const std::string& store) {
  std::vector<Flip> flips;
  for (const auto& file : fs::directory_iterator(store)) {
    if (!file.is_regular_file()) continue;
    for (uint64_t at = 0; at < file.file_size(); ++at) {
      flips.push_back({file.path().filename().string(), at});
    }
  }
  return flips;
}

// The files of a store by what they are for: 000012.sst and 000015.sst are both "sst".
std::string KindOf(const std::string& file) {
  const size_t dot = file.rfind('.');
  return dot == std::string::npos ? file.substr(0, file.find('-')) : file.substr(dot + 1);
}

// Flips `flips` one at a time in a process of its own, and counts what came of it. Catch's
// assertions are for one thread: what is wrong is told by a line.
class Flipper {
 public:
  Flipper(Base* base, std::vector<Flip> flips, unsigned seed)
      : base_(base), flips_(std::move(flips)), random_(seed) {}

  void Run() {
    std::unique_ptr<LoneChild> child = base_->Start();
    for (const Flip& flip : flips_) {
      const unsigned mask = 1u << (random_() % 8);
      const std::optional<std::string> said =
          child->Ask(absl::StrCat("judge ", base_->store(), " ", base_->oracle_file(), " ",
                                  flip.file, " ", flip.at, " ", mask));
      const std::string verdict = said ? said->substr(0, said->find(" ")) : "stopped";
      ++verdicts_[KindOf(flip.file)][verdict];
      const bool good = verdict == "same" || verdict == "refused" || verdict == "stopped" ||
                        // Only the last write of a log file can vanish without a trace in it.
                        (verdict == "behind" && absl::EndsWith(flip.file, ".log"));
      if (!good) {
        wrong_.push_back(absl::StrCat(flip.file, " at ", flip.at, ", mask ", mask, ": ", *said));
      }
      if (said) continue;
      // It did not survive what it read. That is an end, not an answer.
      if (child->Wait() == -1000) wrong_.push_back(absl::StrCat(flip.file, " did not end"));
      child = base_->Start();
    }
  }

  const std::vector<std::string>& wrong() const { return wrong_; }
  // By kind of file.
  const std::map<std::string, std::map<std::string, int>>& verdicts() const { return verdicts_; }

 private:
  Base* const base_;
  const std::vector<Flip> flips_;
  std::mt19937 random_;
  std::vector<std::string> wrong_;
  std::map<std::string, std::map<std::string, int>> verdicts_;
};

TEST_CASE("A changed byte of the log's store is found or harmless, and nothing wrong is served",
          "[fault][flip]") {
  // Thousands of stores are copied: in memory, where the machine has that.
  if (fs::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 1);
  const unsigned seed = DaySeed();
  CAPTURE(seed);
  Base base;
  std::vector<Flip> flips = AllFlips(base.store());
  const size_t all = flips.size();
  std::mt19937 random(seed);
  std::shuffle(flips.begin(), flips.end(), random);
  flips.resize(std::min(all, static_cast<size_t>(Rounds(200, std::numeric_limits<int>::max()))));
  REQUIRE(base.Start()->Ask(absl::StrCat("judge ", base.store(), " ", base.oracle_file(),
                                         " IDENTITY 0 0")) == "same");

  const absl::Time start = absl::Now();
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<Flipper>> flippers;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < cores; ++i) {
    const auto part = [&](size_t n) {
      return flips.begin() + static_cast<std::ptrdiff_t>(flips.size() * n / cores);
    };
    flippers.push_back(std::make_unique<Flipper>(
        &base, std::vector<Flip>(part(i), part(i + 1)), static_cast<unsigned>(random())));
    threads.emplace_back([flipper = flippers.back().get()] { flipper->Run(); });
  }
  for (std::thread& thread : threads) thread.join();

  std::map<std::string, std::map<std::string, int>> verdicts;
  for (const auto& flipper : flippers) {
    CHECK(flipper->wrong() == std::vector<std::string>());
    for (const auto& [kind, counts] : flipper->verdicts()) {
      for (const auto& [verdict, count] : counts) verdicts[kind][verdict] += count;
    }
  }
  std::printf("%zu of %zu bytes flipped, %.0f s\n", flips.size(), all,
              absl::ToDoubleSeconds(absl::Now() - start));
  for (const auto& [kind, counts] : verdicts) {
    std::printf("  %-10s", kind.c_str());
    for (const auto& [verdict, count] : counts) std::printf(" %s %d", verdict.c_str(), count);
    std::printf("\n");
  }
}

}  // namespace
}  // namespace shareway::testing
