// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/log_heads.h"

#include <algorithm>

#include "catch2/catch.hpp"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

// One node's view of a log.
struct View {
  explicit View(FakeLog* fake) : log(fake) { Restart(); }
  void Restart(const std::string& settled = "") {
    heads = *LogHeads::Open({.log = log,
                             .store = &store,
                             .clock = &clock,
                             .log_key = FakeLog::VerifierKey(),
                             .settled = settled});
  }
  // Shows the log's own candidate; the newest from then on.
  absl::Status Show(const std::string& note) {
    auto linked = heads->Link(note, "services/audit");
    return linked.ok() ? heads->Believe(*linked, "services/audit") : linked.status();
  }
  // As soon as the node checks what it heard.
  void Hear(const LogHeadPtr& head) {
    heads->Heard(head, "agencies/a/nodes/n1");
    heads->CheckHeard();
  }
  uint64_t size() const { return heads->newest() == nullptr ? 0 : heads->newest()->size; }

  FakeLog* const log;
  FakeClock clock;
  kv::MemoryStore kv;
  WitnessStore store{&kv};
  std::unique_ptr<LogHeads> heads;
};

TEST_CASE("Heads of one history are believed in, in whatever order they come", "[exchange]") {
  FakeLog log;
  log.Append(20);
  View view(&log);
  CHECK(view.heads->newest() == nullptr);
  for (const uint64_t size : {7u, 12u, 3u, 12u, 20u, 0u}) {
    const auto linked = view.heads->Link(log.Note(size), "services/audit");
    REQUIRE(linked.ok());
    CHECK(linked->tree().size == size);
    const uint64_t before = view.size();
    REQUIRE(view.heads->Believe(*linked, "services/audit").ok());
    CHECK(view.size() == std::max(before, size));
  }
  CHECK(view.size() == 20);
  CHECK(view.heads->newest()->SameTree(*log.Head()));
  CHECK(view.heads->may_cosign());
}

TEST_CASE("A head that the log did not sign is nobody's", "[exchange]") {
  FakeLog log;
  log.Append(5);
  View view(&log);
  REQUIRE(view.Show(log.Note()).ok());
  const crypto::PrivateKey other = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  const std::string forged =
      *evidence::SignNote(other, {"d.example/audit", 9, crypto::Sha256("root")});
  CHECK(absl::IsDataLoss(view.Show(forged)));

  LogHead spoilt = *log.Head();
  for (auto spoil : {+[](LogHead* head) { head->root[0] ^= 1; },
                     +[](LogHead* head) { head->signature[0] ^= 1; },
                     +[](LogHead* head) { head->signature.clear(); },
                     +[](LogHead* head) { head->root = "short"; },
                     +[](LogHead* head) { head->size += 1; }}) {
    LogHead head = spoilt;
    spoil(&head);
    view.Hear(std::make_shared<const LogHead>(head));
    view.clock.Advance(2 * kLinkWithin);
    view.heads->CheckHeard();
    CHECK_FALSE(view.heads->forked());
    CHECK(view.heads->may_cosign());
  }
  CHECK(view.size() == 5);
}

TEST_CASE("Heads that do not fit together are a fork, for good", "[exchange]") {
  FakeLog log, other;
  log.Append(10);
  other.Append(10);
  log.Append(4, "one");
  other.Append(4, "another");
  View view(&log);
  REQUIRE(view.Show(log.Note(12)).ok());
  const uint64_t size = GENERATE(12u, 13u, 11u);  // the same size, a larger and a smaller one
  CAPTURE(size);
  const bool by_gossip = GENERATE(false, true);
  CAPTURE(by_gossip);
  if (by_gossip) {
    view.Hear(other.Head(size));
  } else {
    CHECK(WhyOf(view.Show(other.Note(size))) == Reason::kLogForked);
  }
  CHECK(view.heads->forked());
  CHECK_FALSE(view.heads->may_cosign());
  CHECK(view.size() == 12);
  // Nothing is believed any more, not even what fits.
  CHECK_FALSE(view.Show(log.Note(14)).ok());
  const std::optional<LogFork> fork = *view.store.LoadFork();
  REQUIRE(fork.has_value());
  for (const std::string& note : {fork->ours, fork->theirs}) {
    CHECK(evidence::OpenNote(note, FakeLog::VerifierKey()).ok());  // the proof convicts the log
  }
  CHECK(fork->from == (by_gossip ? "agencies/a/nodes/n1" : "services/audit"));

  view.Restart("another id");
  CHECK(view.heads->forked());
  view.Restart(fork->id());  // an operator has cleared it up
  CHECK_FALSE(view.heads->forked());
  CHECK_FALSE(view.store.LoadFork()->has_value());
  if (GENERATE(false, true)) view.Restart();
  CHECK(view.heads->may_cosign());
  // The log's own history goes on, and who still shows the other head changes nothing.
  REQUIRE(view.Show(log.Note(12)).ok());
  view.Hear(other.Head(size));
  CHECK(WhyOf(view.Show(other.Note(size))) == Reason::kLogForked);
  CHECK(view.heads->may_cosign());
  CHECK_FALSE(view.store.LoadFork()->has_value());
  REQUIRE(view.Show(log.Note(14)).ok());
  CHECK(view.size() == 14);
  view.Hear(other.Head(14));  // more of the other history is another fork
  CHECK(view.heads->forked());
}

