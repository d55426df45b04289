// SPDX-License-Identifier: Apache-2.0
// Ten times as many callers as a node takes: what it takes is answered about as fast as
// before, the others are told at once to come again, and their number is evidence.
#include <atomic>
#include <deque>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/fault/exchanging.h"
#include "tests/support/await.h"
#include "tests/support/campaign.h"

namespace shareway::testing {
namespace {

namespace ev = evidence::v1;
namespace ex = exchange::v1;

constexpr int kTaken = 64;  // --caller_calls
constexpr absl::Duration kRetryAfter = absl::Milliseconds(200);  // what the refusals say

// Callers of one system, each of which asks again when it is answered, and after
// kRetryAfter when it is refused.
class Callers {
 public:
  Callers(Exchanging* world, int number) : world_(world), timer_([this] { Run(); }) {
    for (int i = 0; i < number; ++i) Ask();
  }
  // Waits for the calls under way.
  ~Callers() {
    stop_ = true;
    timer_.join();
    while (open_ > 0) std::this_thread::yield();
  }

  std::atomic<int> answered = 0, refused = 0, failed = 0;

 private:
  void Ask() {
    ++open_;
    world_->channel->UnaryAsync<ex::QueryResponse>(
        ExchangeMethod("Query"), QueryBy(world_->grant, "code", "9901"), {},
        [this](const absl::StatusOr<ex::QueryResponse>& answer) {
          if (answer.ok()) {
            ++answered;
            if (!stop_) Ask();
          } else {
            ++(ReasonOf(answer.status()) == Reason::kRateLimited ? refused : failed);
            absl::MutexLock lock(&mutex_);
            waiting_.push_back(absl::Now() + kRetryAfter);
          }
          --open_;
        });
  }
  void Run() {
    while (!stop_) {
      {
        absl::MutexLock lock(&mutex_);
        if (!waiting_.empty() && waiting_.front() <= absl::Now()) {
          waiting_.pop_front();
        } else {
          const auto stopped = [this] { return stop_.load(); };
          mutex_.AwaitWithTimeout(absl::Condition(&stopped), absl::Milliseconds(2));
          continue;
        }
      }
      Ask();
    }
  }

  Exchanging* const world_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> open_ = 0;
  absl::Mutex mutex_;
  std::deque<absl::Time> waiting_;
  std::thread timer_;
};

// Answers a second over `length`, once the callers are at work.
double RateOf(const Callers& callers, absl::Duration length) {
  while (callers.answered < 2 * kTaken) std::this_thread::yield();
  const int before = callers.answered;
  const absl::Time start = absl::Now();
  absl::SleepFor(length);
  return (callers.answered - before) / absl::ToDoubleSeconds(absl::Now() - start);
}

int MegabytesOf(int pid) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/status"));
  for (std::string word; in >> word;) {
    int kilobytes = 0;
    if (word == "VmRSS:" && in >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

TEST_CASE("A node with ten times the callers that it takes answers on and refuses the rest",
          "[fault]") {
  Cluster::Options options;
  options.flags["tax-node"] = {absl::StrCat("--caller_calls=", kTaken)};
  Exchanging world(options);
  const absl::Duration length = absl::Seconds(Campaign() ? 20 : 3);
  double peak = 0, goodput = 0;
  int refused = 0;
  {
    // Half: a call may be answered a moment before it counts as ended.
    const Callers few(&world, kTaken / 2);
    peak = RateOf(few, length);
    CHECK(few.refused == 0);
    CHECK(few.failed == 0);
  }
  const int before = MegabytesOf(world.cluster.pid("tax-node"));
  {
    const Callers ten_times(&world, 10 * kTaken);
    goodput = RateOf(ten_times, length);
    refused = ten_times.refused;
    CHECK(ten_times.failed == 0);
  }
  const int after = MegabytesOf(world.cluster.pid("tax-node"));
  WARN("answered " << peak << "/s at the limit, " << goodput << "/s of ten times as many callers, "
                   << refused << " refused, " << before << " MiB before and " << after
                   << " MiB after");
  CHECK(refused > 0);
  // How far it goes on is told above: the goal of 0.8 is for the campaign on a quiet machine, since
  // the clients share the cores.
  CHECK(goodput >= (Campaign() ? 0.8 : 0.1) * peak);
  CHECK(after < 512);

  // The running minute is recorded at the end, and delivered at the next start.
  CHECK(world.cluster.Stop("tax-node") == 0);
  world.cluster.Start("tax-node");
  world.cluster.AwaitReady("tax-node");
  const auto counted = [&] {
    uint64_t sum = 0;
    (void)AwaitRecords(world.cluster, {}, ev::CALLS_REJECTED, world.cluster.Agency(kTax),
                       [&](const ev::AuditRecord& record) {
                         CHECK(record.object() == world.cluster.Agency(kTax) + "/systems/s1");
                         CHECK(record.reason() == "RATE_LIMITED");
                         sum += record.record_count();
                         return record.object();
                       });
    return sum;
  };
  const auto all = static_cast<uint64_t>(refused);
  // Those refused while the callers were stopped are counted as well.
  CHECK(AskUntil(counted, [&](uint64_t sum) { return sum >= all; }) >= all);
}

}  // namespace
}  // namespace shareway::testing
