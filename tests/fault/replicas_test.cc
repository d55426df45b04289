// SPDX-License-Identifier: Apache-2.0
// Two nodes each of provider and consumer under load: while one of them is dead, the
// other does the work, and no node delivers an attempt twice.
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/fault/exchanging.h"
#include "tests/support/campaign.h"

namespace shareway::testing {
namespace {

namespace ev = evidence::v1;
namespace ex = exchange::v1;

TEST_CASE("An agency whose one node is dead goes on with the other", "[fault]") {
  Cluster::Options options;
  options.replicas = {kStatistics, kTax};
  Exchanging world(options);
  Cluster& cluster = world.cluster;
  // Made beforehand: the map of channels is not for several threads. Each thread is a system
  // of tax that knows both of its nodes and takes the other when one does not answer.
  const std::vector<std::shared_ptr<rpc::Channel>> tax = {
      cluster.Channel("tax-system", "tax-node"), cluster.Channel("tax-system", "tax-node2")};
  Acknowledged acknowledged;
  const auto ask = [&](int thread, int turn) -> std::optional<std::string> {
    ex::QueryRequest query = QueryBy(world.grant, "code", "9901");
    query.set_exchange(absl::StrCat("t", thread, "-", turn));
    for (size_t n = 0; n < tax.size(); ++n) {
      auto answer = tax[(static_cast<size_t>(thread) + n) % tax.size()]->Unary<ex::QueryResponse>(
          ExchangeMethod("Query"), query);
      if (answer.ok()) return answer->exchange();
    }
    return std::nullopt;
  };
  {
    const UnderLoad load(2, ask, &acknowledged);
    for (int round = 0; round < Rounds(1, 50); ++round) {
      for (const std::string dead :
           {"statistics-node", "statistics-node2", "tax-node", "tax-node2"}) {
        CAPTURE(dead);
        acknowledged.AwaitMore(20);
        cluster.Kill(dead);
        const size_t before = acknowledged.all().size();
        CHECK(acknowledged.AwaitMore(40) >= before + 40);
        cluster.Start(dead);
        cluster.AwaitReady(dead);
      }
    }
  }
  const std::vector<std::string> all = acknowledged.all();
  std::map<std::string, int> received =
      AwaitRecords(cluster, all, ev::EXCHANGE_RECEIVED, cluster.Agency(kTax), ExchangeOf);
  std::map<std::string, int> delivered =
      AwaitRecords(cluster, all, ev::EXCHANGE_DELIVERED, cluster.Agency(kTax), ExchangeOf);
  for (const std::string& id : all) {
    CAPTURE(id);
    CHECK(received[id] >= 1);
    CHECK(delivered[id] >= 1);
  }
  std::set<std::string> deliverers;
  const std::map<std::string, int> by_node = AwaitRecords(
      cluster, {}, ev::EXCHANGE_DELIVERED, cluster.Agency(kTax), [&](const ev::AuditRecord& r) {
        deliverers.insert(r.nodes(1));
        return absl::StrCat(r.exchange(), " ", r.attempt(), " by ", r.nodes(1));
      });
  for (const auto& [delivery, count] : by_node) {
    CAPTURE(delivery);
    CHECK(count == 1);
  }
  CHECK(deliverers == std::set<std::string>{cluster.Node(kStatistics, "n1"),
                                            cluster.Node(kStatistics, "n2")});
}

}  // namespace
}  // namespace shareway::testing
