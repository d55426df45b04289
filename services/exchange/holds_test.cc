// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/holds.h"

#include <thread>

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/crypto/key.h"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"

namespace shareway::exchange {
namespace {

const Grant kGrant = {.name = "grants/g1",
                      .consumer = "agencies/tax",
                      .provider = "agencies/civil",
                      .resource = "resources/r1"};

struct Desk {
  kv::MemoryStore kv;
  FakeClock clock;
  ExchangeStore store{&kv};
  std::unique_ptr<outbox::Outbox> outbox = *outbox::Outbox::Open(&kv, "shareway://t/x", &clock);
  GrantTable grants;
  HoldSet held;
  Holds holds{&store, outbox.get(), &grants, &held, &clock, "agencies/civil"};

  Desk() { grants.Put(kGrant, {1, 1}); }
  evidence::SignedAct Act() const {
    return *evidence::SignAct(crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256),
                              "people/head", "/m", "r", clock.Now());
  }
  absl::Status Set(bool hold, const evidence::SignedAct& act,
                   const std::string& subject = "grants/g1") {
    return holds.Set(subject, hold, "疑似泄露", "people/head", act, "");
  }
  std::vector<evidence::AuditRecord> Evidence() const {
    std::vector<evidence::AuditRecord> records;
    (void)kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
      records.emplace_back().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      return true;
    });
    return records;
  }
};

Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("A hold stops its subject, is recorded with its act, and survives a restart",
          "[exchange]") {
  Desk desk;
  REQUIRE(desk.Set(true, desk.Act()).ok());
  CHECK(WhyOf(desk.held.Check(kGrant)) == Reason::kHeld);
  const auto records = desk.Evidence();
  REQUIRE(records.size() == 1);
  CHECK(records[0].kind() == evidence::v1::HOLD_CHANGED);
  CHECK(records[0].object() == "grants/g1");
  CHECK(records[0].has_act());
  CHECK(records[0].agencies_size() == 2);  // the consumer may know

  HoldSet restarted;
  Holds again(&desk.store, desk.outbox.get(), &desk.grants, &restarted, &desk.clock,
              "agencies/civil");
  REQUIRE(again.Restore().ok());
  CHECK(WhyOf(restarted.Check(kGrant)) == Reason::kHeld);

  REQUIRE(desk.Set(false, desk.Act()).ok());
  CHECK(desk.held.Check(kGrant).ok());
  CHECK(desk.store.LoadHolds()->empty());
}

TEST_CASE("An act holds once", "[exchange]") {
  Desk desk;
  const evidence::SignedAct act = desk.Act();
  REQUIRE(desk.Set(true, act).ok());
  REQUIRE(desk.Set(false, desk.Act()).ok());
  const absl::Status replayed = desk.Set(true, act);
  CHECK(absl::IsAborted(replayed));
  CHECK(WhyOf(replayed) == Reason::kActReplayed);
  CHECK(desk.held.Check(kGrant).ok());  // it was released, and the replay changes nothing
  CHECK(desk.Evidence().size() == 2);
}

TEST_CASE("When the store fails what is held stays held", "[exchange][fault]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  Desk desk;
  auto fail = [&] {
    desk.kv.on_commit = [applied](const kv::Batch&) {
      return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
    };
  };
  fail();
  CHECK(absl::IsUnavailable(desk.Set(true, desk.Act())));
  CHECK_FALSE(desk.held.Check(kGrant).ok());
  desk.kv.on_commit = nullptr;
  REQUIRE(desk.Set(true, desk.Act()).ok());
  fail();
  CHECK(absl::IsUnavailable(desk.Set(false, desk.Act())));
  CHECK_FALSE(desk.held.Check(kGrant).ok());
}

TEST_CASE("An act that comes twice does not release what is held", "[exchange]") {
  Desk desk;
  const evidence::SignedAct act = desk.Act();
  REQUIRE(desk.Set(true, act).ok());
  CHECK(absl::IsAborted(desk.Set(false, act)));
  CHECK_FALSE(desk.held.Check(kGrant).ok());
}

TEST_CASE("Holds and releases at the same time leave memory as the store", "[exchange]") {
  Desk desk;
  for (int round = 0; round < 50; ++round) {
    const evidence::SignedAct hold = desk.Act(), release = desk.Act();
    absl::Status set;
    std::thread other([&] { set = desk.Set(true, hold); });
    const absl::Status released = desk.Set(false, release);
    other.join();
    REQUIRE((set.ok() && released.ok()));
    REQUIRE(desk.held.Check(kGrant).ok() == desk.store.LoadHolds()->empty());
  }
}

TEST_CASE("A hold names what it stops and why", "[exchange]") {
  Desk desk;
  CHECK(absl::IsInvalidArgument(desk.Set(true, desk.Act(), "people/head")));
  CHECK(absl::IsInvalidArgument(
      desk.holds.Set("grants/g1", true, "", "people/head", desk.Act(), "")));
  CHECK(absl::IsInvalidArgument(
      desk.holds.Set("grants/g1", true, std::string(501, 'x'), "people/head", desk.Act(), "")));
  CHECK(desk.Evidence().empty());
}

TEST_CASE("A snapshot replaces what a feed had", "[exchange]") {
  Desk desk;
  CHECK(desk.store.LoadFeed(FeedKind::kGrants)->applied == Revision{});
  REQUIRE(desk.store.KeepChange(FeedKind::kGrants, "grants/a", "A", {1, 1}).ok());
  REQUIRE(desk.store.KeepChange(FeedKind::kGrants, "grants/b", "B", {1, 2}).ok());
  REQUIRE(desk.store.KeepChange(FeedKind::kResources, "resources/r", "R", {1, 9}).ok());
  CHECK(desk.store.LoadFeed(FeedKind::kGrants)->messages == std::vector<std::string>{"A", "B"});
  REQUIRE(
      desk.store.KeepSnapshot(FeedKind::kGrants, {{"grants/b", "B2"}, {"grants/c", "C"}}, {2, 1})
          .ok());
  const auto kept = desk.store.LoadFeed(FeedKind::kGrants);
  CHECK(kept->messages == std::vector<std::string>{"B2", "C"});
  CHECK(kept->applied == Revision{2, 1});
  CHECK(*desk.store.LoadResource("resources/r") == "R");
  CHECK(absl::IsNotFound(desk.store.LoadResource("resources/s").status()));
}

TEST_CASE("Replays are dropped by whole minutes", "[exchange]") {
  Desk desk;
  kv::Batch batch;
  for (int64_t minute : {10, 11, 12, 300}) desk.store.PutReplay(minute, "agencies/a/x/1", &batch);
  REQUIRE(desk.store.Commit(std::move(batch)).ok());
  REQUIRE(desk.store.DropReplays(12).ok());
  const auto kept = *desk.store.LoadReplays();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0] == std::pair<int64_t, std::string>(12, "agencies/a/x/1"));
  CHECK(kept[1].first == 300);
}

}  // namespace
}  // namespace shareway::exchange
