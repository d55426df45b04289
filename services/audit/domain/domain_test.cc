// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/merkle/frontier.h"
#include "services/audit/domain/facts.h"
#include "services/audit/domain/half.h"
#include "services/audit/domain/query.h"
#include "services/audit/domain/tile.h"

namespace shareway::audit {
namespace {

Facts GoodFacts() {
  return {.kind = 60,
          .time = absl::FromUnixSeconds(1790000000),
          .producer = "agencies/b/nodes/n1",
          .agencies = {"agencies/a", "agencies/b"},
          .exchange = "x1",
          .attempt = 1,
          .grant = "grants/g1",
          .object = "",
          .resource = "resources/r1",
          .person = "people/p1",
          .reason = "GRANT_SUSPENDED",
          .ending = Ending::kDelivered,
          .nodes = {"agencies/a/nodes/n1", "agencies/b/nodes/n1"}};
}

TEST_CASE("A record is one side's half only where its producer is that side's node", "[audit]") {
  const std::string consumer = GoodFacts().nodes[0];
  const std::string provider = GoodFacts().nodes[1];
  struct Row {
    Ending ending;
    std::string producer;
    std::optional<Side> side;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {Ending::kDelivered, provider, Side::kProvider},
      {Ending::kRefused, provider, Side::kProvider},
      {Ending::kReceived, consumer, Side::kConsumer},
      {Ending::kNotReceived, consumer, Side::kConsumer},
      {Ending::kNotReceived, provider, Side::kProvider},
      {Ending::kDelivered, consumer, std::nullopt},
      {Ending::kRefused, consumer, std::nullopt},
      {Ending::kReceived, provider, std::nullopt},
      {Ending::kNotReceived, "agencies/c/nodes/n1", std::nullopt},
      {Ending::kDelivered, "", std::nullopt},
      {Ending::kNone, provider, std::nullopt},
  }));
  Facts facts = GoodFacts();
  facts.ending = row.ending;
  facts.producer = row.producer;
  const std::optional<Half> half = HalfOf(facts);
  CAPTURE(static_cast<int>(row.ending), row.producer);
  REQUIRE(half.has_value() == row.side.has_value());
  if (!half) return;
  CHECK(half->side == *row.side);
  CHECK(half->node == row.producer);
  CHECK(half->other == (*row.side == Side::kProvider ? consumer : provider));
}

TEST_CASE("A record that does not name one exchange and two nodes is no half", "[audit]") {
  auto [why, spoil] = GENERATE(table<const char*, void (*)(Facts&)>({
      {"no exchange", [](Facts& f) { f.exchange.clear(); }},
      {"an exchange id that is too long", [](Facts& f) { f.exchange = std::string(64, 'x'); }},
      {"an exchange id of two lines", [](Facts& f) { f.exchange = "x1\nagencies/a"; }},
      {"a consumer whose name is too long",
       [](Facts& f) { f.agencies[0] = std::string(128, 'x'); }},
      {"no nodes", [](Facts& f) { f.nodes.clear(); }},
      {"one node", [](Facts& f) { f.nodes.pop_back(); }},
      {"three nodes", [](Facts& f) { f.nodes.push_back("agencies/c/nodes/n1"); }},
  }));
  CAPTURE(why);
  Facts facts = GoodFacts();
  REQUIRE(HalfOf(facts));
  spoil(facts);
  CHECK_FALSE(HalfOf(facts));
}

TEST_CASE("Agencies that share a node choose exchange ids of their own", "[audit]") {
  std::set<std::string> names;
  for (const char* consumer : {"agencies/a", "agencies/guest", "agencies/other"}) {
    Facts facts = GoodFacts();
    facts.agencies[0] = consumer;
    facts.producer = facts.nodes[1];
    const std::optional<Half> delivery = HalfOf(facts);
    facts.producer = facts.nodes[0];
    facts.ending = Ending::kReceived;
    const std::optional<Half> receipt = HalfOf(facts);
    REQUIRE(delivery);
    REQUIRE(receipt);
    CHECK(delivery->exchange == receipt->exchange);
    CHECK(ExchangeIdOf(receipt->exchange) == "x1");
    names.insert(receipt->exchange);
  }
  CHECK(names.size() == 3);
  CHECK(names.contains("x1"));  // of the node's own agency, as it always was
}

