// SPDX-License-Identifier: Apache-2.0
// Queries between two nodes: what is delivered, what is refused, what is left as evidence.
#include "catch2/catch.hpp"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace v1 = evidence::v1;

// The text of all cells, and the items, of an answer.
v1::RecordBatch BatchOf(const Answer& answer) { return ReadAnswer(answer.body)->batch(); }

TEST_CASE("A query brings the granted rows and items, and both halves match", "[exchange]") {
  World world;
  const auto answer = world.Query(World::GoodAsk());
  INFO(answer.status());
  REQUIRE(answer.ok());
  const v1::RecordBatch batch = BatchOf(*answer);
  REQUIRE(batch.items_size() == 2);
  CHECK(batch.items(0) == "code");
  CHECK(batch.items(1) == "name");
  REQUIRE(batch.records_size() == 1);  // 111; 110, 112 … do not start with 111
  CHECK(batch.records(0).cells(0).text() == "111");
  CHECK(batch.records(0).cells(1).text() == "name-1");
  CHECK(answer->attempt == 1);

  const std::vector<AuditRecord> provider = world.civil->Evidence();
  const std::vector<AuditRecord> consumer = world.tax->Evidence();
  REQUIRE(provider.size() == 1);
  REQUIRE(consumer.size() == 1);
  CHECK(provider[0].kind() == v1::EXCHANGE_DELIVERED);
  CHECK(consumer[0].kind() == v1::EXCHANGE_RECEIVED);
  for (const AuditRecord* half : {&provider[0], &consumer[0]}) {
    CHECK(half->exchange() == "x1");
    CHECK(half->attempt() == 1);
    CHECK(half->request_digest() == answer->request_digest);
    CHECK(half->response_digest() == answer->response_digest);
    CHECK(half->grant() == "grants/g1");
    CHECK(half->grant_revision().number() == 5);
    CHECK(half->item_set_digest() == crypto::Sha256("code\nname\n").view());
    CHECK(half->record_count() == 1);
    CHECK(half->operator_digest().size() == 32);
    CHECK(half->request() == "requests/q1");
    REQUIRE(half->nodes_size() == 2);
    CHECK(half->nodes(0) == kTaxNode);
    CHECK(half->nodes(1) == kCivilNode);
    REQUIRE(half->agencies_size() == 2);
    // Both signatures verify alone, by what the record holds.
    crypto::BatchVerifier verifier;
    CHECK(evidence::VerifyDigest(&verifier, TestKey(kTaxNode).public_key(), half->request_digest(),
                                 half->request_signature())
              .ok());
    CHECK(evidence::VerifyDigest(&verifier, TestKey(kCivilNode).public_key(),
                                 half->response_digest(), half->response_signature())
              .ok());
  }
}

TEST_CASE("Evidence names person and case by keyed digest only", "[exchange]") {
  World world;
  Ask ask = World::GoodAsk();
  ask.case_number = "CASE-7";
  REQUIRE(world.Query(ask).ok());
  const AuditRecord half = world.tax->Evidence()[0];
  const std::string secret(32, 's');
  CHECK(half.operator_digest() == crypto::HmacSha256(secret, "shareway/v1/operator\ne-17").view());
  CHECK(half.case_digest() == crypto::HmacSha256(secret, "shareway/v1/case\nCASE-7").view());
  CHECK(half.SerializeAsString().find("CASE-7") == std::string::npos);
  CHECK(world.civil->Evidence()[0].case_digest() == half.case_digest());
}

TEST_CASE("A query outside the scope is refused by its own node, and recorded there",
          "[exchange]") {
  World world;
  Ask ask = World::GoodAsk();
  QueryOf(ask).items = {"code", "secret"};
  const auto answer = world.Query(ask);
  CHECK(absl::IsPermissionDenied(answer.status()));
  CHECK(WhyOf(answer.status()) == Reason::kItemNotGranted);
  const std::vector<AuditRecord> consumer = world.tax->Evidence();
  REQUIRE(consumer.size() == 1);
  CHECK(consumer[0].kind() == v1::EXCHANGE_NOT_RECEIVED);
  CHECK(consumer[0].reason() == "ITEM_NOT_GRANTED");
  CHECK(consumer[0].nodes_size() == 1);  // no other half will come
  CHECK(world.sent.empty());
  CHECK(world.civil->Evidence().empty());
}

