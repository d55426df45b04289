// SPDX-License-Identifier: Apache-2.0
// Faults and replays: nothing is delivered without durable evidence, and no
// attempt twice.
#include "catch2/catch.hpp"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace v1 = evidence::v1;

int CountOf(const TestNode& node, evidence::RecordKind kind) {
  int count = 0;
  for (const AuditRecord& record : node.Evidence()) count += record.kind() == kind;
  return count;
}

std::function<kv::Outcome(const kv::Batch&)> Fault(bool applied) {
  return [applied](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
}

TEST_CASE("No durable evidence, no delivery: the provider's store fails", "[exchange][fault]") {
  const bool applied = GENERATE(false, true);  // the write lost, or only its answer
  CAPTURE(applied);
  World world;
  world.civil_store.on_commit = Fault(applied);
  const auto failed = world.Query(World::GoodAsk());
  CHECK(absl::IsUnavailable(failed.status()));
  CHECK(WhyOf(failed.status()) == Reason::kEvidenceUnavailable);
  CHECK(CountOf(*world.civil, v1::EXCHANGE_DELIVERED) == (applied ? 1 : 0));

  world.civil_store.on_commit = nullptr;
  const auto retried = world.Query(World::GoodAsk());
  REQUIRE(retried.ok());
  CHECK(retried->attempt == 2);  // never again under the attempt whose fate is not known
  CHECK(CountOf(*world.tax, v1::EXCHANGE_NOT_RECEIVED) == 1);
  CHECK(CountOf(*world.tax, v1::EXCHANGE_RECEIVED) == 1);
}

TEST_CASE("No durable evidence, no answer: the consumer's store fails", "[exchange][fault]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  World world;
  world.tax_store.on_commit = Fault(applied);
  const auto failed = world.Query(World::GoodAsk());
  CHECK(WhyOf(failed.status()) == Reason::kEvidenceUnavailable);

  world.tax_store.on_commit = nullptr;
  const auto retried = world.Query(World::GoodAsk());
  INFO(retried.status());
  REQUIRE(retried.ok());
  CHECK(retried->attempt == 2);
  // One half each for each attempt.
  CHECK(world.civil->Evidence().size() == 2);
  CHECK(world.tax->Evidence().size() == 2);
  CHECK(CountOf(*world.tax, v1::EXCHANGE_RECEIVED) == (applied ? 2 : 1));
}

TEST_CASE("A consumer that lost its memory takes the number after the settled one",
          "[exchange][fault]") {
  World world;
  // The answer to attempt 1 never arrives and the consumer's node dies with it.
  world.tax_store.on_commit = Fault(false);
  (void)world.Query(World::GoodAsk());
  world.tax_store.on_commit = nullptr;
  world.RestartTax();
  const auto retried = world.Query(World::GoodAsk());
  REQUIRE(retried.ok());
  CHECK(retried->attempt == 2);
  const std::vector<AuditRecord> consumer = world.tax->Evidence();
  REQUIRE(consumer.size() == 2);
  CHECK(consumer[0].kind() == v1::EXCHANGE_NOT_RECEIVED);
  CHECK(consumer[0].attempt() == 1);
  CHECK(consumer[0].reason() == "EXCHANGE_SETTLED");
  CHECK(consumer[1].kind() == v1::EXCHANGE_RECEIVED);
}

TEST_CASE("A replayed envelope gets the outcome and never the payload", "[exchange]") {
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  REQUIRE(world.sent.size() == 1);
  auto replay = [&] {
    const auto answer = world.Send(world.sent[0]);
    CHECK(absl::IsAlreadyExists(answer.status()));
    const std::optional<ErrorDetails> details = DetailsOf(answer.status());
    REQUIRE(details);
    CHECK(details->reason == Reason::kExchangeSettled);
    CHECK(details->metadata.at("outcome") == "DELIVERED");
    CHECK(details->metadata.at("attempt") == "1");
    CHECK(details->metadata.at("response_digest").size() == 64);
    CHECK(world.civil->Evidence().size() == 1);
  };
  replay();
  SECTION("over a restart") {
    world.RestartCivil();
    replay();
  }
  SECTION("after the replay window it is expired, and the attempt stays settled") {
    world.clock.Advance(absl::Minutes(5));
    world.civil->replays.Forget(ReplaySet::FirstMinute(world.clock.Now()));
    replay();
  }
}

TEST_CASE("The same attempt in a new envelope is settled, too", "[exchange]") {
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  world.clock.Advance(absl::Minutes(30));
  Request request = *DecodeRequest(world.sent[0].payload());
  request.nonce = std::string(16, 'z');
  request.issue_time = world.clock.Now();
  request.expire_time = request.issue_time + absl::Seconds(10);
  v1::Envelope envelope;
  envelope.set_payload(Encode(request));
  crypto::BatchSigner signer(TestKey(kTaxNode));
  *envelope.mutable_signature() = evidence::ToProto(*signer.Sign(envelope.payload()));
  CHECK(WhyOf(world.Send(envelope).status()) == Reason::kExchangeSettled);

  // The next attempt with another query is refused by the provider's own memory.
  request.attempt = 2;
  request.query = Encode(exchange::Query{.where = {{{"code", filter::Op::kPrefix, "110"}}}});
  envelope.set_payload(Encode(request));
  *envelope.mutable_signature() = evidence::ToProto(*signer.Sign(envelope.payload()));
  const auto refused = world.Send(envelope);
  REQUIRE(refused.ok());
  CHECK(DecodeResponse(refused->payload())->reason == "QUERY_CHANGED");
}

TEST_CASE("Three attempts, then none", "[exchange]") {
  World world;
  world.on_answer = [](absl::StatusOr<v1::Envelope>) {
    return absl::StatusOr<v1::Envelope>(absl::UnavailableError("cut"));
  };
  for (int attempt = 1; attempt <= 3; ++attempt) {
    CHECK(WhyOf(world.Query(World::GoodAsk()).status()) == Reason::kPeerUnreachable);
  }
  world.on_answer = nullptr;
  const absl::Status exhausted = world.Query(World::GoodAsk()).status();
  CHECK(WhyOf(exhausted) == Reason::kAttemptsExhausted);
  CHECK(world.civil->Evidence().size() == 3);
  CHECK(world.tax->Evidence().size() == 3);
  Ask other = World::GoodAsk();
  other.exchange = "x2";
  CHECK(world.Query(other).ok());
}

TEST_CASE("An exchange id belongs to one query", "[exchange]") {
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  Ask other = World::GoodAsk();
  QueryOf(other).limit = 5;
  const absl::Status changed = world.Query(other).status();
  CHECK(absl::IsInvalidArgument(changed));
  CHECK(WhyOf(changed) == Reason::kQueryChanged);
}

TEST_CASE("What cannot be attributed is counted, not recorded one by one", "[exchange]") {
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  auto [why, spoil] = GENERATE(table<const char*, void (*)(v1::Envelope&, std::string&)>({
      {"no message", [](v1::Envelope& e, std::string&) { e.set_payload("\xff"); }},
      {"a byte", [](v1::Envelope& e, std::string&) { e.mutable_payload()->back() ^= 1; }},
      {"signature",
       [](v1::Envelope& e, std::string&) { e.mutable_signature()->mutable_bytes()->back() ^= 1; }},
      {"another peer", [](v1::Envelope&, std::string& peer) { peer = kCivilNode; }},
  }));
  CAPTURE(why);
  v1::Envelope envelope = world.sent[0];
  std::string peer = kTaxNode;
  spoil(envelope, peer);
  const size_t before = world.civil->Evidence().size();
  const auto answer = world.Send(envelope, peer);
  CHECK((absl::IsPermissionDenied(answer.status()) || absl::IsInvalidArgument(answer.status())));
  CHECK(world.civil->Evidence().size() == before);
  world.clock.Advance(absl::Minutes(1));
  const auto rejected = world.civil->rejected.TakeOver(world.clock.Now());
  REQUIRE(rejected.size() == 1);
  CHECK(rejected[0].peer == peer);
  CHECK(rejected[0].count == 1);
  CHECK(world.civil->rejected.TakeOver(world.clock.Now()).empty());
}

TEST_CASE("A half that audit misses is written once", "[exchange]") {
  World world;
  world.tax_store.on_commit = Fault(false);
  (void)world.Query(World::GoodAsk());
  world.tax_store.on_commit = nullptr;
  const AuditRecord delivered = world.civil->Evidence()[0];
  REQUIRE(world.tax->consumer->RecordLost(delivered).ok());
  REQUIRE(world.tax->consumer->RecordLost(delivered).ok());
  const std::vector<AuditRecord> consumer = world.tax->Evidence();
  REQUIRE(consumer.size() == 1);
  CHECK(consumer[0].kind() == v1::EXCHANGE_NOT_RECEIVED);
  CHECK(consumer[0].reason() == "EXCHANGE_LOST");
  CHECK(consumer[0].request_digest() == delivered.request_digest());
  // What this node knows of is left alone, and without the consumer's signature nothing is taken.
  REQUIRE(world.civil->provider->RecordLost(delivered).ok());
  CHECK(absl::IsInvalidArgument(world.civil->provider->RecordLost(consumer[0])));
  CHECK(world.civil->Evidence().size() == 1);
  // A request that never arrived is the provider's to record.
  world.on_send = [](const std::string&) { return absl::UnavailableError("cut"); };
  Ask ask = World::GoodAsk();
  ask.exchange = "x9";
  CHECK_FALSE(world.Query(ask).ok());
  world.on_send = nullptr;
  const AuditRecord never = world.tax->Evidence().back();
  REQUIRE(never.exchange() == "x9");
  REQUIRE(world.civil->provider->RecordLost(never).ok());
  REQUIRE(world.civil->provider->RecordLost(never).ok());
  REQUIRE(world.civil->Evidence().size() == 2);
  CHECK(world.civil->Evidence()[1].kind() == v1::EXCHANGE_NOT_RECEIVED);
  // The retry goes on after the recorded attempt.
  CHECK(world.Query(World::GoodAsk())->attempt == 2);
}

TEST_CASE("What another node says of an exchange is neither signed nor written over what is known",
          "[exchange]") {
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  Ask ask = World::GoodAsk();
  ask.exchange = "other";
  REQUIRE(world.Query(ask).ok());
  const AuditRecord other = world.civil->Evidence()[1];
  const size_t before = world.tax->Evidence().size();
  const auto asked = [&] { return (*world.tax->store.LoadAsked("x1"))->asked; };
  const Asked known = asked();
  AuditRecord lie = world.civil->Evidence()[0];
  lie.set_attempt(3);
  // One request is of one attempt.
  CHECK(absl::IsInvalidArgument(world.tax->consumer->RecordLost(lie)));
  CHECK(world.tax->Evidence().size() == before);
  // The request of another exchange: no more than the digest can be told from it.
  lie = other;
  lie.set_exchange("x1");
  lie.set_attempt(3);
  lie.set_grant("grants/invented");
  lie.set_purpose(v1::WORK_REFERENCE);
  lie.set_operation("invented");
  lie.set_agencies(1, "agencies/invented");
  for (int i = 0; i < 2; ++i) REQUIRE(world.tax->consumer->RecordLost(lie).ok());
  REQUIRE(world.tax->Evidence().size() == before + 1);
  const AuditRecord half = world.tax->Evidence().back();
  CHECK(half.kind() == v1::EXCHANGE_NOT_RECEIVED);
  CHECK(half.grant().empty());
  CHECK(half.operation().empty());
  CHECK(half.purpose() == v1::PURPOSE_UNSPECIFIED);
  CHECK(half.request_digest() == other.request_digest());
  REQUIRE(half.agencies_size() == 2);
  CHECK(half.agencies(0) == kTax);
  CHECK(half.agencies(1) == kCivil);
  CHECK(asked().attempt == known.attempt);
  CHECK(asked().request_digest == known.request_digest);
  CHECK(asked().reason.empty());
  CHECK(asked().received);
}

}  // namespace
}  // namespace shareway::exchange