TEST_CASE("A record is found by each of its terms once, and by 64 agencies at most", "[audit]") {
  Facts facts = GoodFacts();
  facts.agencies.push_back("agencies/a");
  const std::vector<Term> terms = TermsOf(facts);
  CHECK(terms == std::vector<Term>{{Term::Kind::kAgency, "agencies/a"},
                                   {Term::Kind::kAgency, "agencies/b"},
                                   {Term::Kind::kExchange, "x1"},
                                   {Term::Kind::kGrant, "grants/g1"},
                                   {Term::Kind::kPerson, "people/p1"},
                                   {Term::Kind::kResource, "resources/r1"}});
  for (int i = 0; i < 1000; ++i) facts.agencies.push_back(absl::StrCat("agencies/x", i));
  CHECK(TermsOf(facts).size() == kMaxAgencyTerms + 4);
}

Query GoodQuery() {
  return {.agency = "agencies/a",
          .exchange = "x1",
          .grant = "grants/g1",
          .person = "people/p1",
          .resource = "resources/r1",
          .kind = 60,
          .result = Result::kFailed,
          .reason = "GRANT_SUSPENDED",
          .start = absl::FromUnixSeconds(1790000000),
          .end = absl::FromUnixSeconds(1790000001)};
}

TEST_CASE("A search matches only where all that it asks for holds", "[audit]") {
  REQUIRE(GoodQuery().Check().ok());
  REQUIRE(GoodQuery().Matches(GoodFacts()));
  auto [why, spoil] = GENERATE(table<const char*, void (*)(Query&)>({
      {"agency", [](Query& q) { q.agency = "agencies/c"; }},
      {"exchange", [](Query& q) { q.exchange = "x2"; }},
      {"grant", [](Query& q) { q.grant = "grants/g2"; }},
      {"object", [](Query& q) { q.object = "requests/r1"; }},
      {"person", [](Query& q) { q.person = "people/p2"; }},
      {"resource", [](Query& q) { q.resource = "resources/r2"; }},
      {"request", [](Query& q) { q.request = "requests/q1"; }},
      {"result", [](Query& q) { q.result = Result::kSucceeded; }},
      {"reason", [](Query& q) { q.reason = "QUOTA_EXCEEDED"; }},
      {"kind", [](Query& q) { q.kind = 61; }},
      {"start", [](Query& q) { q.start += absl::Nanoseconds(1); }},
      {"end", [](Query& q) { q.end -= absl::Seconds(1); }},
  }));
  CAPTURE(why);
  Query query = GoodQuery();
  spoil(query);
  CHECK_FALSE(query.Matches(GoodFacts()));
}

TEST_CASE("A search that asks for nothing, too much or no time is refused", "[audit]") {
  auto [why, spoil] = GENERATE(table<const char*, void (*)(Query&)>({
      {"nothing", [](Query& q) { q = {}; }},
      {"only a kind", [](Query& q) { q = {.kind = 60}; }},
      {"a long agency", [](Query& q) { q.agency = std::string(256, 'a'); }},
      {"a long exchange", [](Query& q) { q.exchange = std::string(256, 'a'); }},
      {"a long grant", [](Query& q) { q.grant = std::string(256, 'a'); }},
      {"a long object", [](Query& q) { q.object = std::string(256, 'a'); }},
      {"a long person", [](Query& q) { q.person = std::string(256, 'a'); }},
      {"a long resource", [](Query& q) { q.resource = std::string(256, 'a'); }},
      {"a long request", [](Query& q) { q.request = std::string(256, 'a'); }},
      {"a long reason", [](Query& q) { q.reason = std::string(256, 'a'); }},
      {"an end at the start", [](Query& q) { q.end = q.start; }},
  }));
  CAPTURE(why);
  Query query = GoodQuery();
  spoil(query);
  CHECK(absl::IsInvalidArgument(query.Check()));
}