TEST_CASE("The provider's refusal is signed, recorded by both, and told with its reason",
          "[exchange]") {
  auto [why, spoil, reason] = GENERATE(table<const char*, void (*)(World&), Reason>({
      {"revoked here",
       [](World& w) {
         Grant g = World::GoodGrant();
         g.state = Grant::State::kRevoked;
         g.revision = {1, 6};
         w.civil->grants.Put(g, g.revision);
       },
       Reason::kGrantRevoked},
      {"held consumer", [](World& w) { w.civil->holds.Set(kTax, true); }, Reason::kHeld},
      {"held grant", [](World& w) { w.civil->holds.Set("grants/g1", true); }, Reason::kHeld},
      {"held resource", [](World& w) { w.civil->holds.Set("resources/r1", true); },
       Reason::kHeld},
      {"no lease", [](World& w) { w.civil->neighbours.leases = false; }, Reason::kLeaseStale},
      {"no dataset",
       [](World& w) {
         w.source.failure = Error(Reason::kDatasetMissing,
                                  absl::StatusCode::kFailedPrecondition, "no dataset");
       },
       Reason::kDatasetMissing},
      {"clearance",
       [](World& w) {
         Resource resource = World::GoodResource();
         resource.items[1].grading = 3;  // name
         w.civil->resources.Put(resource);
         w.civil->neighbours.clearance = 1;
       },
       Reason::kItemNotGranted},
  }));
  CAPTURE(why);
  World world;
  spoil(world);
  const auto answer = world.Query(World::GoodAsk());
  CHECK(WhyOf(answer.status()) == reason);
  CHECK(answer.status().code() == CodeOf(reason));
  const std::vector<AuditRecord> provider = world.civil->Evidence();
  const std::vector<AuditRecord> consumer = world.tax->Evidence();
  REQUIRE(provider.size() == 1);
  REQUIRE(consumer.size() == 1);
  CHECK(provider[0].kind() == v1::EXCHANGE_REFUSED);
  CHECK(consumer[0].kind() == v1::EXCHANGE_NOT_RECEIVED);
  CHECK(provider[0].reason() == ReasonName(reason));
  CHECK(consumer[0].reason() == ReasonName(reason));
  CHECK(consumer[0].response_digest() == provider[0].response_digest());
  CHECK(provider[0].record_count() == 0);
}

TEST_CASE("Nobody learns of a grant of others, not by the answer and not by evidence",
          "[exchange]") {
  World world;
  Grant other = World::GoodGrant();
  other.name = "grants/g2";
  other.consumer = "agencies/housing";
  world.civil->grants.Put(other, {1, 6});
  world.civil->holds.Set("grants/g2", true);
  Grant lie = other;  // a consumer's node that made itself a grant
  lie.consumer = kTax;
  world.tax->grants.Put(lie, {1, 6});
  Ask ask = World::GoodAsk();
  ask.grant = "grants/g2";
  CHECK(WhyOf(world.Query(ask).status()) == Reason::kGrantUnknown);
  const AuditRecord refused = world.civil->Evidence()[0];
  CHECK(refused.resource().empty());
  CHECK(refused.request().empty());
  CHECK_FALSE(refused.has_grant_revision());
}

TEST_CASE("A grant that ends between the two checks lets nothing through", "[exchange]") {
  auto [why, change, reason] = GENERATE(table<const char*, void (*)(World&), Reason>({
      {"the lease runs out", [](World& w) { w.civil->neighbours.leases = false; },
       Reason::kLeaseStale},
      {"revoked",
       [](World& w) {
         Grant g = World::GoodGrant();
         g.state = Grant::State::kRevoked;
         w.civil->grants.Put(g, {1, 6});
       },
       Reason::kGrantRevoked},
      {"expired", [](World& w) { w.clock.Advance(absl::Hours(24 * 365)); }, Reason::kGrantExpired},
      {"narrowed",
       [](World& w) {
         Grant g = World::GoodGrant();
         g.items = {"code"};
         w.civil->grants.Put(g, {1, 6});
       },
       Reason::kGrantOutdated},
      {"held", [](World& w) { w.civil->holds.Set("grants/g1", true); }, Reason::kHeld},
      {"the node is suspended", [](World& w) { w.civil->neighbours.suspended.insert(kTaxNode); },
       Reason::kEnvelopeInvalid},
      {"its agency is suspended", [](World& w) { w.civil->neighbours.suspended.insert(kTax); },
       Reason::kEnvelopeInvalid},
      {"the provider is suspended", [](World& w) { w.civil->neighbours.suspended.insert(kCivil); },
       Reason::kEnvelopeInvalid},
      {"its key is revoked", [](World& w) { w.civil->neighbours.keys_valid = false; },
       Reason::kKeyRevoked},
  }));
  CAPTURE(why);
  World world;
  world.source.while_reading = [&world, change = change] { change(world); };
  const auto answer = world.Query(World::GoodAsk());
  CHECK_FALSE(answer.ok());
  const std::vector<AuditRecord> provider = world.civil->Evidence();
  REQUIRE(provider.size() == 1);
  CHECK(provider[0].kind() == v1::EXCHANGE_REFUSED);
  CHECK(provider[0].reason() == ReasonName(reason));
  CHECK(provider[0].record_count() == 0);
}

