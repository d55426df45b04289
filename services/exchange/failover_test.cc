// SPDX-License-Identifier: Apache-2.0
// An agency with several nodes: one that is away is passed over, under the next attempt.
#include "catch2/catch.hpp"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;

constexpr char kAway[] = "agencies/civil/nodes/n0";

// Civil affairs has `nodes`; only n1 of them is there.
void GiveNodes(World* world, std::vector<std::string> nodes) {
  world->tax->neighbours.nodes_of = [nodes](absl::string_view) { return nodes; };
  world->on_send = [](const std::string& node) {
    return node == kCivilNode ? absl::OkStatus() : absl::UnavailableError("connection refused");
  };
}

std::vector<std::string> EndingsOf(const TestNode& node) {
  std::vector<std::string> endings;
  for (const AuditRecord& record : node.Evidence()) {
    endings.push_back(absl::StrCat(evidence::v1::RecordKind_Name(record.kind()), " ",
                                   record.attempt(), " ", record.nodes(1), " ", record.reason()));
  }
  return endings;
}

TEST_CASE("A node that is away is passed over for the agency's next, as the next attempt",
          "[exchange][failover]") {
  World world;
  GiveNodes(&world, {kAway, kCivilNode});
  const auto answer = world.Query(World::GoodAsk());
  REQUIRE(answer.ok());
  CHECK(answer->attempt == 2);
  CHECK(EndingsOf(*world.tax) ==
        std::vector<std::string>{
            absl::StrCat("EXCHANGE_NOT_RECEIVED 1 ", kAway, " PEER_UNREACHABLE"),
            absl::StrCat("EXCHANGE_RECEIVED 2 ", kCivilNode, " ")});
  CHECK(EndingsOf(*world.civil) ==
        std::vector<std::string>{absl::StrCat("EXCHANGE_DELIVERED 2 ", kCivilNode, " ")});
}

TEST_CASE("A download that did not begin goes to the agency's next node", "[exchange][failover]") {
  World world;
  GiveNodes(&world, {kAway, kCivilNode});
  std::vector<std::string> batches;
  const auto downloaded = world.Download(World::GoodAsk(Method::kDownload), &batches);
  REQUIRE(downloaded.ok());
  CHECK(downloaded->records == 10);
  CHECK(EndingsOf(*world.tax).front() ==
        absl::StrCat("EXCHANGE_NOT_RECEIVED 1 ", kAway, " PEER_UNREACHABLE"));
  CHECK(world.tax->Evidence().back().attempt() == 2);
}

TEST_CASE("A download that was handed on in part is not begun anew elsewhere",
          "[exchange][failover]") {
  World world;
  world.tax->neighbours.nodes_of = [](absl::string_view) {
    return std::vector<std::string>{kCivilNode, kAway};
  };
  int parts = 0;
  world.on_part = [&parts](TransferPart part) -> absl::StatusOr<TransferPart> {
    if (++parts > 1) return absl::UnavailableError("cut");
    return part;
  };
  std::vector<std::string> batches;
  CHECK_FALSE(world.Download(World::GoodAsk(Method::kDownload), &batches).ok());
  CHECK(batches.size() == 1);
  CHECK(world.sent.size() == 1);
}

TEST_CASE("When all nodes are away each is asked once, up to the attempts of an exchange",
          "[exchange][failover]") {
  const auto [nodes, asked] = GENERATE(table<int, size_t>({{1, 1}, {2, 2}, {3, 3}, {5, 3}}));
  World world;
  std::vector<std::string> names;
  for (int i = 0; i < nodes; ++i) names.push_back(absl::StrCat("agencies/civil/nodes/x", i));
  GiveNodes(&world, names);
  const auto answer = world.Query(World::GoodAsk());
  CHECK(WhyOf(answer.status()) == Reason::kPeerUnreachable);
  CHECK(world.sent.size() == asked);
  CHECK(world.tax->Evidence().size() == asked);
}

