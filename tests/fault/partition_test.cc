// SPDX-License-Identifier: Apache-2.0
// Nodes cut from the processes that they need, by resets and by silence: what is not known to
// be allowed is refused once the lease has run out, evidence waits and is delivered once, and
// everything goes on by itself when the network is back.
#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/fault/exchanging.h"
#include "tests/support/await.h"
#include "tests/support/campaign.h"
#include "tests/support/wire.h"

namespace shareway::testing {
namespace {

namespace ev = evidence::v1;
namespace ex = exchange::v1;

// A lease and the time to notice: architecture.md section 3.
constexpr absl::Duration kBound = absl::Seconds(5);
constexpr absl::Duration kRecovery = absl::Seconds(20);

enum class Outage { kCut, kSilent };
constexpr const char* NameOf(Outage outage) {
  return outage == Outage::kCut ? "cut" : "silent";
}

void Begin(Wire& wire, Outage outage) { outage == Outage::kCut ? wire.Cut() : wire.Swallow(); }

// Two nodes that reach everything by wires.
struct Wired {
  explicit Wired(std::vector<std::string> replicas = {})
      : world(Cluster::Options{.replicas = std::move(replicas), .port_of = wires.Ports()}) {}

  absl::StatusOr<ex::QueryResponse> Ask(absl::Duration timeout = absl::Seconds(2)) {
    rpc::CallOptions options;
    options.timeout = timeout;
    return world.channel->Unary<ex::QueryResponse>(ExchangeMethod("Query"),
                                                   QueryBy(world.grant, "code", "9901"), options);
  }
  // Waits until exchanges go through again; how long it took.
  absl::Duration Recover() {
    const absl::Time healed = absl::Now();
    CHECK(AskUntilOk([&] { return Ask(); }, kRecovery).ok());
    return absl::Now() - healed;
  }

