// SPDX-License-Identifier: Apache-2.0
// SIGKILL of each service under load: what was acknowledged is there after the
// restart, once, and the log's checkpoints fit together. Of nodes: node_kill_test.cc.
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/fault/exchanging.h"
#include "tests/support/campaign.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ev = evidence::v1;

const int kKills = Rounds(4, 200);

// Runs `work(thread, turn)` on two threads while `victims` are killed and restarted
// in turn. `work` returns what was acknowledged, or nothing.
void RunUnderKills(Cluster& cluster, const std::vector<std::string>& victims,
                   const std::function<std::optional<std::string>(int, int)>& work,
                   Acknowledged* acknowledged) {
  std::mt19937 random(DaySeed());
  INFO("SHAREWAY_SEED=" << DaySeed());
  {
    const UnderLoad load(2, work, acknowledged);
    for (int k = 0; k < kKills; ++k) {
      // Load first: some acknowledgements must lie between two kills.
      acknowledged->AwaitMore(20);
      absl::SleepFor(absl::Milliseconds(std::uniform_int_distribution<int>(0, 50)(random)));
      const std::string& victim = victims[static_cast<size_t>(k) % victims.size()];
      cluster.Kill(victim);
      cluster.Start(victim);
      cluster.AwaitReady(victim);
    }
  }
  CHECK(acknowledged->all().size() >= 20u * static_cast<unsigned>(kKills));
}

// The outcome of a call once the channel, cut by a kill, is connected again.
absl::Status Reconnected(const std::function<absl::Status()>& call) {
  const absl::Time limit = absl::Now() + absl::Seconds(10);
  absl::Status status = call();
  while (absl::IsUnavailable(status) && absl::Now() < limit) {
    absl::SleepFor(absl::Milliseconds(20));
    status = call();
  }
  return status;
}

TEST_CASE("A killed catalogue loses no draft and no record of it", "[fault]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  cat::Resource draft = Divisions(cluster);
  // Channels are made beforehand: the map of channels is not for several threads.
  auto channel = cluster.Channel("statistics-editor", "catalog");
  Acknowledged acknowledged;
  RunUnderKills(
      cluster, {"catalog"},
      [&](int c, int n) -> std::optional<std::string> {
        cat::CreateResourceRequest create;
        *create.mutable_resource() = draft;
        create.mutable_resource()->set_code(absl::StrCat("30600", c + 1, "/", n + 1));
        auto made = channel->Unary<cat::Resource>(CatalogMethod("CreateResource"), create);
        return made.ok() ? std::optional<std::string>(made->name()) : std::nullopt;
      },
      &acknowledged);
  for (const std::string& name : acknowledged.all()) {
    cat::GetResourceRequest get;
    get.set_name(name);
    CHECK(Reconnected([&] {
            return channel->Unary<cat::Resource>(CatalogMethod("GetResource"), get).status();
          }) == absl::OkStatus());
  }
  CheckRecorded(cluster, acknowledged.all(), ev::RESOURCE_DRAFTED, cluster.Agency(kStatistics),
                [](const ev::AuditRecord& r) { return r.object(); });
}

TEST_CASE("A killed sharing service loses no request and no record of it", "[fault]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  auto resource = Publish(cluster, kCivil, Marriages(cluster));
  REQUIRE(resource.ok());
  auto channel = cluster.Channel("tax-applicant", "sharing");
  const auto ask = Ask(resource->name(), {"cert_no"});
  for (int i = 0; i < 500; ++i) {  // sharing follows the catalogue
    if (channel->Unary<sh::SharingRequest>(RequestMethod("CreateRequest"), ask).ok()) break;
    absl::SleepFor(absl::Milliseconds(20));
  }
  Acknowledged acknowledged;
  RunUnderKills(
      cluster, {"sharing"},
      [&](int, int) -> std::optional<std::string> {
        auto made = channel->Unary<sh::SharingRequest>(RequestMethod("CreateRequest"), ask);
        return made.ok() ? std::optional<std::string>(made->name()) : std::nullopt;
      },
      &acknowledged);
  for (const std::string& name : acknowledged.all()) {
    sh::GetRequestRequest get;
    get.set_name(name);
    CHECK(Reconnected([&] {
            return channel->Unary<sh::SharingRequest>(RequestMethod("GetRequest"), get).status();
          }) == absl::OkStatus());
  }
  CheckRecorded(cluster, acknowledged.all(), ev::REQUEST_DRAFTED, cluster.Agency(kTax),
                [](const ev::AuditRecord& r) { return r.object(); });
}

TEST_CASE("A killed audit service keeps every entry and never forks", "[fault]") {
  Exchanging world;
  Cluster& cluster = world.cluster;
  const evidence::TreeHead before = HeadOf(cluster);
  Acknowledged acknowledged;
  RunUnderKills(
      cluster, {"audit"}, [&](int, int) { return world.Ask(); }, &acknowledged);
  CheckRecorded(cluster, acknowledged.all(), ev::EXCHANGE_RECEIVED, cluster.Agency(kTax),
                ExchangeOf);
  CheckRecorded(cluster, acknowledged.all(), ev::EXCHANGE_DELIVERED, cluster.Agency(kTax),
                ExchangeOf);
  CheckBeginsWith(cluster, before);
}

}  // namespace
}  // namespace shareway::testing
