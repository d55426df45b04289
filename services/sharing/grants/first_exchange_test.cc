// SPDX-License-Identifier: Apache-2.0
// The first exchange under a grant confirms the supply of its request: by whom it is told, and what
// it leaves alone.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/disputes/dispute_bench.h"
#include "services/sharing/grants/nodes.h"
#include "services/sharing/rpc/convert_request.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

constexpr char kTaxNode[] = "agencies/tax/nodes/n1";
constexpr char kCivilNode[] = "agencies/civil/nodes/n1";

// An approved request, and a node of each side.
struct Fixture : DisputeBench {
  NodeStore node_store{&kv, outbox.get()};
  std::set<std::pair<std::string, std::string>> served = {{kTaxNode, kTax}, {kCivilNode, kCivil}};
  Nodes nodes{&desk, &node_store,
              [this](absl::string_view node, absl::string_view agency) {
                return served.count({std::string(node), std::string(agency)}) != 0;
              },
              [](const FiledHold&) { return absl::OkStatus(); }};
  Stored<Request> approved = Answered();
  const std::string name = NameOf(approved);
  const std::string grant = approved.value.fields().grant;

  Receipt Now(const std::string& exchange = "x1") {
    return {.exchange = exchange, .attempt = 1, .time = clock.Now()};
  }
  absl::StatusOr<bool> Tell(const Receipt& receipt, const std::string& node = kTaxNode) {
    return nodes.ReportFirstExchange(node, grant, receipt, "");
  }
  Request Kept() { return store.LoadRequest(name).value().value; }
  Supply KeptSupply() { return Kept().fields().supply; }
  std::string Etag() { return EtagOf(store.LoadRequest(name).value()); }
  void Report() { REQUIRE(sharing.ReportSupply(By(Reviewer()), name, Etag(), "").ok()); }
  void Contest() {
    REQUIRE(sharing.DisputeSupply(By(Applicant()), name, Etag(), "无法连接").ok());
  }
};

TEST_CASE("The first exchange confirms the supply by itself, once, and the request names it",
          "[supply]") {
  Fixture t;
  const bool reported = GENERATE(false, true);
  CAPTURE(reported);
  t.clock.Advance(absl::Hours(24));
  const absl::Time report = t.clock.Now();
  if (reported) t.Report();
  t.clock.Advance(absl::Hours(24));
  const Receipt receipt = t.Now();
  t.clock.Advance(absl::Hours(72));  // the node hears of sharing again
  const size_t before = t.Events().size();
  CHECK(*t.Tell(receipt));

  const Supply supply = t.KeptSupply();
  CHECK(supply.state == Supply::State::kConfirmed);
  CHECK(supply.exchange == "x1");
  CHECK(supply.confirm_time == receipt.time);
  REQUIRE(supply.clock);
  CHECK(supply.clock->stop == (reported ? report : receipt.time));
  const Request kept = t.Kept();
  CHECK(kept.AvailableActions(Applicant(), TaxAsksCivil()).empty());
  CHECK(kept.AvailableActions(Reviewer(), TaxAsksCivil()).empty());
  CHECK(kept.fields().steps.back().action == "ReportFirstExchange");
  CHECK(absl::StrContains(kept.fields().steps.back().actor, "第二十二条"));
  CHECK(kept.fields().steps.back().note == "exchange x1, attempt 1");
  CHECK(ToProto(t.store.LoadRequest(t.name).value(), Applicant(), t.desk).supply().exchange() ==
        "x1");

  REQUIRE(t.Events().size() == before + 1);
  const evidence::AuditRecord event = t.Events().back();
  CHECK(event.kind() == RecordKind::PROVISIONING_CHANGED);
  CHECK(event.object() == t.name);
  CHECK(event.reason() == "CONFIRMED_BY_EXCHANGE");
  CHECK(absl::StrContains(event.rule(), "第二十二条"));
  REQUIRE(event.nodes_size() == 1);
  CHECK(event.nodes(0) == kTaxNode);
  CHECK(event.exchange().empty());  // it is no half of one
  CHECK(Tells(event, kTax));
  CHECK(Tells(event, kCivil));

  CHECK(*t.Tell(receipt));
  CHECK(*t.Tell(t.Now("x2")));
  CHECK(t.Events().size() == before + 1);
  CHECK(t.KeptSupply().exchange == "x1");
  CHECK(t.Mismatch().empty());
}

TEST_CASE("An exchange does not settle what the consumer disputes", "[supply]") {
  Fixture t;
  t.Report();
  t.clock.Advance(absl::Hours(1));
  const Receipt early = t.Now("early");
  t.clock.Advance(absl::Hours(1));
  t.Contest();
  t.clock.Advance(absl::Hours(1));
  const size_t before = t.Events().size();
  CHECK_FALSE(*t.Tell(early));
  CHECK_FALSE(*t.Tell(t.Now()));
  CHECK(t.KeptSupply().state == Supply::State::kDisputed);
  CHECK(t.Events().size() == before);

  // Reported anew: what came before the dispute shows nothing of it, what comes after does.
  t.Report();
  CHECK_FALSE(*t.Tell(early));
  CHECK(t.KeptSupply().state == Supply::State::kReported);
  t.clock.Advance(absl::Hours(1));
  CHECK(*t.Tell(t.Now("late")));
  CHECK(t.KeptSupply().exchange == "late");
}