TEST_CASE("What ends while evidence is written keeps the answer here", "[exchange]") {
  auto [why, change, reason] = GENERATE(table<const char*, void (*)(World&), Reason>({
      {"the lease", [](World& w) { w.civil->neighbours.leases = false; }, Reason::kLeaseStale},
      {"the grant",
       [](World& w) {
         Grant g = World::GoodGrant();
         g.state = Grant::State::kRevoked;
         w.civil->grants.Put(g, {1, 6});
       },
       Reason::kGrantRevoked},
      {"by a hold", [](World& w) { w.civil->holds.Set("grants/g1", true); }, Reason::kHeld},
      {"the key", [](World& w) { w.civil->neighbours.keys_valid = false; }, Reason::kKeyRevoked},
  }));
  CAPTURE(why);
  World world;
  world.civil_store.on_commit = [&world, change = change](const kv::Batch&) {
    change(world);
    return kv::Outcome{};
  };
  const auto answer = world.Query(World::GoodAsk());
  CHECK(WhyOf(answer.status()) == reason);
}

TEST_CASE("By SM2 keys every signature verifies from the records alone", "[exchange]") {
  World world(crypto::Suite::kSm2Sm3);
  const auto answer = world.Query(World::GoodAsk());
  INFO(answer.status());
  REQUIRE(answer.ok());
  REQUIRE(world.sent.size() == 1);
  CHECK(answer->request_digest == crypto::Sha256(world.sent[0].payload()).view());
  for (const AuditRecord& half : {world.tax->Evidence()[0], world.civil->Evidence()[0]}) {
    CHECK(half.request_digest() == crypto::Sm3(world.sent[0].payload()).view());
    CHECK(world.tax->neighbours
              .VerifyDigest(kTaxNode, half.request_digest(), half.request_signature())
              .ok());
    CHECK(world.tax->neighbours
              .VerifyDigest(kCivilNode, half.response_digest(), half.response_signature())
              .ok());
  }
}

// A request of the tax node under this id, well signed.
v1::Envelope Signed(const v1::Envelope& like, const std::string& exchange) {
  Request request = *DecodeRequest(like.payload());
  request.exchange = exchange;
  v1::Envelope envelope;
  envelope.set_payload(Encode(request));
  crypto::BatchSigner signer(TestKey(kTaxNode));
  *envelope.mutable_signature() = evidence::ToProto(*signer.Sign(envelope.payload()));
  return envelope;
}

TEST_CASE("Beyond its most exchanges a node reads and records nothing", "[exchange]") {
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  const v1::Envelope like = world.sent[0];
  const size_t before = world.civil->Evidence().size();
  int reading = 0;
  absl::Status refused;
  world.source.while_reading = [&] {
    const std::string id = absl::StrCat("deep", ++reading);
    const auto answer = world.Send(Signed(like, id));
    if (!answer.ok()) refused = answer.status();
  };
  REQUIRE(world.Send(Signed(like, "first")).ok());
  CHECK(reading == 8);  // the most of a test node
  CHECK(absl::IsResourceExhausted(refused));
  CHECK(WhyOf(refused) == Reason::kOverloaded);
  CHECK(world.civil->Evidence().size() == before + 8);

  world.source.while_reading = nullptr;
  int open = 0;
  const size_t asked = world.tax->Evidence().size();
  absl::Status last;
  std::function<void()> download = [&] {
    Ask ask = World::GoodAsk(Method::kDownload);
    ask.exchange = absl::StrCat("load", ++open);
    ask.query_bytes = Encode(QueryOf(ask));
    const auto done = world.tax->consumer->Download(
        std::move(ask), [&](const v1::RecordBatch&) { return download(), absl::OkStatus(); });
    if (!done.ok()) last = done.status();
  };
  download();
  CHECK(open == 17);
  CHECK(WhyOf(last) == Reason::kOverloaded);
  CHECK(world.tax->Evidence().size() == asked + 16);
}

