// SPDX-License-Identifier: Apache-2.0
// The second check of an exchange: nothing that changed meanwhile escapes the quick one.
#include "catch2/catch.hpp"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

TEST_CASE("The second check decides alike whether it looks at all again or at what changed",
          "[exchange]") {
  uint64_t seed = 20260202;
  auto random = [&seed](uint64_t n) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 33) % n;
  };
  int delivered = 0;
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const uint64_t first = random(10), second = random(10);
    const auto change = [&](World& w) {
      for (const uint64_t what : {first, second}) {
        Grant grant = World::GoodGrant();
        Resource resource = World::GoodResource();
        TestNode& civil = *w.civil;
        switch (what) {
          case 0:
            civil.neighbours.leases = false;
            break;
          case 1:
            civil.neighbours.suspended.insert(kTax);
            break;
          case 2:
            civil.neighbours.keys_valid = false;
            break;
          case 3:
            civil.neighbours.clearance = 1;
            break;
          case 4:
            civil.holds.Set(round % 2 == 0 ? "grants/g1" : "grants/g9", true);
            break;
          case 5:
            w.clock.Advance(absl::Hours(round % 2 == 0 ? 24 * 365 : 1));
            break;
          case 6:
            civil.grants.Put(grant, {1, 6});
            break;  // the same once more
          case 7:
            grant.items = {"code"};
            civil.grants.Put(grant, {1, 6});
            break;
          case 8:
            resource.items[1].grading = 3;
            civil.resources.Put(resource);
            break;
          default:
            break;
        }
      }
    };
    std::vector<std::string> reasons;
    for (const bool keeps_state : {true, false}) {
      World world;
      world.civil->neighbours.keeps_state = keeps_state;
      world.source.while_reading = [&] { change(world); };
      const auto answer = world.Query(World::GoodAsk());
      delivered += answer.ok();
      reasons.emplace_back(answer.ok() ? "" : ReasonName(WhyOf(answer.status())));
    }
    CHECK(reasons[0] == reasons[1]);
  }
  CHECK(delivered > 5);
  CHECK(delivered < 100);
}

TEST_CASE("An answer that the network held back is not handed on under a grant that ended",
          "[exchange]") {
  auto [why, change, reason] = GENERATE(table<const char*, void (*)(World&), Reason>({
      {"the same once more",
       [](World& w) { w.tax->grants.Put(World::GoodGrant(), {1, 6}); }, Reason::kUnspecified},
      {"revoked",
       [](World& w) {
         Grant grant = World::GoodGrant();
         grant.state = Grant::State::kRevoked;
         w.tax->grants.Put(grant, {1, 6});
       },
       Reason::kGrantRevoked},
      {"narrowed",
       [](World& w) {
         Grant grant = World::GoodGrant();
         grant.items.pop_back();
         w.tax->grants.Put(grant, {1, 6});
       },
       Reason::kGrantOutdated},
      {"stale", [](World& w) { w.tax->neighbours.leases = false; }, Reason::kLeaseStale},
  }));
  CAPTURE(why);
  World world;
  world.on_answer = [&, change = change](absl::StatusOr<evidence::v1::Envelope> answer) {
    change(world);
    return answer;
  };
  const auto answer = world.Query(World::GoodAsk());
  INFO(answer.status());
  CHECK(answer.ok() == (reason == Reason::kUnspecified));
  if (!answer.ok()) CHECK(WhyOf(answer.status()) == reason);
  // It was let through, and it came: both nodes say so, each what it did.
  CHECK(world.civil->Evidence()[0].kind() == evidence::v1::EXCHANGE_DELIVERED);
  REQUIRE(world.tax->Evidence().size() == 1);
  CHECK(world.tax->Evidence()[0].kind() == (answer.ok() ? evidence::v1::EXCHANGE_RECEIVED
                                                        : evidence::v1::EXCHANGE_NOT_RECEIVED));
  CHECK(world.tax->Evidence()[0].response_digest() == world.civil->Evidence()[0].response_digest());
}

}  // namespace
}  // namespace shareway::exchange
