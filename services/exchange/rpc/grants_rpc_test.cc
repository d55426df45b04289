// SPDX-License-Identifier: Apache-2.0
// What an agency's systems are told of the grants that they may use.
#include "services/exchange/rpc/grants_rpc.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

class OwnCall final : public rpc::Call {
 public:
  explicit OwnCall(absl::string_view agency = kTax) {
    caller_.identity.name = "agencies/tax/systems/s";
    caller_.agency = std::string(agency);
    method_ = "/shareway.exchange.v1.ExchangeService/Any";
  }
  bool cancelled() const override { return gone; }
  bool gone = false;
};

// Hands each message to the test, which may change the world before the next.
class Watcher final : public rpc::RawWriter {
 public:
  std::function<void(const v1::MyGrant&)> seen;
  absl::Status Write(std::string bytes) override {
    v1::MyGrant message;
    if (!message.ParseFromString(bytes)) return absl::DataLossError("no MyGrant");
    seen(message);
    return absl::OkStatus();
  }
};

Grant Named(const std::string& name) {
  Grant grant = World::GoodGrant();
  grant.name = name;
  sharing::v1::Grant message;
  message.set_name(name);
  grant.message = message.SerializeAsString();
  return grant;
}

struct Watched {
  Watched() { world.tax->grants.Replace({Named("grants/g1")}, {1, 5}); }
  void Change(const std::function<void(Grant&)>& change) {
    Grant grant = *world.tax->grants.Find("grants/g1");
    change(grant);
    grant.revision.number += 1;
    world.tax->grants.Put(grant, grant.revision);
  }

  World world;
  GrantsRpc rpc{{.grants = &world.tax->grants,
                 .neighbours = &world.tax->neighbours,
                 .clock = &world.clock,
                 .agency = kTax}};
};

std::string Text(const v1::MyGrant& message) {
  return absl::StrCat(message.grant().name(), message.usable() ? " usable" : "",
                      message.removed() ? " removed" : "", " ", message.reason(), " ",
                      message.days_left());
}

TEST_CASE("A watcher hears of each grant, and of each change until it goes away",
          "[grants-rpc]") {
  Watched watched;
  World& world = watched.world;
  OwnCall call;
  std::vector<std::string> seen;
  // What happens after each message; a second passes, too.
  const std::vector<std::function<void()>> changes = {
      [&] { watched.Change([](Grant& grant) { grant.state = Grant::State::kSuspended; }); },
      [&] { watched.Change([](Grant& grant) { grant.state = Grant::State::kActive; }); },
      [&] { world.tax->neighbours.leases = false; },
      [&] { world.tax->neighbours.leases = true; },
      [&] {
        watched.Change([&](Grant& grant) { grant.end_time = world.clock.Now() + absl::Hours(25); });
      },
      [&] { world.clock.Advance(absl::Hours(2)); },
      [&] { world.tax->grants.Replace({}, {1, 99}); },
      [&] { call.gone = true; }};
  Watcher watcher;
  watcher.seen = [&](const v1::MyGrant& message) {
    seen.push_back(Text(message));
    changes[seen.size() - 1]();
    world.clock.Advance(GrantsRpc::kWatchEvery);
  };
  rpc::Writer<v1::MyGrant> writer(&watcher);
  CHECK(absl::IsCancelled(watched.rpc.WatchMyGrants(call, writer)));
  REQUIRE(seen.size() == changes.size());
  const std::string days = seen[0].substr(seen[0].rfind(' '));
  CHECK(seen[0] == "grants/g1 usable " + days);
  CHECK(seen[1] == "grants/g1 GRANT_SUSPENDED" + days);
  CHECK(seen[2] == "grants/g1 usable " + days);
  CHECK(seen[3] == "grants/g1 LEASE_STALE" + days);
  CHECK(seen[4] == "grants/g1 usable " + days);
  CHECK(seen[5] == "grants/g1 usable  1");
  CHECK(seen[6] == "grants/g1 usable  0");  // its last day
  CHECK(seen[7] == "grants/g1 removed GRANT_UNKNOWN 0");
}

