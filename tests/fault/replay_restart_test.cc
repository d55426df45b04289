// SPDX-License-Identifier: Apache-2.0
// Replayed envelopes of real exchanges, many times over, across restarts of the provider's node on
// its own disk: none is answered a second time, and for none is anything read, taken from a quota or
// asked of a system again.
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/kv/rocks_store.h"
#include "services/exchange/quotas.h"
#include "services/exchange/store/call_message.h"
#include "services/exchange/store/verify_message.h"
#include "services/exchange/test_world.h"
#include "tests/support/campaign.h"
#include "tests/support/temp_dir.h"

namespace shareway::testing {
namespace {

using exchange::Answer;
using exchange::Method;
using exchange::Row;
using exchange::RowPage;
using exchange::World;
using evidence::v1::Envelope;

constexpr int kThreads = 3;
constexpr int kReplaysOfOne = 5'000;  // in one life of the node
constexpr int kAsksOfOne = 45;

// One record; counts how often it is looked at.
class OneRecord final : public exchange::DatasetSource {
 public:
  mutable std::atomic<int> read = 0;
  absl::StatusOr<RowPage> Read(const exchange::ReadRequest& request) const override {
    ++read;
    RowPage page{.version = "v1", .rows = {Row(request.items.size() + request.keys.size(), "113")}};
    page.types.assign(request.items.size(), exchange::ItemType::kText);
    return page;
  }
  absl::StatusOr<std::unique_ptr<exchange::RowCursor>> Open(
      const exchange::ReadRequest&) const override {
    return absl::UnimplementedError("no transfers here");
  }
};

// A system that acts each time that it is asked.
class Acting final : public exchange::Backend {
 public:
  explicit Acting(std::atomic<int>* acts) : acts_(acts) {}
  absl::StatusOr<exchange::BackendAnswer> Call(const exchange::BackendCall& call) const override {
    ++*acts_;
    return exchange::BackendAnswer{.rows = {Row(call.items.size(), "113")}};
  }

 private:
  std::atomic<int>* const acts_;
};

// Sharing gives what is asked for.
class Slices final : public exchange::QuotaSlices {
 public:
  absl::StatusOr<exchange::Amounts> Take(const exchange::Grant&, absl::CivilDay,
                                         const exchange::Amounts& wanted) override {
    return wanted;
  }
};

// One life of civil's node, on a store of its own. Takes the place of World's.
struct Life {
  Life(World* world, const OneRecord* source, Slices* slices, const std::string& dir)
      : kv(*kv::OpenRocks(dir)),
        store(kv.get()),
        intents(kv.get()),
        usage(kv.get()),
        outbox(*outbox::Outbox::Open(kv.get(), "shareway://test/agency/civil/node/n1",
                                     &world->clock)),
        query(source, &world->civil->corrections, std::string(32, 's')),
        verify(source, &world->civil->corrections, std::string(32, 's')),
        quotas({.store = &usage, .exchanges = &store, .slices = slices, .clock = &world->clock,
                .secret = std::string(32, 's')}) {
    REQUIRE(quotas.Restore().ok());
    exchange::TestNode& civil = *world->civil;
    civil.provider = std::make_unique<exchange::Provider>(exchange::Provider::Parts{
        .store = &store, .intents = &intents, .outbox = outbox.get(), .signer = &civil.signer,
        .neighbours = &civil.neighbours, .grants = &civil.grants, .resources = &civil.resources,
        .holds = &civil.holds, .replays = &replays, .rejected = &civil.rejected,
        .source = source,
        .servings = {nullptr, &query, &verify, nullptr, &civil.call_serving},
        .usage = &quotas, .room = &civil.room, .clock = &world->clock, .node = civil.name});
  }

  std::unique_ptr<kv::Store> kv;
  exchange::ExchangeStore store;
  exchange::IntentStore intents;
  exchange::UsageStore usage;
  std::unique_ptr<outbox::Outbox> outbox;
  exchange::ReplaySet replays;
  exchange::QueryServing query;
  exchange::VerifyServing verify;
  exchange::Quotas quotas;
};

// What the provider answered to an envelope when it came first.
struct Recorded {
  Envelope envelope = {};
  std::string outcome = {};          // as EXCHANGE_SETTLED names it
  std::string response_digest = {};  // hexadecimal
};

exchange::Ask AskOf(int n) {
  const Method method = n % 3 == 0 ? Method::kQuery : n % 3 == 1 ? Method::kVerify : Method::kCall;
  exchange::Ask ask = World::GoodAsk(method);
  ask.exchange = absl::StrCat("x", n);
  ask.purpose = 1;
  if (method == Method::kQuery) {
    exchange::QueryOf(ask).where = {{{"code", filter::Op::kEquals, "113"}}};
    ask.query_bytes = Encode(exchange::QueryOf(ask));
  } else if (method == Method::kVerify) {
    const exchange::Verification asked = {.key = {{"code", filter::Op::kEquals, "113"}},
                                          .claims = {{.item = "name", .value = "113"}}};
    ask.demand = asked;
    ask.query_bytes = Encode(asked);
  } else {
    const exchange::Invocation asked = {.operation = "act"};
    ask.demand = asked;
    ask.query_bytes = Encode(asked);
  }
  return ask;
}

struct Replays {
  Replays() {
    exchange::Grant grant = World::GoodGrant();
    grant.methods = {Method::kQuery, Method::kVerify, Method::kCall};
    grant.day = {.calls = 1'000'000};
    world.Put(grant);
    exchange::Resource resource = World::GoodResource();
    resource.items[0].key = true;
    resource.operations = {{.id = "act", .form = exchange::Operation::Form::kJson}};
    world.civil->resources.Put(resource);
    world.civil->backends.emplace("resources/r1/operations/act", std::make_unique<Acting>(&acts));
    day = grant;
  }
  ~Replays() { world.civil->provider.reset(); }

