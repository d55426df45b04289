// SPDX-License-Identifier: Apache-2.0
// Day quotas and mismatch limits hold: with many threads, over crashes, over the end of a day.
#include "services/exchange/quotas.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/kv/memory_store.h"

namespace shareway::exchange {
namespace {

// Sharing: gives out a day's limit in slices, and can be away.
class Pot final : public QuotaSlices {
 public:
  absl::StatusOr<Amounts> Take(const Grant& grant, absl::CivilDay day,
                               const Amounts& wanted) override {
    absl::MutexLock lock(&mutex);
    ++asked;
    if (away) return absl::UnavailableError("sharing is away");
    Amounts& gone = given[day];
    const Amounts rest = grant.day - gone;
    const Amounts slice = {.calls = std::min(rest.calls, wanted.calls),
                           .rows = std::min(rest.rows, wanted.rows),
                           .bytes = std::min(rest.bytes, wanted.bytes)};
    if (slice.none()) return absl::ResourceExhaustedError("nothing is left");
    gone = gone + slice;
    return slice;
  }
  absl::Mutex mutex;
  std::map<absl::CivilDay, Amounts> given;
  std::atomic<bool> away = false;
  std::atomic<int> asked = 0;
};

struct Fixture {
  kv::MemoryStore kv;
  FakeClock clock;
  ExchangeStore exchanges{&kv};
  UsageStore store{&kv};
  Pot pot;
  std::unique_ptr<Quotas> quotas;
  Grant grant = {.name = "grants/g1",
                 .consumer = "agencies/tax",
                 .provider = "agencies/civil",
                 .resource = "resources/r1",
                 .items = {"code", "name"},
                 .day = {.calls = 100}};
  const Resource resource = {.name = "resources/r1", .items = {{.id = "code", .key = true}}};
  const Permission permission = {.items = {"code", "name"}};

  Fixture() { Restart(); }
  void Restart() {
    quotas = std::make_unique<Quotas>(Quotas::Parts{.store = &store,
                                                    .exchanges = &exchanges,
                                                    .slices = &pot,
                                                    .clock = &clock,
                                                    .secret = std::string(32, 's')});
    REQUIRE(quotas->Restore().ok());
  }

