// SPDX-License-Identifier: Apache-2.0
// Which exchanges sharing hears of, how often, and what is left of that after a restart.
#include "services/exchange/first_exchanges.h"

#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "services/exchange/store/call_message.h"
#include "services/exchange/store/verify_message.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

// Sharing, which answers as a test says.
struct Listener {
  std::function<absl::StatusOr<bool>(const FirstExchange&)> answer = [](const FirstExchange&) {
    return true;
  };
  std::vector<FirstExchange> heard = {};

  absl::StatusOr<int> Hear(TestNode& node) {
    return node.first_exchanges.Tell([this](const FirstExchange& first) {
      heard.push_back(first);
      return answer(first);
    });
  }
};

absl::StatusOr<Answer> QueryFor(World& world, const std::string& exchange,
                                const std::string& code = "111",
                                const std::string& grant = "grants/g1") {
  Ask ask = World::GoodAsk();
  ask.exchange = exchange;
  ask.grant = grant;
  QueryOf(ask).where.conditions = {{"code", filter::Op::kPrefix, code}};
  return world.Query(std::move(ask));
}

// An operation whose answer is one opaque item.
class Picture final : public Backend {
 public:
  absl::StatusOr<BackendAnswer> Call(const BackendCall&) const override {
    return BackendAnswer{.content_type = "image/png", .content = "PICTURE"};
  }
};

absl::StatusOr<Answer> VerifyOne(World& world, const std::string& code) {
  Resource resource = World::GoodResource();
  resource.items[0].key = true;
  world.civil->resources.Put(resource);
  const Verification verification{.key = {{"code", filter::Op::kEquals, code}},
                                  .claims = {{.item = "name", .value = "another"}}};
  Ask ask = World::GoodAsk(Method::kVerify);
  ask.query_bytes = Encode(verification);
  ask.demand = verification;
  return world.Ask(std::move(ask));
}

absl::StatusOr<Answer> CallPicture(World& world) {
  Resource resource = World::GoodResource();
  resource.items[0].key = true;
  resource.operations = {{.id = "photo", .form = Operation::Form::kOpaque, .item = "name"}};
  world.civil->resources.Put(resource);
  world.civil->backends.emplace("resources/r1/operations/photo", std::make_unique<Picture>());
  const Invocation invocation{
      .operation = "photo", .body = "who", .content_type = "text/plain"};
  Ask ask = World::GoodAsk(Method::kCall);
  ask.query_bytes = Encode(invocation);
  ask.demand = invocation;
  return world.Ask(std::move(ask));
}

// The good grant, by every method.
Grant WideGrant() {
  Grant grant = World::GoodGrant();
  grant.methods = {Method::kQuery, Method::kVerify, Method::kDownload, Method::kCall};
  return grant;
}

TEST_CASE("Sharing hears of the first data under a grant, once, over a restart, too",
          "[exchange]") {
  World world;
  Listener sharing;
  REQUIRE(QueryFor(world, "x1").ok());
  const absl::Time received = world.clock.Now();
  world.clock.Advance(absl::Seconds(1));
  REQUIRE(QueryFor(world, "x2").ok());
  CHECK(*sharing.Hear(*world.tax) == 1);
  REQUIRE(sharing.heard.size() == 1);
  CHECK(sharing.heard[0].grant == "grants/g1");
  CHECK(sharing.heard[0].exchange == "x1");
  CHECK(sharing.heard[0].attempt == 1);
  CHECK(sharing.heard[0].time == received);

  REQUIRE(QueryFor(world, "x3").ok());
  CHECK(*sharing.Hear(*world.tax) == 0);
  world.RestartTax();
  REQUIRE(world.tax->first_exchanges.Restore().ok());
  REQUIRE(QueryFor(world, "x4").ok());
  CHECK(*sharing.Hear(*world.tax) == 0);
  CHECK(sharing.heard.size() == 1);
  CHECK(*sharing.Hear(*world.civil) == 0);  // the provider tells nobody
}