TEST_CASE("A node that lacks the catalogue's entry delivers nothing", "[exchange]") {
  World world;
  Resource resource = World::GoodResource();
  resource.items.erase(resource.items.begin() + 1);  // name
  world.civil->resources.Replace({resource});
  CHECK(WhyOf(world.Query(World::GoodAsk()).status()) == Reason::kGrantOutdated);
  world.civil->resources.Replace({});
  CHECK(WhyOf(world.Query(World::GoodAsk()).status()) == Reason::kNotReady);
  CHECK(world.source.asked.empty());
}

TEST_CASE("A half of others is answered only if it is what it says", "[exchange]") {
  auto [why, spoil] = GENERATE(table<const char*, void (*)(World&, AuditRecord&)>({
      {"no attempt", [](World&, AuditRecord& r) { r.set_attempt(0); }},
      {"a fourth attempt", [](World&, AuditRecord& r) { r.set_attempt(4); }},
      {"no id", [](World&, AuditRecord& r) { r.set_exchange("a/b"); }},
      {"another agency", [](World&, AuditRecord& r) { r.set_agencies(0, kCivil); }},
      {"no agency", [](World&, AuditRecord& r) { r.clear_agencies(); }},
      {"a forged signature",
       [](World&, AuditRecord& r) {
         r.mutable_request_signature()->mutable_bytes()->back() ^= 1;
       }},
      {"no signature", [](World&, AuditRecord& r) { r.clear_request_signature(); }},
      {"another digest", [](World&, AuditRecord& r) { (*r.mutable_request_digest())[0] ^= 1; }},
      {"a suspended node",
       [](World& w, AuditRecord&) {
         w.civil->neighbours.suspended.insert(kTaxNode);
         w.tax->neighbours.suspended.insert(kTaxNode);
       }},
  }));
  CAPTURE(why);
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  AuditRecord half = world.tax->Evidence()[0];
  half.set_exchange("x9");
  spoil(world, half);
  CHECK_FALSE(world.civil->provider->RecordLost(half).ok());
  CHECK_FALSE(world.tax->consumer->RecordLost(half).ok());
  CHECK(world.civil->Evidence().size() == 1);
  CHECK(world.tax->Evidence().size() == 1);
}

TEST_CASE("Without a lease or room for evidence nothing is asked", "[exchange]") {
  World world;
  world.tax->neighbours.leases = false;
  CHECK(WhyOf(world.Query(World::GoodAsk()).status()) == Reason::kLeaseStale);
  world.tax->neighbours.leases = true;
  world.tax->room.there = false;
  CHECK(WhyOf(world.Query(World::GoodAsk()).status()) == Reason::kEvidenceUnavailable);
  CHECK(world.sent.empty());
  CHECK(world.tax->Evidence().empty());
  world.tax->room.there = true;
  CHECK(world.Query(World::GoodAsk())->attempt == 1);  // no attempt was used up
}

TEST_CASE("An answer that is not the provider's is not received", "[exchange]") {
  auto [why, spoil] = GENERATE(table<const char*, void (*)(v1::Envelope&)>({
      {"payload", [](v1::Envelope& e) { e.mutable_payload()->back() ^= 1; }},
      {"signature", [](v1::Envelope& e) { e.mutable_signature()->mutable_bytes()->back() ^= 1; }},
      {"another key",
       [](v1::Envelope& e) {
         crypto::BatchSigner signer(TestKey(kTaxNode));
         *e.mutable_signature() = evidence::ToProto(*signer.Sign(e.payload()));
       }},
      {"an item too many, well signed",
       [](v1::Envelope& e) {
         Response response = *DecodeResponse(e.payload());
         v1::QueryAnswer body;
         body.ParseFromString(response.body);
         body.mutable_batch()->add_items("secret");
         for (auto& record : *body.mutable_batch()->mutable_records()) {
           record.add_cells()->set_text("CANARY");
         }
         response.body = body.SerializeAsString();
         e.set_payload(Encode(response));
         crypto::BatchSigner signer(TestKey(kCivilNode));
         *e.mutable_signature() = evidence::ToProto(*signer.Sign(e.payload()));
       }},
  }));
  CAPTURE(why);
  World world;
  world.on_answer = [spoil = spoil](absl::StatusOr<v1::Envelope> answer) {
    spoil(*answer);
    return answer;
  };
  const auto answer = world.Query(World::GoodAsk());
  CHECK_FALSE(answer.ok());
  REQUIRE(world.tax->Evidence().size() == 1);
  CHECK(world.tax->Evidence()[0].kind() == v1::EXCHANGE_NOT_RECEIVED);
}

