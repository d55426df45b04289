// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/holds.h"

#include <thread>
#include <utility>

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

TEST_CASE("Holds and their ends are filed in order once the authority is there again",
          "[exchange]") {
  Desk desk;
  REQUIRE(desk.Set(true, desk.Act()).ok());
  REQUIRE(desk.Set(false, desk.Act()).ok());
  const evidence::SignedAct last = desk.Act();
  REQUIRE(desk.Set(true, last).ok());
  const auto away = [](const Filing&) -> absl::StatusOr<absl::Time> {
    return absl::UnavailableError("sharing is away");
  };
  CHECK(absl::IsUnavailable(desk.holds.File(away).status()));
  CHECK_FALSE(desk.holds.List("", 10)->front().filed_time);

  // A restart remembers; the answer to the second filing is lost once.
  HoldSet held;
  Holds again(&desk.store, desk.outbox.get(), &desk.grants, &held, &desk.clock, "agencies/civil");
  std::vector<Filing> filed;
  bool lost = true;
  const auto file = [&](const Filing& filing) -> absl::StatusOr<absl::Time> {
    filed.push_back(filing);
    if (filed.size() == 2 && std::exchange(lost, false)) return absl::UnavailableError("lost");
    return absl::FromUnixSeconds(1790000000);
  };
  CHECK_FALSE(again.File(file).ok());
  CHECK(*again.File(file) == 2);
  REQUIRE(filed.size() == 4);
  CHECK((filed[0].held && !filed[1].held && !filed[2].held && filed[3].held));
  CHECK(filed[1].set_time == filed[2].set_time);
  CHECK(filed[0].set_time < filed[1].set_time);
  CHECK(filed[2].set_time < filed[3].set_time);
  CHECK(filed[3].act == last.SerializeAsString());
  CHECK(*again.File(file) == 0);
  const Hold hold = again.List("", 10)->front();
  CHECK(hold.filed_time == absl::FromUnixSeconds(1790000000));
  CHECK(hold.person == "people/head");
}

TEST_CASE("A filing that is refused for its act does not hold up others", "[exchange]") {
  Desk desk;
  REQUIRE(desk.Set(true, desk.Act()).ok());
  REQUIRE(desk.Set(true, desk.Act(), "resources/r1").ok());
  std::vector<std::string> sent;
  const auto file = [&](const Filing& filing) -> absl::StatusOr<absl::Time> {
    sent.push_back(filing.subject);
    if (filing.subject == "resources/r1") return absl::FromUnixSeconds(1790000000);
    return Error(Reason::kActInvalid, absl::StatusCode::kPermissionDenied, "left the agency");
  };
  for (const size_t more : {2u, 1u}) {  // again, and the other no more
    sent.clear();
    CHECK(WhyOf(desk.holds.File(file).status()) == Reason::kActInvalid);
    CHECK(sent.size() == more);
  }
  const auto holds = *desk.holds.List("", 10);
  REQUIRE(holds.size() == 2);
  CHECK_FALSE(holds[0].filed_time);
  CHECK(holds[1].filed_time == absl::FromUnixSeconds(1790000000));
}

TEST_CASE("Holds are listed by subject from where a page ended", "[exchange]") {
  Desk desk;
  for (const char* subject : {"resources/r1", "agencies/tax", "grants/g1", "grants/g11"}) {
    REQUIRE(desk.Set(true, desk.Act(), subject).ok());
  }
  const auto subjects = [](const std::vector<Hold>& holds) {
    std::vector<std::string> all;
    for (const Hold& hold : holds) all.push_back(hold.subject);
    return all;
  };
  using Names = std::vector<std::string>;
  CHECK(subjects(*desk.holds.List("", 3)) == Names{"agencies/tax", "grants/g1", "grants/g11"});
  CHECK(subjects(*desk.holds.List("grants/g1", 9)) == Names{"grants/g11", "resources/r1"});
}

TEST_CASE("A rule's hold is recorded and filed without a person, once", "[exchange]") {
  Desk desk;
  REQUIRE(desk.holds.SetByRule("grants/g1", "many-records").ok());
  REQUIRE(desk.holds.SetByRule("grants/g1", "many-records").ok());
  CHECK(WhyOf(desk.held.Check(kGrant)) == Reason::kHeld);
  REQUIRE(desk.Evidence().size() == 1);
  CHECK_FALSE(desk.Evidence()[0].has_act());
  const auto filings = *desk.store.LoadFilings(10);
  REQUIRE(filings.size() == 1);
  CHECK(filings[0].act.empty());
  CHECK(desk.holds.List("", 10)->front().person.empty());
  REQUIRE(desk.Set(false, desk.Act()).ok());
  CHECK(desk.held.Check(kGrant).ok());
}

TEST_CASE("A snapshot keeps what it was made for, and changes on it keep that", "[exchange]") {
  Desk desk;
  CHECK(desk.store.LoadFeed(FeedKind::kGrants)->served_digest.empty());
  REQUIRE(desk.store.KeepSnapshot(FeedKind::kGrants, {{"grants/a", "A"}}, {1, 1}, "D").ok());
  CHECK(desk.store.LoadFeed(FeedKind::kGrants)->served_digest == "D");
  REQUIRE(desk.store.KeepChange(FeedKind::kGrants, "grants/b", "B", {1, 2}, "D").ok());
  CHECK(desk.store.LoadFeed(FeedKind::kGrants)->served_digest == "D");
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

}  // namespace
}  // namespace shareway::exchange