TEST_CASE("What sharing has not acknowledged is told again, after a restart by the next exchange",
          "[exchange]") {
  World world;
  Listener sharing;
  const std::vector<absl::Status> away = {absl::UnavailableError("away"),
                                          absl::DeadlineExceededError("slow"),
                                          absl::ResourceExhaustedError("busy"),
                                          absl::AbortedError("a lost race")};
  REQUIRE(QueryFor(world, "x1").ok());
  for (const absl::Status& status : away) {
    sharing.answer = [&](const FirstExchange&) { return status; };
    CHECK(sharing.Hear(*world.tax).status() == status);
  }
  REQUIRE(QueryFor(world, "x2").ok());  // waits behind nothing: the grant is told of already
  REQUIRE(sharing.heard.size() == away.size());
  for (const FirstExchange& first : sharing.heard) CHECK(first.exchange == "x1");

  world.RestartTax();
  REQUIRE(world.tax->first_exchanges.Restore().ok());
  sharing.answer = [](const FirstExchange&) { return true; };
  CHECK(*sharing.Hear(*world.tax) == 0);
  REQUIRE(QueryFor(world, "x3").ok());
  CHECK(*sharing.Hear(*world.tax) == 1);
  CHECK(sharing.heard.back().exchange == "x3");
}

TEST_CASE("Every way of sharing confirms that data came", "[exchange]") {
  using Way = void (*)(World&);
  auto [how, receive] = GENERATE(table<const char*, Way>({
      {"query", [](World& w) { REQUIRE(QueryFor(w, "x1").ok()); }},
      {"download",
       [](World& w) {
         std::vector<std::string> batches;
         REQUIRE(w.Download(World::GoodAsk(Method::kDownload), &batches).ok());
       }},
      {"verification of another value", [](World& w) { REQUIRE(VerifyOne(w, "113").ok()); }},
      {"opaque call",
       [](World& w) {
         Grant whole = WideGrant();
         whole.rows = {};  // what is not decoded is not filtered
         w.Put(whole);
         REQUIRE(CallPicture(w).ok());
       }},
  }));
  CAPTURE(how);
  World world;
  world.Put(WideGrant());
  receive(world);
  Listener sharing;
  CHECK(*sharing.Hear(*world.tax) == 1);
  REQUIRE(sharing.heard.size() == 1);
  CHECK(sharing.heard[0].exchange == "x1");
}

TEST_CASE("What brought nothing confirms nothing", "[exchange]") {
  using Way = void (*)(World&);
  auto [how, ask] = GENERATE(table<const char*, Way>({
      {"no record", [](World& w) { REQUIRE(QueryFor(w, "x1", "1199").ok()); }},
      {"a record that is not there", [](World& w) { REQUIRE(VerifyOne(w, "1199").ok()); }},
      {"an empty dataset",
       [](World& w) {
         w.source.rows.clear();
         std::vector<std::string> batches;
         REQUIRE(w.Download(World::GoodAsk(Method::kDownload), &batches).ok());
       }},
      {"a transfer that was cut",
       [](World& w) {
         w.on_part = [](TransferPart part) -> absl::StatusOr<TransferPart> {
           if (part.manifest) return absl::UnavailableError("cut");
           return part;
         };
         std::vector<std::string> batches;
         REQUIRE_FALSE(w.Download(World::GoodAsk(Method::kDownload), &batches).ok());
       }},
      {"the provider refuses",
       [](World& w) {
         w.civil->holds.Set("grants/g1", true);
         REQUIRE_FALSE(QueryFor(w, "x1").ok());
       }},
      {"no answer",
       [](World& w) {
         w.on_send = [](const std::string&) { return absl::UnavailableError("away"); };
         REQUIRE_FALSE(QueryFor(w, "x1").ok());
       }},
      {"a receipt that is not durable",
       [](World& w) {
         w.tax_store.on_commit = [](const kv::Batch&) {
           return kv::Outcome{.apply = false, .status = absl::UnavailableError("disk")};
         };
         REQUIRE_FALSE(QueryFor(w, "x1").ok());
         w.tax_store.on_commit = nullptr;
       }},
      {"a grant that no request stands behind",
       [](World& w) {
         Grant direct = WideGrant();
         direct.request.clear();
         w.Put(direct);
         REQUIRE(QueryFor(w, "x1").ok());
       }},
  }));
  CAPTURE(how);
  World world;
  world.Put(WideGrant());
  ask(world);
  Listener sharing;
  CHECK(*sharing.Hear(*world.tax) == 0);
  CHECK(sharing.heard.empty());
}

