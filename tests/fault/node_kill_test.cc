// SPDX-License-Identifier: Apache-2.0
// SIGKILL of either node, and of both, at any moment under queries and downloads: what was
// answered has both halves, and what was not is settled at both nodes, once.
#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/fault/exchanging.h"
#include "tests/fault/halves.h"
#include "tests/support/campaign.h"

namespace shareway::testing {
namespace {

namespace ex = exchange::v1;

constexpr int kThreads = 4;
constexpr int kLoader = 0;        // the thread that downloads
constexpr int kRows = 20'000;     // some chunks
constexpr uint32_t kAttempts = 3;  // of one exchange
constexpr absl::Duration kRecovery = absl::Minutes(1);
// So that a dead node does not make the callers fill the machine with refusals.
constexpr absl::Duration kAfterFailure = absl::Milliseconds(5);

// What callers asked, and whether it was answered.
class Callers {
 public:
  Callers(Exchanging* world, unsigned seed) : world_(world), seed_(seed) {}

  // One exchange under an id of its own, given up after some attempts; the id if it was answered.
  std::optional<std::string> Ask(int thread, int turn) {
    const std::string id = absl::StrCat(thread == kLoader ? "d" : "q", thread, "-", turn);
    std::mt19937 random(seed_ + static_cast<unsigned>(thread * 1'000'003 + turn));
    const uint32_t attempts = std::uniform_int_distribution<uint32_t>(1, kAttempts)(random);
    for (uint32_t attempt = 0; attempt < attempts; ++attempt) {
      if (thread == kLoader ? Download(id) : Query(id)) return id;
      ++unanswered_;
      absl::SleepFor(kAfterFailure);
    }
    return std::nullopt;
  }
  int unanswered() const { return unanswered_; }

 private:
  bool Query(const std::string& id) const {
    ex::QueryRequest query = QueryBy(world_->grant, "code", "9901");
    query.set_exchange(id);
    return world_->channel->Unary<ex::QueryResponse>(ExchangeMethod("Query"), query).ok();
  }
  bool Download(const std::string& id) const {
    ex::DownloadRequest download;
    download.set_grant(world_->grant);
    download.set_operator_("T-0001");
    download.set_exchange(id);
    rpc::CallOptions options;
    options.timeout = absl::Seconds(60);
    auto stream = world_->channel->ServerStream<ex::DownloadPart>(ExchangeMethod("Download"),
                                                                  download, options);
    for (bool whole = false;;) {
      const auto part = stream.Read();
      if (!part.ok()) return false;
      if (!part->has_value()) return whole;
      whole = (*part)->has_summary();
    }
  }

  Exchanging* const world_;
  const unsigned seed_;
  std::atomic<int> unanswered_ = 0;
};

// Kills one node or both, and starts them again in any order.
void KillSome(Cluster& cluster, std::mt19937* random) {
  std::vector<std::string> victims = {"statistics-node", "tax-node"};
  std::shuffle(victims.begin(), victims.end(), *random);
  const bool both = std::uniform_int_distribution<int>(0, 3)(*random) == 0;
  if (!both) victims.pop_back();
  for (const std::string& victim : victims) cluster.Kill(victim);
  for (const std::string& victim : victims) cluster.Start(victim);
  for (const std::string& victim : victims) cluster.AwaitReady(victim, kRecovery);
}

// Reads what audit has until everything is settled and every answer is whole, or `limit`
// has passed. What was read last.
std::optional<Settlement> ReadUntilSettled(Exchanging* world, const Acknowledged& acknowledged,
                                           absl::Duration limit) {
  const std::vector<std::string> answered = acknowledged.all();
  std::optional<Settlement> settlement;
  for (const absl::Time end = absl::Now() + limit;;) {
    settlement = Settlement::Read(world->cluster, world->cluster.Agency(kTax));
    const bool settled =
        settlement && settlement->Faults(1).empty() &&
        std::all_of(answered.begin(), answered.end(),
                    [&](const std::string& id) { return settlement->whole(id); });
    if (settled || absl::Now() > end) return settlement;
    absl::SleepFor(absl::Seconds(1));
  }
}

// A node settles what is older than a minute at its start, and every five minutes. In the
// campaign that is waited for, else the nodes are started again after that minute.
std::optional<Settlement> AwaitSettled(Exchanging* world, const Acknowledged& acknowledged) {
  if (Campaign()) return ReadUntilSettled(world, acknowledged, absl::Minutes(8));
  auto settlement = ReadUntilSettled(world, acknowledged, absl::Seconds(62));
  if (settlement && settlement->Faults(1).empty()) return settlement;
  for (const std::string node : {"statistics-node", "tax-node"}) {
    CHECK(world->cluster.Stop(node) == 0);
    world->cluster.Start(node);
    world->cluster.AwaitReady(node, kRecovery);
  }
  return ReadUntilSettled(world, acknowledged, absl::Seconds(30));
}

TEST_CASE("Nodes killed at any moment leave both halves of every exchange that was begun",
          "[fault]") {
  const unsigned seed = DaySeed();
  INFO("SHAREWAY_SEED=" << seed);
  const int kills = Rounds(20, 300);
  Exchanging world({}, kRows);
  Callers callers(&world, seed);
  Acknowledged acknowledged;
  std::mt19937 random(seed);
  {
    const UnderLoad load(
        kThreads, [&](int thread, int turn) { return callers.Ask(thread, turn); }, &acknowledged);
    for (int kill = 0; kill < kills; ++kill) {
      // Some answers between two kills, and then any moment.
      const size_t before = acknowledged.all().size();
      REQUIRE(acknowledged.AwaitMore(20) >= before + 20);
      absl::SleepFor(absl::Milliseconds(std::uniform_int_distribution<int>(0, 80)(random)));
      KillSome(world.cluster, &random);
    }
    acknowledged.AwaitMore(20);
  }
  const absl::Time ended = absl::Now();
  const std::optional<Settlement> settlement = AwaitSettled(&world, acknowledged);
  REQUIRE(settlement);
  const std::string faults = absl::StrJoin(settlement->Faults(), "\n");
  INFO(faults);
  CHECK(faults.empty());
  int lost = 0, downloads = 0;
  const int unfinished = static_cast<int>(
      std::count_if(settlement->attempts().begin(), settlement->attempts().end(),
                    [](const auto& attempt) { return !attempt.second.whole(); }));
  for (const std::string& id : acknowledged.all()) {
    lost += !settlement->whole(id);
    downloads += id[0] == 'd';
  }
  CHECK(lost == 0);
  for (const std::string node : {"statistics-node", "tax-node"}) {
    CAPTURE(node);
    CHECK(CountUnmatched(world.cluster, node) == 0);
  }
  CHECK(downloads > 0);
  WARN(kills << " kills, " << acknowledged.all().size() << " exchanges answered, " << downloads
             << " of them downloads, " << callers.unanswered() << " attempts not, "
             << settlement->attempts().size() << " attempts on record, " << unfinished
             << " of them settled without an answer, " << lost << " lost, all settled "
             << absl::FormatDuration(absl::Trunc(absl::Now() - ended, absl::Seconds(1)))
             << " after the last");
}

}  // namespace
}  // namespace shareway::testing