TEST_CASE("A refusal's words go on if they are short text, and its reason always", "[exchange]") {
  auto [message, told] = GENERATE(table<std::string, bool>({
      {"the grant is suspended", true},
      {std::string(1024, 'x'), true},
      {std::string(1025, 'x'), false},
      {"two\rlines", false},
      {"\x1b[31m", false},
  }));
  CAPTURE(message);
  World world;
  world.on_answer = [message = message](absl::StatusOr<v1::Envelope> answer) {
    Response response = *DecodeResponse(answer->payload());
    response.outcome = Outcome::kRefused;
    response.reason = "GRANT_SUSPENDED";
    response.message = message;
    response.body.clear();
    answer->set_payload(Encode(response));
    crypto::BatchSigner signer(TestKey(kCivilNode));
    *answer->mutable_signature() = evidence::ToProto(*signer.Sign(answer->payload()));
    return answer;
  };
  const absl::Status refused = world.Query(World::GoodAsk()).status();
  CHECK(DetailsOf(refused)->reason == Reason::kGrantSuspended);
  CHECK((refused.message() == message) == told);
  CHECK(refused.message().size() <= 1024);
}

TEST_CASE("No item outside the grant ever leaves, whatever grant and query", "[exchange]") {
  const std::vector<std::string> all = {"code", "name", "secret", "pay", "home"};
  uint64_t seed = 20260101;
  auto random = [&seed](uint64_t n) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 33) % n;
  };
  World world;
  world.source.items = all;
  for (auto& row : world.source.rows) {
    for (const std::string& item : all) {
      if (item != "code") row[item] = absl::StrCat("CANARY-", item);
    }
  }
  int delivered = 0;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    Grant grant = World::GoodGrant();
    grant.items.clear();
    for (const std::string& item : all) {
      if (random(2) == 0) grant.items.push_back(item);
    }
    grant.revision = {1, static_cast<uint64_t>(10 + round)};
    grant.rows.conditions.clear();
    if (random(2) == 0) grant.rows.conditions = {{"code", filter::Op::kPrefix, "11"}};
    // The consumer's node is one that asks for everything: only the provider protects.
    Grant lenient = grant;
    lenient.items = all;
    lenient.rows.conditions.clear();
    world.civil->grants.Put(grant, grant.revision);
    world.tax->grants.Put(lenient, grant.revision);
    Ask ask = World::GoodAsk();
    ask.exchange = absl::StrCat("r", round);
    QueryOf(ask).items.clear();
    for (const std::string& item : all) {
      if (random(3) == 0) QueryOf(ask).items.push_back(item);
    }
    QueryOf(ask).where.conditions = {{"code", filter::Op::kPrefix, random(2) == 0 ? "1" : "12"}};
    if (random(4) == 0) {
      QueryOf(ask).where.conditions.push_back({all[1 + random(4)], filter::Op::kPrefix, "CANARY"});
    }
    std::string wire;
    world.on_answer = [&wire](absl::StatusOr<v1::Envelope> answer) {
      if (answer.ok()) wire = answer->payload();
      return answer;
    };
    (void)world.Query(ask);
    const Response response = *DecodeResponse(wire);
    delivered += response.outcome == Outcome::kDelivered;
    for (const std::string& item : all) {
      const bool granted =
          std::find(grant.items.begin(), grant.items.end(), item) != grant.items.end();
      if (!granted) CHECK(wire.find("CANARY-" + item) == std::string::npos);
    }
    if (response.outcome != Outcome::kDelivered) {
      CHECK(wire.find("CANARY") == std::string::npos);
    }
    // Nothing else is even read.
    for (const ReadRequest& read : world.source.asked) {
      for (const std::string& item : read.items) {
        CHECK(std::find(grant.items.begin(), grant.items.end(), item) != grant.items.end());
      }
    }
    world.source.asked.clear();
    for (const AuditRecord& record : world.civil->Evidence()) {
      CHECK(record.SerializeAsString().find("CANARY") == std::string::npos);
    }
    world.civil_store.on_commit = nullptr;
  }
  CHECK(delivered > 30);
}

}  // namespace
}  // namespace shareway::exchange