TEST_CASE("Only what says nothing of the request is asked elsewhere", "[exchange][failover]") {
  struct Case {
    absl::Status failed;
    bool elsewhere;
  };
  const Case c = GENERATE(
      Case{absl::UnavailableError("reset"), true},
      Case{absl::DeadlineExceededError("silent"), true},
      Case{Error(Reason::kNotReady, absl::StatusCode::kUnavailable, "x"), true},
      Case{Error(Reason::kDraining, absl::StatusCode::kUnavailable, "x"), true},
      Case{Error(Reason::kEvidenceUnavailable, absl::StatusCode::kUnavailable, "x"), true},
      Case{Error(Reason::kLeaseStale, absl::StatusCode::kUnavailable, "x"), true},
      Case{Error(Reason::kBackendFailed, absl::StatusCode::kUnavailable, "x"), false},
      Case{Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted, "x"), false},
      Case{Error(Reason::kRateLimited, absl::StatusCode::kResourceExhausted, "x"), false},
      Case{Error(Reason::kEnvelopeInvalid, absl::StatusCode::kPermissionDenied, "x"), false},
      Case{Error(Reason::kQueryChanged, absl::StatusCode::kInvalidArgument, "x"), false},
      Case{absl::InternalError("x"), false});
  CAPTURE(c.failed);
  World world;
  GiveNodes(&world, {kAway, kCivilNode});
  world.on_send = [&](const std::string& node) {
    return node == kAway ? c.failed : absl::OkStatus();
  };
  CHECK(world.Query(World::GoodAsk()).ok() == c.elsewhere);
  CHECK(world.sent.size() == (c.elsewhere ? 2 : 1));
}

TEST_CASE("An answer lost at one node and asked for at another is delivered once by each",
          "[exchange][failover]") {
  World world;
  GiveNodes(&world, {kCivilNode, kAway});
  world.on_answer = [](absl::StatusOr<evidence::v1::Envelope>) {
    return absl::UnavailableError("lost on its way back");
  };
  CHECK_FALSE(world.Query(World::GoodAsk()).ok());
  CHECK(EndingsOf(*world.civil) ==
        std::vector<std::string>{absl::StrCat("EXCHANGE_DELIVERED 1 ", kCivilNode, " ")});
  CHECK(world.tax->Evidence().size() == 2);
  CHECK_FALSE(world.Send(evidence::v1::Envelope(world.sent[0])).ok());  // no second delivery
  world.on_answer = nullptr;
  const auto again = world.Query(World::GoodAsk());
  REQUIRE(again.ok());
  CHECK(again->attempt == 3);
  std::map<uint32_t, int> deliveries;
  for (const AuditRecord& record : world.civil->Evidence()) {
    deliveries[record.attempt()] += record.kind() == evidence::v1::EXCHANGE_DELIVERED;
  }
  CHECK(deliveries[1] == 1);
  CHECK(deliveries[3] == 1);
}

TEST_CASE("No node is asked for whom no time is left", "[exchange][failover]") {
  World world;
  GiveNodes(&world, {kAway, kCivilNode});
  const auto away = world.on_send;
  world.on_send = [&](const std::string& node) {
    world.clock.Advance(absl::Seconds(1));
    return away(node);
  };
  exchange::Ask ask = World::GoodAsk();
  ask.query_bytes = Encode(QueryOf(ask));
  absl::Status failed;
  absl::Notification answered;
  world.tax->consumer->Ask(std::move(ask), world.clock.Now() + absl::Milliseconds(1020),
                           [&](absl::StatusOr<Answer> answer) {
                             failed = answer.status();
                             answered.Notify();
                           });
  answered.WaitForNotification();
  CHECK(WhyOf(failed) == Reason::kPeerUnreachable);
  CHECK(world.sent.size() == 1);
}

}  // namespace
}  // namespace shareway::exchange