TEST_CASE("A watcher hears no more once its agency is not hosted", "[grants-rpc][hosting]") {
  Watched watched;
  TestNeighbours& neighbours = watched.world.tax->neighbours;
  neighbours.hosted = {{kTown, kTaxNode}};
  Grant grant = Named("grants/g1");
  grant.consumer = kTown;
  watched.world.tax->grants.Replace({grant}, {1, 6});
  const GrantsRpc rpc{{.grants = &watched.world.tax->grants,
                       .neighbours = &neighbours,
                       .clock = &watched.world.clock,
                       .agency = kTown,
                       .host = kTaxNode}};
  int seen = 0;
  Watcher watcher;
  watcher.seen = [&](const v1::MyGrant&) {
    ++seen;
    neighbours.hosted.clear();
    watched.world.clock.Advance(GrantsRpc::kWatchEvery);
  };
  rpc::Writer<v1::MyGrant> writer(&watcher);
  CHECK(DetailsOf(rpc.WatchMyGrants(OwnCall(kTown), writer))->reason == Reason::kNotVisible);
  CHECK(seen == 1);
}

TEST_CASE("What is left of a quota is told where there is one", "[grants-rpc]") {
  Watched watched;
  uint64_t left = 7;
  const auto quota_left = [&left](const Grant&) {
    v1::QuotaLeft quota;
    quota.set_calls(left);
    return std::optional<v1::QuotaLeft>(quota);
  };
  const GrantsRpc rpc{{.grants = &watched.world.tax->grants,
                       .neighbours = &watched.world.tax->neighbours,
                       .clock = &watched.world.clock,
                       .agency = kTax,
                       .quota_left = quota_left}};
  OwnCall call;
  std::vector<uint64_t> seen;
  Watcher watcher;
  watcher.seen = [&](const v1::MyGrant& message) {
    CHECK_FALSE(message.quota_left().has_rows());
    seen.push_back(message.quota_left().calls());
    call.gone = seen.size() == 2;
    left = 6;
    watched.world.clock.Advance(GrantsRpc::kWatchEvery);
  };
  rpc::Writer<v1::MyGrant> writer(&watcher);
  CHECK(absl::IsCancelled(rpc.WatchMyGrants(call, writer)));
  CHECK(seen == std::vector<uint64_t>{7, 6});
}

TEST_CASE("Only grants in force are listed, by pages", "[grants-rpc]") {
  Watched watched;
  std::vector<Grant> grants;
  for (int i = 0; i < 5; ++i) grants.push_back(Named(absl::StrCat("grants/g", i)));
  grants[1].state = Grant::State::kRevoked;
  grants[3].end_time = watched.world.clock.Now();
  watched.world.tax->grants.Replace(grants, {1, 6});
  for (int size = 1; size <= 4; ++size) {
    CAPTURE(size);
    std::vector<std::string> seen;
    v1::ListGrantsRequest request;
    request.set_page_size(size);
    do {
      const auto page = watched.rpc.ListGrants(OwnCall(), request);
      REQUIRE(page.ok());
      for (const auto& grant : page->grants()) seen.push_back(grant.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    CHECK(seen == std::vector<std::string>{"grants/g0", "grants/g2", "grants/g4"});
  }
}

TEST_CASE("Strangers see no grants", "[grants-rpc]") {
  Watched watched;
  const OwnCall stranger("agencies/other");
  Watcher watcher;
  watcher.seen = [](const v1::MyGrant&) { FAIL("something was told"); };
  rpc::Writer<v1::MyGrant> writer(&watcher);
  CHECK(DetailsOf(watched.rpc.WatchMyGrants(stranger, writer))->reason == Reason::kNotVisible);
  CHECK(DetailsOf(watched.rpc.ListGrants(stranger, {}).status())->reason == Reason::kNotVisible);
}

}  // namespace
}  // namespace shareway::exchange