TEST_CASE("An exchange settles nothing while a dispute over the supply is open", "[supply]") {
  Fixture t;
  t.clock.Advance(absl::Hours(24 * 90));
  const Stored<Dispute> open = t.Open(t.name);
  CHECK_FALSE(*t.Tell(t.Now()));
  CHECK(t.KeptSupply().state == Supply::State::kAwaited);
  CHECK(t.store.LoadDispute(t.NameOf(open))->value.fields().stage == Dispute::Stage::kNegotiation);

  const Stored<Dispute> proposed = t.Propose(open, ConsumerHead(), Outcome::kSupply).value();
  REQUIRE(t.Accept(proposed, ProviderHead(), Outcome::kSupply).ok());
  const Receipt as_due_anew = t.Now();
  CHECK_FALSE(*t.Tell(as_due_anew));
  t.clock.Advance(absl::Hours(1));
  CHECK(*t.Tell(t.Now("x2")));
  CHECK(t.KeptSupply().clock->stop == t.clock.Now());
}

TEST_CASE("A dispute over cut items leaves the supply of the rest to the first exchange",
          "[supply]") {
  Fixture t;
  const Stored<Request> struck = t.StruckRequest();
  t.Open(t.NameOf(struck));
  CHECK(*t.nodes.ReportFirstExchange(kTaxNode, struck.value.fields().grant, t.Now(), ""));
  CHECK(t.store.LoadRequest(t.NameOf(struck))->value.fields().supply.state ==
        Supply::State::kConfirmed);
}

TEST_CASE("Only the consumer's node tells of a first exchange, never the provider's", "[supply]") {
  Fixture t;
  const size_t before = t.Events().size();
  CHECK(ReasonOf(t.Tell(t.Now(), kCivilNode).status()) == Reason::kNotVisible);
  CHECK(ReasonOf(t.nodes.ReportFirstExchange(kTaxNode, "grants/none", t.Now(), "").status()) ==
        Reason::kNotVisible);
  // The provider's node hosts the consumer: nothing is left to be told, and nothing is confirmed.
  t.served.insert({kCivilNode, kTax});
  CHECK(*t.Tell(t.Now(), kCivilNode));
  CHECK(t.KeptSupply().state == Supply::State::kAwaited);
  CHECK(t.Events().size() == before);
  // What was received stays received after the grant is stopped.
  REQUIRE(t.grants.Suspend(t.By(ProviderHead()), t.grant, SuspendGround::kDataFault, "错").ok());
  CHECK(*t.Tell(t.Now()));
  CHECK(t.KeptSupply().state == Supply::State::kConfirmed);
}

TEST_CASE("A first exchange that cannot be one is refused, field by field", "[supply]") {
  auto [field, spoil] = GENERATE(table<const char*, void (*)(Receipt&)>({
      {"exchange", [](Receipt& r) { r.exchange.clear(); }},
      {"exchange", [](Receipt& r) { r.exchange = std::string(64, 'x'); }},
      {"exchange", [](Receipt& r) { r.exchange = "x/1"; }},
      {"attempt", [](Receipt& r) { r.attempt = 0; }},
      {"attempt", [](Receipt& r) { r.attempt = 4; }},
      {"receive_time", [](Receipt& r) { r.time = absl::UnixEpoch(); }},
      {"receive_time", [](Receipt& r) { r.time += absl::Minutes(1) + absl::Seconds(1); }},
  }));
  CAPTURE(field);
  Fixture t;
  Receipt receipt = t.Now();
  spoil(receipt);
  const absl::Status refused = t.Tell(receipt).status();
  CHECK(absl::IsInvalidArgument(refused));
  REQUIRE(DetailsOf(refused)->fields.size() == 1);
  CHECK(DetailsOf(refused)->fields[0].field == field);
  CHECK(t.KeptSupply().state == Supply::State::kAwaited);
}

TEST_CASE("A node's clock that is a little off confirms within the time of the supply",
          "[supply]") {
  Fixture t;
  Receipt ahead = t.Now();
  const bool behind = GENERATE(false, true);
  ahead.time += behind ? -absl::Seconds(2) : absl::Seconds(2);
  REQUIRE(*t.Tell(ahead));
  CHECK(t.KeptSupply().clock->stop == t.clock.Now());
  CHECK(t.KeptSupply().confirm_time == t.clock.Now());
}

TEST_CASE("A direct grant has no supply that an exchange could confirm", "[supply]") {
  Fixture t;
  t.Govern("cn-2016-51");
  const Grant::Claim claim{.items = {},
                           .purposes = {Purpose::kWorkReference},
                           .scenario = "核对学区划分",
                           .end = absl::CivilDay(2026, 12, 31)};
  Resource published = Divisions();
  published.publication = "the authority's act";
  REQUIRE(t.grants.Follow(published).ok());
  const std::string direct =
      t.grants.Claim(t.By(Applicant()), Divisions().name, claim).value().value.fields().name;
  const size_t before = t.Events().size();
  CHECK(*t.nodes.ReportFirstExchange(kTaxNode, direct, t.Now(), ""));
  CHECK(t.Events().size() == before);
}

TEST_CASE("A first exchange whose write fails is told again and confirms once",
          "[supply][fault]") {
  Fixture t;
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  const Receipt receipt = t.Now();
  const size_t before = t.Events().size();
  t.kv.on_commit = [applied](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  CHECK(absl::IsUnavailable(t.Tell(receipt).status()));
  t.kv.on_commit = nullptr;
  CHECK((t.KeptSupply().state == Supply::State::kConfirmed) == applied);
  CHECK(*t.Tell(receipt));
  CHECK(t.KeptSupply().state == Supply::State::kConfirmed);
  CHECK(t.Events().size() == before + 1);
}

}  // namespace
}  // namespace shareway::sharing