  // Real exchanges: some are retried because the answer is lost, some are refused.
  void AskSome() {
    for (int n = 0; n < kAsksOfOne; ++n, ++asked) {
      const bool held = n % 9 == 4;
      const int losses = n % 5 == 2 ? 1 + n % 2 : 0;
      world.civil->holds.Set("grants/g1", held);
      for (int attempt = 0; attempt <= losses; ++attempt) {
        world.on_answer = [&, attempt](auto answer) -> absl::StatusOr<Envelope> {
          if (!answer.ok()) return answer;
          const auto response = exchange::DecodeResponse(answer->payload());
          const bool delivered = response->outcome == exchange::Outcome::kDelivered;
          all.push_back({world.sent.back(), delivered ? "DELIVERED" : "REFUSED",
                         ToHex(crypto::Sha256(answer->payload()).view())});
          deliveries += delivered;
          if (attempt < losses) return absl::UnavailableError("cut");
          return answer;
        };
        const auto answer = world.Ask(AskOf(asked));
        INFO(answer.status());
        CHECK(answer.ok() == (!held && attempt == losses));
      }
    }
    world.on_answer = nullptr;
    world.civil->holds.Set("grants/g1", false);
  }

  // Sends what was recorded in any order from several threads, some of it at the same time twice.
  void ReplayMany(unsigned seed) {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, seed, t] {
        // Every other one is the same for all threads: twins meet.
        std::mt19937 common(seed), own(seed + 1000 + static_cast<unsigned>(t));
        for (int n = 0; n < kReplaysOfOne; n += kThreads) {
          const Recorded& one = all[(n % 2 == 0 ? common : own)() % all.size()];
          const auto answer = world.Send(one.envelope);
          ++replayed;
          if (answer.ok()) {
            ++answered;
          } else if (!RightlyRefused(one, answer.status())) {
            ++wrong;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  static bool RightlyRefused(const Recorded& one, const absl::Status& status) {
    const auto details = DetailsOf(status);
    return absl::IsAlreadyExists(status) && details &&
           details->reason == Reason::kExchangeSettled &&
           details->metadata.at("outcome") == one.outcome &&
           details->metadata.at("response_digest") == one.response_digest;
  }

  World world;
  OneRecord source;
  Slices slices;
  std::atomic<int> acts = 0;
  exchange::Grant day;
  std::vector<Recorded> all;
  int asked = 0, deliveries = 0;
  std::atomic<int64_t> replayed = 0, answered = 0, wrong = 0;
};

TEST_CASE("A replayed envelope is answered by nothing but its outcome, over any number of restarts",
          "[fault]") {
  const int restarts = Rounds(20, 200);
  const unsigned seed = DaySeed();
  INFO("SHAREWAY_SEED=" << seed);
  const TempDir dir;
  Replays t;
  int last = 0;
  auto life = std::make_unique<Life>(&t.world, &t.source, &t.slices, dir / "0");
  for (int round = 0; round <= restarts; ++round) {
    CAPTURE(round);
    t.AskSome();
    if (round % 3 == 1) {  // beyond the time for which a node remembers what came
      t.world.clock.Advance(absl::Minutes(6));
      life->replays.Forget(exchange::ReplaySet::FirstMinute(t.world.clock.Now()));
    }
    if (round % 2 == 0) {
      life.reset();
    } else {
      // As a process leaves it that was killed: nothing is flushed or closed.
      const std::string crashed = dir / absl::StrCat(++last);
      std::filesystem::copy(dir / absl::StrCat(last - 1), crashed,
                            std::filesystem::copy_options::recursive);
      life.reset();
      std::filesystem::remove_all(dir / absl::StrCat(last - 1));
      std::filesystem::remove(crashed + "/LOCK");
    }
    life = std::make_unique<Life>(&t.world, &t.source, &t.slices, dir / absl::StrCat(last));

    const int read = t.source.read, acts = t.acts;
    const uint64_t records = life->kv->LogHead("outbox");
    const auto left = life->quotas.LeftOf(t.day);
    t.ReplayMany(seed + static_cast<unsigned>(round));
    CHECK(t.answered == 0);
    CHECK(t.wrong == 0);
    CHECK(t.source.read == read);
    CHECK(t.acts == acts);
    CHECK(life->kv->LogHead("outbox") == records);
    CHECK(life->quotas.LeftOf(t.day) == left);
  }
  // By the evidence, too, each attempt ended once.
  std::map<std::string, int> ends;
  int delivered = 0;
  REQUIRE(life->kv->ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
    evidence::AuditRecord record;
    REQUIRE(record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    ++ends[absl::StrCat(record.exchange(), " ", record.attempt())];
    delivered += record.kind() == evidence::v1::EXCHANGE_DELIVERED;
    return true;
  }).ok());
  for (const auto& [attempt, count] : ends) {
    CAPTURE(attempt);
    CHECK(count == 1);
  }
  CHECK(ends.size() == t.all.size());
  CHECK(delivered == t.deliveries);
  CHECK(t.deliveries > 20 * restarts);
  CHECK(t.replayed >= int64_t{5'000} * restarts);
  std::printf("seed %u: %zu envelopes, %d of them delivered, replayed %lld times over %d restarts: "
              "%lld answered\n",
              seed, t.all.size(), t.deliveries, static_cast<long long>(t.replayed.load()),
              restarts, static_cast<long long>(t.answered.load()));
}

}  // namespace
}  // namespace shareway::testing