TEST_CASE("A grant that sharing does not settle rests for an hour, and no other waits for it",
          "[exchange]") {
  const bool refused = GENERATE(false, true);
  CAPTURE(refused);
  World world;
  Grant other = World::GoodGrant();
  other.name = "grants/g2";
  world.Put(other);
  Listener sharing;
  sharing.answer = [&](const FirstExchange& first) -> absl::StatusOr<bool> {
    if (first.grant == "grants/g2") return true;
    if (refused) return absl::PermissionDeniedError("not yours");
    return false;  // the consumer disputes the supply
  };
  REQUIRE(QueryFor(world, "x1").ok());
  REQUIRE(QueryFor(world, "x2", "111", "grants/g2").ok());
  CHECK(*sharing.Hear(*world.tax) == 1);
  CHECK(sharing.heard.size() == 2);

  world.clock.Advance(FirstExchanges::kRest - absl::Seconds(1));
  CHECK(*sharing.Hear(*world.tax) == 0);
  REQUIRE(QueryFor(world, "x3").ok());
  CHECK(*sharing.Hear(*world.tax) == 0);
  CHECK(sharing.heard.size() == 2);

  world.clock.Advance(absl::Seconds(1));
  CHECK(*sharing.Hear(*world.tax) == 0);
  sharing.answer = [](const FirstExchange&) { return true; };
  REQUIRE(QueryFor(world, "x4").ok());
  CHECK(*sharing.Hear(*world.tax) == 1);
  CHECK(sharing.heard.back().exchange == "x4");
}

TEST_CASE("A mark that cannot be written is made up for after a restart", "[exchange][fault]") {
  World world;
  Listener sharing;
  REQUIRE(QueryFor(world, "x1").ok());
  world.tax_store.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::UnavailableError("disk")};
  };
  CHECK(*sharing.Hear(*world.tax) == 1);
  world.tax_store.on_commit = nullptr;
  REQUIRE(QueryFor(world, "x2").ok());
  CHECK(*sharing.Hear(*world.tax) == 0);
  world.RestartTax();
  REQUIRE(world.tax->first_exchanges.Restore().ok());
  REQUIRE(QueryFor(world, "x3").ok());
  CHECK(*sharing.Hear(*world.tax) == 1);
}

// By hand: exchange_service_test "What a known grant costs an exchange".
TEST_CASE("What a known grant costs an exchange", "[.bench]") {
  constexpr int kGrants = 10'000;
  constexpr int kRounds = 2'000'000;
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  kv::MemoryStore kv;
  FakeClock clock;
  ExchangeStore store(&kv);
  FirstExchanges firsts(&store, &clock);
  std::vector<Grant> grants(kGrants, World::GoodGrant());
  for (int i = 0; i < kGrants; ++i) {
    grants[static_cast<size_t>(i)].name = absl::StrCat("grants/g", i);
    firsts.Received(grants[static_cast<size_t>(i)], "x", 1);
  }
  const int64_t begin = absl::GetCurrentTimeNanos();
  uint32_t at = 1;
  for (int i = 0; i < kRounds; ++i) {
    at = at * 1664525u + 1013904223u;
    firsts.Received(grants[(at >> 8) % kGrants], "x", 1);
  }
  std::cout << "a known grant: " << (absl::GetCurrentTimeNanos() - begin) / kRounds << " ns\n";
}

}  // namespace
}  // namespace shareway::exchange