TEST_CASE("A witness forgets its own head when that is the one found wrong", "[exchange]") {
  FakeLog log, other;
  log.Append(12);
  other.Append(12, "another");
  View view(&log);
  const bool own = GENERATE(true, false);
  CAPTURE(own);
  const LogFork fork{.ours = log.Note(12), .theirs = other.Note(12), .from = "services/audit"};
  REQUIRE(view.store.KeepHead({.note = own ? other.Note(12) : log.Note(12)}, 12, 0).ok());
  REQUIRE(view.store.KeepFork(fork).ok());
  view.Restart();
  CHECK(view.heads->forked());
  view.Restart(fork.id());
  CHECK(view.heads->may_cosign());
  CHECK((*view.store.LoadHead()).has_value() == !own);
  CHECK(view.size() == (own ? 0 : 12));
  CHECK(view.Show(log.Note(12)).ok());
}

TEST_CASE("Heads that were linked side by side are linked to each other too", "[exchange]") {
  FakeLog log;
  log.Append(14);
  View view(&log);
  REQUIRE(view.Show(log.Note(10)).ok());
  const auto first = view.heads->Link(log.Note(12), "services/audit");
  REQUIRE(first.ok());
  REQUIRE(view.Show(log.Note(13)).ok());
  CHECK(view.heads->Believe(*first, "services/audit").ok());
  CHECK(view.size() == 13);
}

TEST_CASE("What is linked travels only once it is believed", "[exchange]") {
  FakeLog log;
  log.Append(10);
  View view(&log);
  REQUIRE(view.Show(log.Note(5)).ok());
  REQUIRE(view.heads->Link(log.Note(9), "services/audit").ok());
  CHECK(view.size() == 5);
}

TEST_CASE("What two entries or ten have in common is no fork", "[exchange]") {
  FakeLog log, other;
  log.Append(10);
  other.Append(10);
  other.Append(4, "another");
  View view(&log);
  REQUIRE(view.Show(log.Note(9)).ok());
  view.Hear(other.Head(10));
  view.Hear(other.Head(4));
  CHECK_FALSE(view.heads->forked());
  CHECK(view.size() == 10);
}

TEST_CASE("A log that is away is no forked log, but nothing is cosigned after a minute",
          "[exchange]") {
  FakeLog log;
  log.Append(10);
  View view(&log);
  REQUIRE(view.Show(log.Note(8)).ok());
  log.away = absl::UnavailableError("away");
  view.Hear(log.Head(10));
  CHECK(view.heads->may_cosign());
  view.clock.Advance(kLinkWithin);
  view.heads->CheckHeard();
  CHECK_FALSE(view.heads->may_cosign());
  CHECK_FALSE(view.heads->forked());
  log.away = absl::OkStatus();
  view.heads->CheckHeard();
  CHECK(view.heads->may_cosign());
  CHECK(view.size() == 10);
}

TEST_CASE("A log that answers and shows no link for a minute is forked", "[exchange]") {
  FakeLog log, other;
  log.Append(10);
  other.Append(14);
  View view(&log);
  REQUIRE(view.Show(log.Note(8)).ok());
  const bool malformed = GENERATE(false, true);
  log.spoils_proofs = malformed;  // else it says that it does not reach so far
  view.Hear(other.Head(malformed ? 10 : 14));
  view.clock.Advance(kLinkWithin - absl::Seconds(1));
  view.heads->CheckHeard();
  CHECK_FALSE(view.heads->forked());
  view.clock.Advance(absl::Seconds(1));
  view.heads->CheckHeard();
  CHECK(view.heads->forked());
  CHECK((*view.store.LoadFork())->from == "agencies/a/nodes/n1");
}