  // One exchange as the provider's node runs it; OK: its answer left.
  absl::Status Exchange(const std::string& id, uint32_t attempt = 1, Demand demand = Query{},
                        Served served = {.body = "12345", .records = 2}) {
    const Request request = {.exchange = id,
                             .attempt = attempt,
                             .consumer = grant.consumer,
                             .grant = grant.name,
                             .operator_digest = "op"};
    const Permitted permitted{request, demand, grant, resource, permission};
    if (absl::Status taken = quotas->Take(permitted); !taken.ok()) return taken;
    if (absl::Status fits = quotas->Fit(permitted, served); !fits.ok()) {
      quotas->Undo(permitted);
      return fits;
    }
    kv::Batch batch;
    exchanges.PutAnswered({.consumer = grant.consumer,
                           .exchange = id,
                           .attempt = attempt,
                           .outcome = Outcome::kDelivered,
                           .grant = grant.name,
                           .settle_time = clock.Now()},
                          &batch);
    absl::Status kept;
    quotas->Keep(permitted, served, &batch, [&] { kept = exchanges.Commit(std::move(batch)); });
    if (kept.ok()) {
      quotas->Kept(permitted, served);
    } else {
      quotas->Undo(permitted);
    }
    return kept;
  }
  absl::Status Verify(const std::string& id, const std::string& key, bool matches,
                      uint32_t attempt = 1) {
    Verification verification = {.key = {{"code", filter::Op::kEquals, key}},
                                 .claims = {{"name", "甲"}}};
    return Exchange(id, attempt, verification,
                    {.body = "b", .records = 1, .mismatches = matches ? 0u : 1u});
  }
};

Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("Exactly the day's calls leave, and again from midnight in Beijing on", "[exchange]") {
  Fixture t;
  for (int i = 0; i < 100; ++i) REQUIRE(t.Exchange(absl::StrCat("x", i)).ok());
  CHECK(t.quotas->LeftOf(t.grant)->calls == 0);
  const absl::Status over = t.Exchange("over");
  CHECK(absl::IsResourceExhausted(over));
  CHECK(WhyOf(over) == Reason::kQuotaExhausted);
  t.clock.Advance(absl::Hours(24));
  CHECK(t.Exchange("tomorrow").ok());
  CHECK(t.quotas->LeftOf(t.grant)->calls == 99);
  t.quotas->Refill();
  CHECK(t.store.LoadDay(QuotaDay(t.clock.Now()))->size() == 1);
}

TEST_CASE("A day ends at midnight in Beijing", "[exchange]") {
  const absl::Time midnight = absl::FromDateTime(2026, 11, 22, 16, 0, 0, absl::UTCTimeZone());
  CHECK(DayName(QuotaDay(midnight - absl::Nanoseconds(1))) == "2026-11-22");
  CHECK(DayName(QuotaDay(midnight)) == "2026-11-23");
}

TEST_CASE("Rows and bytes count by what leaves, and what does not fit leaves nothing used",
          "[exchange]") {
  Fixture t;
  t.grant.day = {.rows = 5, .bytes = 1000};
  REQUIRE(t.Exchange("a").ok());
  REQUIRE(t.Exchange("b").ok());
  CHECK(WhyOf(t.Exchange("c")) == Reason::kQuotaExhausted);
  CHECK(t.Exchange("d", 1, Query{}, {.body = "1", .records = 1}).ok());
  CHECK(*t.quotas->LeftOf(t.grant) == Amounts{.rows = 0, .bytes = 1000 - 11});
  CHECK(WhyOf(t.Exchange("e", 1, Query{}, {.body = std::string(990, 'x')})) ==
        Reason::kQuotaExhausted);
}

TEST_CASE("A grant without quota is counted nowhere", "[exchange]") {
  Fixture t;
  t.grant.day = {};
  for (int i = 0; i < 300; ++i) REQUIRE(t.Exchange(absl::StrCat("x", i)).ok());
  CHECK(t.pot.asked == 0);
  CHECK_FALSE(t.quotas->LeftOf(t.grant));
  CHECK(t.store.LoadDay(QuotaDay(t.clock.Now()))->empty());
}

TEST_CASE("A retry of what was delivered is free for ten minutes, its rows are not",
          "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 2, .rows = 100};
  REQUIRE(t.Exchange("x").ok());
  REQUIRE(t.Exchange("x", 2).ok());
  CHECK(*t.quotas->LeftOf(t.grant) == Amounts{.calls = 1, .rows = 96});
  t.Restart();  // what is free is known from the store
  t.clock.Advance(absl::Minutes(10));
  REQUIRE(t.Exchange("x", 3).ok());
  CHECK(t.quotas->LeftOf(t.grant)->calls == 1);
  REQUIRE(t.Exchange("y").ok());
  t.clock.Advance(absl::Minutes(10) + absl::Seconds(1));
  CHECK(WhyOf(t.Exchange("y", 2)) == Reason::kQuotaExhausted);
  // An id that was used under another grant is no retry.
  Fixture other;
  REQUIRE(other.Exchange("x").ok());
  other.grant.name = "grants/g2";
  REQUIRE(other.Exchange("x", 2).ok());
  CHECK(other.quotas->LeftOf(other.grant)->calls == 99);
}

TEST_CASE("64 threads take the whole day's quota and not one call more", "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 1000, .rows = 1'000'000};
  std::atomic<int> delivered = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; t.Exchange(absl::StrCat("x", i, "-", j)).ok(); ++j) ++delivered;
    });
  }
  std::thread refill([&] {
    while (!done) t.quotas->Refill();
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  refill.join();
  CHECK(delivered == 1000);
  CHECK(t.quotas->LeftOf(t.grant)->calls == 0);
}

TEST_CASE("Over a crash at every commit no more leaves than the day has", "[exchange][fault]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  Fixture t;
  t.grant.day = {.calls = 60, .rows = 100};
  int delivered = 0;
  uint64_t rows = 0;
  // The commit after each k-th exchange fails, and the node starts again on its store.
  for (int id = 0; id < 200; ++id) {
    const bool crashes = id % 3 == 2;
    if (crashes) {
      t.kv.on_commit = [applied](const kv::Batch&) {
        return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
      };
    }
    if (t.Exchange(absl::StrCat("x", id)).ok()) {
      ++delivered;
      rows += 2;
    }
    t.kv.on_commit = nullptr;
    if (crashes) t.Restart();
  }
  CHECK(delivered <= 60);
  CHECK(rows <= 100);
  CHECK(delivered >= 20);  // a crash costs a slice at most
}

TEST_CASE("Two nodes with one pot stay within one limit", "[exchange]") {
  Fixture t;
  kv::MemoryStore other_kv;
  UsageStore other_store(&other_kv);
  Quotas other({.store = &other_store,
                .exchanges = &t.exchanges,
                .slices = &t.pot,
                .clock = &t.clock,
                .secret = "s"});
  int delivered = 0;
  for (int i = 0; i < 300; ++i) {
    if (i % 2 == 0) {
      if (t.Exchange(absl::StrCat("x", i)).ok()) ++delivered;
      continue;
    }
    const Request request = {.exchange = absl::StrCat("y", i),
                             .attempt = 1,
                             .consumer = t.grant.consumer};
    const Demand demand = Query{};
    const Permitted permitted{request, demand, t.grant, t.resource, t.permission};
    if (!other.Take(permitted).ok()) continue;
    kv::Batch batch;
    other.Keep(permitted, {}, &batch, [] {});
    other.Kept(permitted, {});
    ++delivered;
  }
  CHECK(delivered == 100);
}

TEST_CASE("Without sharing what was leased can be used, then callers may try again",
          "[exchange]") {
  Fixture t;
  REQUIRE(t.Exchange("first").ok());
  t.pot.away = true;
  int more = 0;
  absl::Status ended;
  for (int i = 0; ended.ok(); ++i, ++more) ended = t.Exchange(absl::StrCat("x", i));
  CHECK(more >= 15);
  CHECK(absl::IsUnavailable(ended));
  CHECK(WhyOf(ended) == Reason::kLeaseStale);
  t.pot.away = false;
  CHECK(t.Exchange("again").ok());
}

TEST_CASE("What was used lately is leased ahead", "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 1000};
  for (int i = 0; i < 45; ++i) REQUIRE(t.Exchange(absl::StrCat("x", i)).ok());
  t.quotas->Refill();
  const int asked = t.pot.asked;
  for (int i = 0; i < 300; ++i) REQUIRE(t.Exchange(absl::StrCat("y", i)).ok());
  CHECK(t.pot.asked == asked);
}

TEST_CASE("What an attempt holds is neither taken twice nor counted without it", "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 100, .rows = 100};
  const Request request = {
      .exchange = "x", .attempt = 1, .consumer = t.grant.consumer, .grant = t.grant.name};
  const Demand demand = Query{};
  const Permitted permitted{request, demand, t.grant, t.resource, t.permission};
  const Served rows = {.body = "b", .records = 3};
  kv::Batch without;
  CHECK(t.quotas->Fit(permitted, rows).code() == absl::StatusCode::kInternal);
  t.quotas->Keep(permitted, rows, &without, [] {});
  CHECK_FALSE(t.exchanges.Commit(std::move(without)).ok());

  REQUIRE(t.quotas->Take(permitted).ok());
  const absl::Status twice = t.quotas->Take(permitted);
  CHECK(absl::IsAlreadyExists(twice));
  CHECK(WhyOf(twice) == Reason::kExchangeSettled);
  REQUIRE(t.quotas->Fit(permitted, rows).ok());
  kv::Batch batch;
  t.quotas->Keep(permitted, rows, &batch, [] {});
  CHECK(t.exchanges.Commit(std::move(batch)).ok());
  t.quotas->Kept(permitted, rows);
  CHECK(*t.quotas->LeftOf(t.grant) == Amounts{.calls = 99, .rows = 97});
}

TEST_CASE("Who is refused does not hear how this node reaches sharing", "[exchange]") {
  Fixture t;
  t.pot.away = true;
  const absl::Status refused = t.Exchange("x");
  CHECK(WhyOf(refused) == Reason::kLeaseStale);
  CHECK(refused.message().find("sharing is away") == absl::string_view::npos);
}

TEST_CASE("Nodes of one agency share its mismatches, with one each at least", "[exchange]") {
  auto [nodes, most] = GENERATE(table<size_t, int>({{1, 5}, {2, 2}, {5, 1}, {9, 1}}));
  CAPTURE(nodes);
  Fixture t;
  t.grant.day = {};
  const size_t there = nodes;
  t.quotas = std::make_unique<Quotas>(
      Quotas::Parts{.store = &t.store,
                    .exchanges = &t.exchanges,
                    .slices = &t.pot,
                    .clock = &t.clock,
                    .secret = std::string(32, 's'),
                    .nodes = [there](absl::string_view provider) {
                      return provider == "agencies/civil" ? there : 0;
                    }});
  int missed = 0;
  while (missed < 10 && t.Verify(absl::StrCat("m", missed), "110", false).ok()) ++missed;
  CHECK(missed == most);
}

TEST_CASE("After five mismatches on one record a day it is verified no more", "[exchange]") {
  Fixture t;
  t.grant.day = {};
  for (int i = 0; i < 4; ++i) REQUIRE(t.Verify(absl::StrCat("m", i), "110", false).ok());
  REQUIRE(t.Verify("match", "110", true).ok());
  t.Restart();  // the count is durable
  REQUIRE(t.Verify("m4", "110", false).ok());
  const absl::Status over = t.Verify("m5", "110", true);
  CHECK(absl::IsResourceExhausted(over));
  CHECK(WhyOf(over) == Reason::kMismatchesExhausted);
  CHECK(over.message().find("110") == absl::string_view::npos);
  CHECK(t.Verify("other", "111", false).ok());
  Grant before = t.grant;
  t.grant.consumer = "agencies/housing";
  CHECK(t.Verify("theirs", "110", false).ok());
  t.grant = before;
  t.clock.Advance(absl::Hours(24));
  CHECK(t.Verify("tomorrow", "110", true).ok());
}

TEST_CASE("Verifications at once cannot miss more often than allowed", "[exchange]") {
  Fixture t;
  t.grant.day = {};
  std::atomic<int> missed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 4; ++j) {
        if (t.Verify(absl::StrCat("x", i, "-", j), "110", false).ok()) ++missed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(missed == 5);
}

TEST_CASE("A retry of a verification that missed is no further guess", "[exchange]") {
  Fixture t;
  t.grant.day = {};
  for (int i = 0; i < 4; ++i) REQUIRE(t.Verify(absl::StrCat("m", i), "110", false).ok());
  REQUIRE(t.Verify("m3", "110", false, 2).ok());
  CHECK(t.Verify("m4", "110", false).ok());
  CHECK(WhyOf(t.Verify("m5", "110", false)) == Reason::kMismatchesExhausted);
}

}  // namespace
}  // namespace shareway::exchange