  Wires wires;  // before the cluster that uses them
  Exchanging world;
};

// Cuts `node` from `service`, on whose lease its deliveries rest.
void CheckFailsClosed(Wired* wired, const std::string& node, const std::string& service,
                      Outage outage) {
  INFO(node << " and " << service << " " << NameOf(outage));
  REQUIRE(wired->Ask().ok());
  Wire& wire = wired->wires.Between(node, service);
  Begin(wire, outage);
  const absl::Time begun = absl::Now();
  // Those that were asked later than the bound, too, are refused.
  absl::Time last_answered = begun;
  absl::Status refusal;
  while (absl::Now() < begun + kBound + absl::Milliseconds(200)) {
    const absl::Time sent = absl::Now();
    const auto answer = wired->Ask();
    if (answer.ok()) {
      last_answered = sent;
    } else {
      refusal = answer.status();
      // A refusal costs the nodes a record each: enough to see that none is answered.
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  INFO(refusal);
  CHECK(last_answered - begun <= kBound);
  CHECK(absl::IsUnavailable(refusal));
  CHECK(ReasonOf(refusal) == Reason::kLeaseStale);
  // Who refused: the consumer's node itself, or the provider's, whose word it passes on.
  const bool by_provider =
      DetailsOf(refusal) && DetailsOf(refusal)->metadata.contains("refused_by");
  CHECK(by_provider == (node == "statistics-node"));
  wire.Pass();
  const absl::Duration recovery = wired->Recover();
  WARN(node << " and " << service << " " << NameOf(outage) << ": answered for "
            << absl::FormatDuration(absl::Trunc(last_answered - begun, absl::Milliseconds(1)))
            << ", again after "
            << absl::FormatDuration(absl::Trunc(recovery, absl::Milliseconds(1))));
}

TEST_CASE("A node without its leases delivers nothing, says why, and recovers by itself",
          "[fault]") {
  Wired wired;
  const std::vector<std::string> nodes = {"statistics-node", "tax-node"};
  const std::vector<std::string> services = {"sharing", "catalog"};
  // Each pair once a round, every other time cut and silent.
  for (int round = 0; round < Rounds(1, 20); ++round) {
    for (size_t n = 0; n < nodes.size(); ++n) {
      for (size_t s = 0; s < services.size(); ++s) {
        const bool cut = (n + s + static_cast<size_t>(round)) % 2 == 0;
        CheckFailsClosed(&wired, nodes[n], services[s], cut ? Outage::kCut : Outage::kSilent);
      }
    }
  }
}

TEST_CASE("A silence longer than connections live ends by itself, too", "[fault]") {
  if (!Campaign()) return;  // takes the keepalive's 15 seconds for each
  Wired wired;
  for (const std::string service : {"sharing", "catalog", "audit"}) {
    CAPTURE(service);
    for (const std::string node : {"statistics-node", "tax-node"}) {
      wired.wires.Between(node, service).Swallow();
    }
    absl::SleepFor(absl::Seconds(20));
    for (const std::string node : {"statistics-node", "tax-node"}) {
      wired.wires.Between(node, service).Pass();
    }
    wired.Recover();
  }
  const std::optional<std::string> last = wired.world.Ask();
  REQUIRE(last);
  CheckRecorded(wired.world.cluster, {*last}, ev::EXCHANGE_RECEIVED,
                wired.world.cluster.Agency(kTax), ExchangeOf);
}

TEST_CASE("Nodes cut from audit go on, and deliver all evidence once when they reach it again",
          "[fault]") {
  Wired wired;
  Cluster& cluster = wired.world.cluster;
  Acknowledged acknowledged;
  std::atomic<int> failed = 0;
  for (int round = 0; round < Rounds(1, 10); ++round) {
    for (const Outage outage : {Outage::kCut, Outage::kSilent}) {
      INFO(NameOf(outage));
      Acknowledged meanwhile;
      {
        const UnderLoad load(
            2,
            [&](int, int) -> std::optional<std::string> {
              const auto answer = wired.Ask(absl::Seconds(10));
              failed += !answer.ok();
              if (!answer.ok()) return std::nullopt;
              acknowledged.Add(answer->exchange());
              return answer->exchange();
            },
            &meanwhile);
        meanwhile.AwaitMore(20);  // batches are on their way when the outage comes
        for (const std::string node : {"statistics-node", "tax-node"}) {
          Begin(wired.wires.Between(node, "audit"), outage);
        }
        CHECK(meanwhile.AwaitMore(200) >= 220);
      }
      for (const std::string node : {"statistics-node", "tax-node"}) {
        wired.wires.Between(node, "audit").Pass();
      }
    }
  }
  CHECK(failed == 0);
  const std::vector<std::string> all = acknowledged.all();
  const absl::Time healed = absl::Now();
  CheckRecorded(cluster, all, ev::EXCHANGE_RECEIVED, cluster.Agency(kTax), ExchangeOf);
  CheckRecorded(cluster, all, ev::EXCHANGE_DELIVERED, cluster.Agency(kTax), ExchangeOf);
  WARN(all.size() << " exchanges around outages of audit, all on record once "
                  << absl::FormatDuration(absl::Trunc(absl::Now() - healed, absl::Milliseconds(1)))
                  << " after the last");
}

TEST_CASE("A consumer's node that cannot reach the provider's says so, and goes on by itself",
          "[fault]") {
  Wired wired;
  Wire& wire = wired.wires.Between("", "statistics-node");
  for (int round = 0; round < Rounds(1, 10); ++round) {
    for (const Outage outage : {Outage::kCut, Outage::kSilent}) {
      INFO(NameOf(outage));
      REQUIRE(wired.Ask().ok());
      Begin(wire, outage);
      const absl::Status refusal = wired.Ask(absl::Seconds(1)).status();
      INFO(refusal);
      // In silence the caller's own time may run out in the moment in which it is told.
      CHECK((absl::IsUnavailable(refusal) ||
             (outage == Outage::kSilent && absl::IsDeadlineExceeded(refusal))));
      if (absl::IsUnavailable(refusal)) CHECK(ReasonOf(refusal) == Reason::kPeerUnreachable);
      wire.Pass();
      wired.Recover();
    }
  }
}

TEST_CASE("A consumer's node that cannot reach one node of the provider asks the other",
          "[fault]") {
  Wired wired({kStatistics});
  for (int round = 0; round < Rounds(1, 10); ++round) {
    for (const Outage outage : {Outage::kCut, Outage::kSilent}) {
      int elsewhere = 0;
      for (const std::string node : {"statistics-node", "statistics-node2"}) {
        INFO(node << " " << NameOf(outage));
        REQUIRE(AskUntilOk([&] { return wired.Ask(); }, kRecovery).ok());
        Wire& wire = wired.wires.Between("", node);
        Begin(wire, outage);
        // After a reset the same call is answered, as the next attempt. In silence its time
        // runs out, and those that follow go elsewhere.
        const auto answer = AskUntilOk([&] { return wired.Ask(absl::Seconds(1)); }, kBound);
        INFO(answer.status());
        REQUIRE(answer.ok());
        elsewhere += answer->attempt() == 2;
        wire.Pass();
      }
      if (outage == Outage::kCut) CHECK(elsewhere >= 1);
    }
  }
}

}  // namespace
}  // namespace shareway::testing
