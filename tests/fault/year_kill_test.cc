// SPDX-License-Identifier: Apache-2.0
// kill -9 at random points of the simulated year: nothing that was acknowledged is lost, every
// object is what its events come to, and no clock is wrong after the restart.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/support/campaign.h"
#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

namespace shareway::testing {
namespace {

const int kKills = Rounds(8, 200);
constexpr absl::Duration kPatience = absl::Seconds(120);

// One process in the year, and what it says.
class YearChild {
 public:
  YearChild(const std::string& store, std::vector<std::string> flags) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    channel_ = ends[0];
    flags.insert(flags.begin(), {absl::StrCat(SHAREWAY_BIN_DIR, "/lone_year"), "--store=" + store,
                                 absl::StrCat("--channel=", ends[1])});
    child_ = std::make_unique<Child>(std::move(flags), store + ".log");
    ::close(ends[1]);
  }
  ~YearChild() { ::close(channel_); }
  YearChild(const YearChild&) = delete;
  YearChild& operator=(const YearChild&) = delete;

  // The next line; nothing once the process has ended and all was read.
  std::optional<std::string> Line() {
    while (true) {
      if (const size_t at = unread_.find('\n'); at != std::string::npos) {
        const std::string line = unread_.substr(0, at);
        unread_.erase(0, at + 1);
        return line;
      }
      pollfd ready = {channel_, POLLIN, 0};
      char bytes[65536];
      if (::poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(kPatience))) <= 0) {
        return std::nullopt;
      }
      const ssize_t got = ::recv(channel_, bytes, sizeof bytes, 0);
      if (got <= 0) return std::nullopt;
      unread_.append(bytes, static_cast<size_t>(got));
    }
  }
  void Kill() { child_->Signal(9); }
  int Wait() { return child_->Wait(kPatience); }

 private:
  int channel_ = -1;
  std::string unread_;
  std::unique_ptr<Child> child_;
};

// One store through kills, until its year is over.
class KilledYear {
 public:
  explicit KilledYear(unsigned seed) : seed_(seed) {}

  // Lives until `acks` changes were acknowledged, then is killed. False if it was over first.
  bool LiveAndDie(int acks) {
    YearChild child(dir_ / "store", {absl::StrCat("--seed=", seed_ + ++lives_),
                                     absl::StrCat("--acts_a_day=", Campaign() ? 45 : 20)});
    bool killed = false, over = false;
    while (const std::optional<std::string> line = child.Line()) {
      Take(*line);
      over = over || *line == "over";
      if (!killed && --acks <= 0) {
        child.Kill();
        killed = true;
      }
    }
    const int ended = child.Wait();
    if (ended != -9 && !over) faults_.push_back(absl::StrCat("it ended with ", ended));
    return !over;
  }

  // A fresh process looks at what is left.
  void Check() {
    std::string file;
    for (const auto& [name, state] : acked_) absl::StrAppend(&file, name, " ", state, "\n");
    WriteFile(dir_ / "acked", file);
    YearChild child(dir_ / "store", {"--acked=" + dir_ / "acked"});
    bool checked = false;
    while (const std::optional<std::string> line = child.Line()) {
      Take(*line);
      checked = checked || *line == "checked";
    }
    child.Wait();
    if (!checked) faults_.push_back("the check did not end");
  }

  // One a line.
  std::string Faults() const { return absl::StrJoin(faults_, "\n"); }
  size_t objects() const { return acked_.size(); }

 private:
  void Take(const std::string& line) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    if (words[0] == "ack" && words.size() == 3) acked_[words[1]] = words[2];
    if (words[0] == "fault") faults_.push_back(line);
  }

  const TempDir dir_;
  const unsigned seed_;
  unsigned lives_ = 0;
  std::map<std::string, std::string> acked_;  // name -> version and digest, the newest
  std::vector<std::string> faults_;
};

TEST_CASE("A sharing service killed at any point of its year keeps what it acknowledged",
          "[fault]") {
  const unsigned seed = DaySeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  auto year = std::make_unique<KilledYear>(seed);
  int objects = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    CAPTURE(kill);
    const bool goes_on = year->LiveAndDie(1 + static_cast<int>(random() % 150));
    year->Check();
    REQUIRE(year->Faults() == "");
    objects = std::max(objects, static_cast<int>(year->objects()));
    if (!goes_on) year = std::make_unique<KilledYear>(seed + 1000u * static_cast<unsigned>(kill));
  }
  CHECK(objects > 5 * std::min(kKills, 20));
}

}  // namespace
}  // namespace shareway::testing