TEST_CASE("A reader reads what one of its agencies is a party to", "[audit]") {
  CHECK(Reader{.all = true}.MayRead(GoodFacts()));
  CHECK(Reader{.agencies = {"agencies/c", "agencies/b"}}.MayRead(GoodFacts()));
  CHECK_FALSE(Reader{.agencies = {"agencies/c"}}.MayRead(GoodFacts()));
  CHECK_FALSE(Reader{}.MayRead(GoodFacts()));
  CHECK_FALSE(Reader{.agencies = {"agencies/a"}}.MayRead(Facts()));
  // A record may name anything; nobody's agency is no party.
  CHECK_FALSE(Reader{.agencies = {""}}.MayRead({.agencies = {""}}));
}

Hash32 Leaf(uint64_t i) { return crypto::Sha256(absl::StrCat(i)); }

TEST_CASE("Tiles and edge together hold every complete subtree, and the root", "[audit]") {
  const merkle::Hasher& hasher = crypto::LogHasher();
  // Over 65,536 leaves, so that three levels of tiles are there.
  constexpr uint64_t kSize = 65536 + 256 + 3;
  RightEdge edge;
  merkle::Frontier frontier;
  std::vector<std::pair<merkle::NodeId, Hash32>> nodes;
  std::vector<RightEdge::Completed> tiles;
  for (uint64_t i = 0; i < kSize; ++i) {
    nodes.push_back({{0, i}, Leaf(i)});
    frontier.Append(hasher, Leaf(i), [&nodes](merkle::NodeId id, const Hash32& hash) {
      nodes.push_back({id, hash});
    });
    for (RightEdge::Completed& tile : edge.Append(hasher, Leaf(i))) tiles.push_back(tile);
    if (i % 251 == 0 || i > kSize - 5) REQUIRE(edge.Root(hasher) == frontier.Root(hasher));
  }
  REQUIRE(tiles.size() == 257 + 1);
  size_t wrong = 0;
  for (const auto& [id, hash] : nodes) {
    std::optional<Hash32> found = edge.Node(id);
    for (const RightEdge::Completed& tile : tiles) {
      if (tile.id == TileOf(id)) found = tile.tile.at(PlaceInTile(id));
    }
    if (found != hash) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK_FALSE(edge.Node({0, kSize}));
  CHECK_FALSE(edge.Node({2, kSize >> 2}));
  CHECK_FALSE(edge.Node({24, 0}));
}

TEST_CASE("A tile is the same grown, built and read back", "[audit]") {
  const merkle::Hasher& hasher = crypto::LogHasher();
  RightEdge edge;
  std::vector<Hash32> leaves;
  std::vector<RightEdge::Completed> completed;
  for (uint64_t i = 0; i < kTileWidth; ++i) {
    leaves.push_back(Leaf(i));
    completed = edge.Append(hasher, Leaf(i));
  }
  REQUIRE(completed.size() == 1);
  const Tile built = Tile::Over(hasher, leaves);
  CHECK(built.bytes() == completed[0].tile.bytes());
  CHECK(Tile::Parse(built.bytes())->bytes() == built.bytes());
  CHECK(built.Root(hasher) == edge.Root(hasher));
  CHECK(absl::IsDataLoss(Tile::Parse(built.bytes().substr(1)).status()));
}

TEST_CASE("An edge restored from its leaves is the edge that grew", "[audit]") {
  const merkle::Hasher& hasher = crypto::LogHasher();
  RightEdge edge;
  std::vector<std::vector<Hash32>> leaves;  // of the incomplete tile of each level
  for (uint64_t size = 1; size <= 1100; ++size) {
    leaves.resize(RightEdge::Levels(size));
    leaves[0].push_back(Leaf(size));
    for (const RightEdge::Completed& tile : edge.Append(hasher, Leaf(size))) {
      leaves[tile.id.level].clear();
      leaves[tile.id.level + 1].push_back(tile.tile.Root(hasher));
    }
    absl::StatusOr<RightEdge> restored = RightEdge::Restore(hasher, size, leaves);
    REQUIRE(restored.ok());
    REQUIRE(restored->Root(hasher) == edge.Root(hasher));
  }
  leaves[0].pop_back();
  CHECK(absl::IsInvalidArgument(RightEdge::Restore(hasher, 1100, leaves).status()));
  leaves.pop_back();
  CHECK(absl::IsInvalidArgument(RightEdge::Restore(hasher, 1100, leaves).status()));
}

}  // namespace
}  // namespace shareway::audit