TEST_CASE("Two roots for one size are a fork also while the log is away", "[exchange]") {
  FakeLog log, other;
  log.Append(10);
  other.Append(10, "another");
  View view(&log);
  REQUIRE(view.Show(log.Note()).ok());
  log.away = absl::UnavailableError("away");
  view.heads->Heard(log.Head(9), "agencies/b/nodes/n1");
  view.Hear(other.Head());
  CHECK(view.heads->forked());
}

TEST_CASE("A known head costs nothing, and what is heard has bounds", "[exchange]") {
  FakeLog log;
  log.Append(200);
  View view(&log);
  REQUIRE(view.Show(log.Note(200)).ok());
  for (int i = 0; i < 3; ++i) view.Hear(log.Head(150));
  CHECK(log.proofs == 1);
  view.Hear(nullptr);
  view.Hear(log.Head(200));
  CHECK(log.proofs == 1);
  for (uint64_t size = 1; size <= 100; ++size) {
    view.heads->Heard(log.Head(size), std::string(1, static_cast<char>('a' + size % 25)));
  }
  view.heads->CheckHeard();
  CHECK(log.proofs == 1 + 64);
}

TEST_CASE("A peer that sends heads without end leaves a place for what others saw", "[exchange]") {
  FakeLog log, fork;
  log.Append(200);
  fork.Append(150, "other");
  View view(&log);
  REQUIRE(view.Show(log.Note(200)).ok());
  for (uint64_t size = 1; size <= 100; ++size) view.heads->Heard(log.Head(size), "a");
  view.heads->Heard(fork.Head(150), "b");
  view.heads->CheckHeard();
  CHECK(log.proofs == 4 + 2);  // a fork is asked for twice
  CHECK(view.heads->forked());
}

TEST_CASE("What is too long for a head is not kept", "[exchange]") {
  FakeLog log;
  log.Append(200);
  View view(&log);
  REQUIRE(view.Show(log.Note(200)).ok());
  LogHead spoilt = *log.Head(150);
  SECTION("root") { spoilt.root += "x"; }
  SECTION("signature") { spoilt.signature += std::string(128, 'x'); }
  const auto head = std::make_shared<const LogHead>(spoilt);
  view.heads->Heard(head, "a");
  CHECK(head.use_count() == 1);
}

void Show(TestNode* node, const std::string& note) {
  const auto linked = node->log_heads->Link(note, "services/audit");
  REQUIRE(linked.ok());
  REQUIRE(node->log_heads->Believe(*linked, "services/audit").ok());
}

TEST_CASE("A forked log that is shown to two nodes is found at their first exchange",
          "[exchange]") {
  FakeLog one, another;
  one.Append(100);
  another.Append(100);
  one.Append(5, "one");
  another.Append(3, "another");
  World world;
  world.tax_log = &one;
  world.civil_log = &another;
  world.RestartTax();
  world.RestartCivil();
  Show(world.tax.get(), one.Note());
  Show(world.civil.get(), another.Note());
  REQUIRE(world.Query(World::GoodAsk()).ok());
  // Within a minute of it; here as soon as the nodes look.
  world.tax->log_heads->CheckHeard();
  world.civil->log_heads->CheckHeard();
  world.clock.Advance(kLinkWithin);
  world.tax->log_heads->CheckHeard();
  world.civil->log_heads->CheckHeard();
  CHECK(world.tax->log_heads->forked());
  CHECK(world.civil->log_heads->forked());
  CHECK((*world.civil->witness_store.LoadFork())->from == kTaxNode);
  CHECK((*world.tax->witness_store.LoadFork())->from == kCivilNode);

  exchange::Ask next = World::GoodAsk();
  next.exchange = "x2";
  CHECK(world.Query(next).ok());  // exchanges go on
}

TEST_CASE("Nodes that see one log tell each other its newest head", "[exchange]") {
  FakeLog log;
  log.Append(100);
  World world;
  world.tax_log = world.civil_log = &log;
  world.RestartTax();
  world.RestartCivil();
  Show(world.tax.get(), log.Note(90));
  const bool download = GENERATE(false, true);
  CAPTURE(download);
  if (download) {
    std::vector<std::string> batches;
    REQUIRE(world.Download(World::GoodAsk(Method::kDownload), &batches).ok());
  } else {
    REQUIRE(world.Query(World::GoodAsk()).ok());
  }
  world.civil->log_heads->CheckHeard();
  REQUIRE(world.civil->log_heads->newest() != nullptr);
  CHECK(world.civil->log_heads->newest()->size == 90);
  CHECK_FALSE(world.civil->log_heads->forked());
}

}  // namespace
}  // namespace shareway::exchange
