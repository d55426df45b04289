// SPDX-License-Identifier: Apache-2.0
// Which of the agencies at a node is spoken to, answers, and owes a half; and that an agency's
// own key, not its host's, speaks for it.
#include "services/exchange/hosting.h"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/evidence/signer.h"
#include "services/exchange/call_serving.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;

constexpr char kVillage[] = "agencies/village";  // in the directory, but not started for

// Civil's node hosts the town.
struct Hosts {
  Hosts() {
    world.civil->neighbours.hosted = {{kTown, kCivilNode}, {kVillage, kCivilNode}};
  }
  void PutGrantOf(const std::string& provider) {
    Grant grant = World::GoodGrant();
    grant.provider = provider;
    grant.revision.number = 6;
    world.civil->grants.Put(grant, grant.revision);
  }

  World world;
  Hosting hosting{{.node = kCivilNode,
                   .hosted = {kTown},
                   .neighbours = &world.civil->neighbours,
                   .grants = &world.civil->grants}};
};

TEST_CASE("A caller speaks to the seat of its agency while directory and lease stand",
          "[exchange][hosting]") {
  Hosts hosts;
  TestNeighbours& neighbours = hosts.world.civil->neighbours;
  CHECK(hosts.hosting.own() == kCivil);
  CHECK_FALSE(hosts.hosting.alone());
  CHECK(*hosts.hosting.OfCaller(kTown) == kTown);
  for (const char* other : {kCivil, kTax, kVillage, "", "agencies/tow", "agencies/town/"}) {
    CAPTURE(other);
    CHECK(*hosts.hosting.OfCaller(other) == kCivil);
  }
  neighbours.leases = false;
  CHECK(WhyOf(hosts.hosting.OfCaller(kTown).status()) == Reason::kLeaseStale);
  CHECK(*hosts.hosting.OfCaller(kTax) == kCivil);  // a stranger learns nothing of leases
  neighbours.leases = true;
  neighbours.suspended = {kTown};
  CHECK(*hosts.hosting.OfCaller(kTown) == kCivil);
  neighbours.suspended.clear();
  neighbours.hosted.erase(kTown);
  CHECK(*hosts.hosting.OfCaller(kTown) == kCivil);
}

TEST_CASE("A request is answered by the provider of the grant that it names, if that is served",
          "[exchange][hosting]") {
  Hosts hosts;
  World& world = hosts.world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  const evidence::v1::Envelope request = world.sent.at(0);
  CHECK(hosts.hosting.OfRequest(request) == kCivil);
  for (const auto& [provider, answers] :
       {std::pair(kTown, kTown), std::pair(kVillage, kCivil), std::pair(kTax, kCivil)}) {
    CAPTURE(provider);
    hosts.PutGrantOf(provider);
    CHECK(hosts.hosting.OfRequest(request) == answers);
  }
  hosts.PutGrantOf(kTown);
  world.civil->neighbours.hosted.erase(kTown);
  CHECK(hosts.hosting.OfRequest(request) == kCivil);
  evidence::v1::Envelope nonsense;
  nonsense.set_payload("\xff");
  CHECK(hosts.hosting.OfRequest(nonsense) == kCivil);
}

TEST_CASE("A grant that is on its way is waited for, another is not", "[exchange][hosting]") {
  Hosts hosts;
  World& world = hosts.world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  const evidence::v1::Envelope request = world.sent.at(0);  // it cites revision 5
  world.civil->grants.Replace({}, {1, 4});
  std::thread feed([&] {
    Grant grant = World::GoodGrant();
    grant.provider = kTown;
    world.civil->grants.Put(grant, grant.revision);
  });
  CHECK(hosts.hosting.OfRequest(request) == kTown);
  feed.join();
  world.civil->grants.Replace({}, {1, 9});
  CHECK(hosts.hosting.OfRequest(request) == kCivil);
}

TEST_CASE("A missing half is owed by the party that is here", "[exchange][hosting]") {
  const Hosts hosts;
  struct Case {
    std::vector<std::string> agencies, nodes;
    evidence::RecordKind kind;
    std::string agency;
    bool consumer;
  };
  const auto delivered = evidence::v1::EXCHANGE_DELIVERED;
  const auto refused = evidence::v1::EXCHANGE_REFUSED;
  const auto received = evidence::v1::EXCHANGE_RECEIVED;
  const auto lost = evidence::v1::EXCHANGE_NOT_RECEIVED;
  for (const Case& c : {Case{{kTown, kTax}, {kCivilNode, kTaxNode}, delivered, kTown, true},
                        Case{{kCivil, kTax}, {kCivilNode, kTaxNode}, lost, kCivil, true},
                        Case{{kTax, kTown}, {kTaxNode, kCivilNode}, lost, kTown, false},
                        Case{{kTax, kCivil}, {kTaxNode, kCivilNode}, received, kCivil, false},
                        Case{{kTax, kVillage}, {kTaxNode, kCivilNode}, lost, kCivil, false},
                        // Both sides are here: the kind tells which half is there.
                        Case{{kTown, kCivil}, {kCivilNode, kCivilNode}, delivered, kTown, true},
                        Case{{kTown, kCivil}, {kCivilNode, kCivilNode}, refused, kTown, true},
                        Case{{kTown, kCivil}, {kCivilNode, kCivilNode}, lost, kCivil, false},
                        Case{{kCivil, kTown}, {kCivilNode, kCivilNode}, received, kTown, false},
                        Case{{kTown}, {kCivilNode, kCivilNode}, lost, kTown, false},
                        Case{{}, {kCivilNode, kTaxNode}, lost, kCivil, true}}) {
    AuditRecord other;
    other.set_kind(c.kind);
    for (const std::string& agency : c.agencies) other.add_agencies(agency);
    for (const std::string& node : c.nodes) other.add_nodes(node);
    CAPTURE(other.ShortDebugString());
    const Hosting::Owed owed = hosts.hosting.OfMissing(other);
    CHECK(owed.agency == c.agency);
    CHECK(owed.consumer == c.consumer);
  }
}

// A system that asks another one, as one that is slow while the other is called.
class Nested final : public Backend {
 public:
  std::function<void()> then;
  absl::StatusOr<BackendAnswer> Call(const BackendCall&) const override {
    if (const std::function<void()> now = then) now();  // which may set another
    return BackendAnswer{.content_type = "text/plain", .content = "x"};
  }
};

TEST_CASE("A seat whose systems are slow leaves the others half of the calls",
          "[exchange][hosting]") {
  const CorrectionTable corrections;
  Resource resource = World::GoodResource();
  resource.operations = {
      {.id = "photo", .form = Operation::Form::kOpaque, .item = "name"}};
  Backends backends;
  auto made = std::make_unique<Nested>();
  Nested* const system = made.get();
  backends.emplace("resources/r1/operations/photo", std::move(made));
  CallRoom room;
  const CallServing slow(&backends, &corrections, "s", &room, 2);
  const CallServing other(&backends, &corrections, "s", &room, 2);
  const Request request;
  const Demand demand = Invocation{.operation = "photo"};
  const Grant grant = [] {
    Grant good = World::GoodGrant();
    good.rows = {};
    return good;
  }();
  const Permission permission{.items = {"name"}, .masks = {MaskKind::kNone}};
  const Permitted permitted{request, demand, grant, resource, permission};
  std::vector<Reason> nested;
  system->then = [&] {
    system->then = [&] {
      system->then = nullptr;
      nested.push_back(WhyOf(slow.Serve(permitted).status()));   // two of it run
      nested.push_back(WhyOf(other.Serve(permitted).status()));  // none of this one
      room.running = kMostCalls;
      nested.push_back(WhyOf(other.Serve(permitted).status()));
      room.running = 2;
    };
    CHECK(slow.Serve(permitted).ok());
  };
  CHECK(slow.Serve(permitted).ok());
  CHECK(nested == std::vector<Reason>{Reason::kOverloaded, Reason::kUnspecified,
                                      Reason::kOverloaded});
  CHECK(room.running == 0);
}

TEST_CASE("Calls of one consumer's node at slow systems leave room for its queries and for others",
          "[exchange][hosting]") {
  const CorrectionTable corrections;
  Resource resource = World::GoodResource();
  resource.operations = {
      {.id = "photo", .form = Operation::Form::kOpaque, .item = "name"}};
  Backends backends;
  auto made = std::make_unique<Nested>();
  Nested* const system = made.get();
  backends.emplace("resources/r1/operations/photo", std::move(made));
  CallRoom room;
  const bool alone = GENERATE(true, false);
  const CallServing serving(&backends, &corrections, "s", alone ? nullptr : &room);
  const Request request{.consumer_node = kTaxNode};
  const Request of_another{.consumer_node = kCivilNode};
  const Demand demand = Invocation{.operation = "photo"};
  Grant grant = World::GoodGrant();
  grant.rows = {};
  const Permission permission{.items = {"name"}, .masks = {MaskKind::kNone}};
  const Permitted permitted{request, demand, grant, resource, permission};
  const Permitted to_another{of_another, demand, grant, resource, permission};
  int running = 0;
  std::vector<Reason> nested;
  const std::function<void()> one_more = [&] {
    if (++running < kMostCallsOfNode) {
      system->then = one_more;
      CHECK(serving.Serve(permitted).ok());
      return;
    }
    system->then = nullptr;
    nested.push_back(WhyOf(serving.Serve(permitted).status()));
    nested.push_back(WhyOf(serving.Serve(to_another).status()));
  };
  system->then = one_more;
  CHECK(serving.Serve(permitted).ok());
  CHECK(nested == std::vector<Reason>{Reason::kOverloaded, Reason::kUnspecified});
  CHECK(serving.Serve(permitted).ok());  // they ended
  CHECK(room.of_node.empty());
}

std::string KeyId(const std::string& owner) { return TestKey(owner).public_key().id().str(); }

// The town has its seat at the node of tax, and a grant there.
struct Asking {
  Asking() {
    for (TestNode* node : {world.tax.get(), world.civil.get(), &town}) {
      node->neighbours.hosted = {{kTown, kTaxNode}};
      Grant grant = World::GoodGrant();
      grant.name = "grants/town";
      grant.consumer = kTown;
      node->grants.Put(grant, {1, 6});
    }
  }
  exchange::Ask AskOf(const std::string& grant) const {
    exchange::Ask ask = World::GoodAsk();
    ask.agency = kTown;
    ask.grant = grant;
    ask.query_bytes = Encode(QueryOf(ask));
    return ask;
  }
  absl::StatusOr<Answer> Query(exchange::Ask ask) {
    absl::StatusOr<Answer> result = absl::UnknownError("no answer");
    absl::Notification answered;
    town.consumer->Ask(std::move(ask), absl::InfiniteFuture(),
                       [&](absl::StatusOr<Answer> answer) {
                         result = std::move(answer);
                         answered.Notify();
                       });
    answered.WaitForNotification();
    return result;
  }

  World world;
  kv::MemoryStore store;
  TestNode town{&world, kTaxNode,    &world.source, &world.clock, &store,
                world.suite, nullptr, kTown,         kTown};
};

TEST_CASE("A hosted agency asks under its own key, which its host's does not replace",
          "[exchange][hosting]") {
  Asking asking;
  World& world = asking.world;
  const auto answer = asking.Query(asking.AskOf("grants/town"));
  INFO(answer.status());
  REQUIRE(answer.ok());
  const AuditRecord receipt = asking.town.Evidence().at(0);
  const AuditRecord delivery = world.civil->Evidence().at(0);
  for (const AuditRecord& half : {receipt, delivery}) {
    CHECK(half.agencies(0) == kTown);
    CHECK(half.nodes(0) == kTaxNode);
    CHECK(half.request_signature().key_id() == KeyId(kTown));
  }
  CHECK(world.tax->Evidence().empty());

  // The node signs in the town's name, and the town's seat without the node's TLS identity.
  Request forged = *DecodeRequest(world.sent.at(0).payload());
  forged.exchange = "x2";
  evidence::v1::Envelope envelope;
  envelope.set_payload(Encode(forged));
  *envelope.mutable_signature() =
      evidence::ToProto((*crypto::SignBatch(TestKey(kTaxNode), {envelope.payload()}))[0]);
  CHECK(WhyOf(world.Send(envelope).status()) == Reason::kEnvelopeInvalid);
  *envelope.mutable_signature() =
      evidence::ToProto((*crypto::SignBatch(TestKey(kTown), {envelope.payload()}))[0]);
  CHECK(WhyOf(world.Send(envelope, kCivilNode).status()) == Reason::kEnvelopeInvalid);
  CHECK(world.Send(envelope).ok());
  // Nor under the host's own grant.
  forged.exchange = "x3";
  forged.grant = "grants/g1";
  envelope.set_payload(Encode(forged));
  *envelope.mutable_signature() =
      evidence::ToProto((*crypto::SignBatch(TestKey(kTown), {envelope.payload()}))[0]);
  const auto refused = world.Send(envelope);
  REQUIRE(refused.ok());
  CHECK(DecodeResponse(refused->payload())->reason == "GRANT_UNKNOWN");
}

TEST_CASE("Neither asks under the other's grant, and evidence tells nothing of it",
          "[exchange][hosting]") {
  Asking asking;
  CHECK(WhyOf(asking.Query(asking.AskOf("grants/g1")).status()) == Reason::kGrantUnknown);
  exchange::Ask ask = World::GoodAsk();
  ask.grant = "grants/town";
  CHECK(WhyOf(asking.world.Query(ask).status()) == Reason::kGrantUnknown);
  CHECK(asking.world.sent.empty());
  for (const TestNode* node : {&asking.town, asking.world.tax.get()}) {
    REQUIRE(node->Evidence().size() == 1);
    const AuditRecord record = node->Evidence()[0];
    CHECK(record.kind() == evidence::v1::EXCHANGE_NOT_RECEIVED);
    CHECK(record.reason() == "GRANT_UNKNOWN");
    CHECK(record.agencies_size() == 1);
    CHECK(record.resource().empty());
    CHECK(record.request().empty());
  }
}

TEST_CASE("An agency that is hosted no more neither asks nor is answered", "[exchange][hosting]") {
  Asking asking;
  asking.town.neighbours.hosted.clear();
  CHECK(WhyOf(asking.Query(asking.AskOf("grants/town")).status()) == Reason::kNotVisible);
  CHECK(asking.town.Evidence().empty());
  asking.town.neighbours.hosted = {{kTown, kTaxNode}};
  asking.world.civil->neighbours.hosted.clear();
  CHECK(WhyOf(asking.Query(asking.AskOf("grants/town")).status()) == Reason::kEnvelopeInvalid);
  // While its rows are read.
  asking.world.civil->neighbours.hosted = {{kTown, kTaxNode}};
  asking.world.source.while_reading = [&] { asking.world.civil->neighbours.hosted.clear(); };
  asking.world.civil->neighbours.keeps_state = false;
  exchange::Ask ask = asking.AskOf("grants/town");
  ask.exchange = "x2";
  CHECK(WhyOf(asking.Query(ask).status()) == Reason::kEnvelopeInvalid);
  CHECK(asking.world.civil->Evidence().back().kind() == evidence::v1::EXCHANGE_REFUSED);
}

// The town has its seat at civil's node, and the grant there is of its data.
struct Answering {
  explicit Answering(const std::string& key_of = kTown)
      : town{&world, kCivilNode,  &world.source, &world.clock, &store,
             world.suite, nullptr, kTown,         key_of} {
    town.resources.Put(World::GoodResource());
    for (TestNode* node : {world.tax.get(), world.civil.get(), &town}) {
      node->neighbours.hosted = {{kTown, kCivilNode}};
      Grant grant = World::GoodGrant();
      grant.provider = kTown;
      node->grants.Put(grant, {1, 6});
    }
    world.seat = &town;
  }
  absl::StatusOr<Downloaded> Download() {
    exchange::Ask ask = World::GoodAsk(Method::kDownload);
    ask.exchange = "d1";
    std::vector<std::string> batches;
    return world.Download(ask, &batches);
  }

  World world;
  kv::MemoryStore store;
  TestNode town;
};

TEST_CASE("A hosted agency answers under its own key", "[exchange][hosting]") {
  Answering answering;
  World& world = answering.world;
  const auto answer = world.Query(World::GoodAsk());
  INFO(answer.status());
  REQUIRE(answer.ok());
  const auto downloaded = answering.Download();
  INFO(downloaded.status());
  REQUIRE(downloaded.ok());
  CHECK(world.civil->Evidence().empty());
  for (const TestNode* node : {&answering.town, world.tax.get()}) {
    const std::vector<AuditRecord> records = node->Evidence();
    REQUIRE(records.size() >= 2);
    for (const AuditRecord& record : {records.front(), records.back()}) {
      CHECK(record.agencies(1) == kTown);
      CHECK(record.nodes(1) == kCivilNode);
      CHECK(record.response_signature().key_id() == KeyId(kTown));
    }
  }
}

TEST_CASE("What a host delivers in its guest's name is not taken", "[exchange][hosting]") {
  Answering answering(kCivilNode);  // with the node's key
  for (const absl::Status& status :
       {answering.world.Query(World::GoodAsk()).status(), answering.Download().status()}) {
    CAPTURE(status);
    CHECK(absl::IsDataLoss(status));
    CHECK(WhyOf(status) == Reason::kEnvelopeInvalid);
  }
  for (const AuditRecord& record : answering.world.tax->Evidence()) {
    CHECK(record.kind() == evidence::v1::EXCHANGE_NOT_RECEIVED);
  }
  // Nor in its own: the grant is not of its data.
  Answering own;
  own.world.on_answer = [](const absl::StatusOr<evidence::v1::Envelope>& answer) {
    Response response = *DecodeResponse(answer->payload());
    response.provider = kCivil;
    evidence::v1::Envelope changed;
    changed.set_payload(Encode(response));
    *changed.mutable_signature() =
        evidence::ToProto((*crypto::SignBatch(TestKey(kCivilNode), {changed.payload()}))[0]);
    return absl::StatusOr<evidence::v1::Envelope>(changed);
  };
  const absl::Status status = own.world.Query(World::GoodAsk()).status();
  CHECK(absl::IsDataLoss(status));
  CHECK(absl::StrContains(status.message(), "under its own key"));
  CHECK(own.world.tax->Evidence()[0].kind() == evidence::v1::EXCHANGE_NOT_RECEIVED);
}

TEST_CASE("A host refuses for a guest that left, in its own name", "[exchange][hosting]") {
  Answering answering;
  World& world = answering.world;
  world.civil->neighbours.hosted.clear();  // tax has not heard of it yet
  world.seat = nullptr;
  CHECK(WhyOf(world.Query(World::GoodAsk()).status()) == Reason::kGrantUnknown);
  CHECK(WhyOf(answering.Download().status()) == Reason::kGrantUnknown);
  REQUIRE(world.tax->Evidence().size() == 2);
  for (const AuditRecord& record : world.tax->Evidence()) {
    CHECK(record.kind() == evidence::v1::EXCHANGE_NOT_RECEIVED);
    CHECK(record.response_signature().key_id() == KeyId(kCivilNode));
  }
  for (const AuditRecord& record : world.civil->Evidence()) {
    CHECK(record.kind() == evidence::v1::EXCHANGE_REFUSED);
    CHECK(record.agencies(1) == kCivil);
    CHECK(record.resource().empty());
  }
}

TEST_CASE("Where both sides are at one node, the provider's lost half is a refusal",
          "[exchange][hosting]") {
  World world;
  world.civil->neighbours.hosted = {{kTown, kCivilNode}};
  AuditRecord other;
  other.set_kind(evidence::v1::EXCHANGE_NOT_RECEIVED);
  for (const char* agency : {kTown, kCivil}) other.add_agencies(agency);
  for (int i = 0; i < 2; ++i) other.add_nodes(kCivilNode);
  other.set_exchange("x9");
  other.set_attempt(1);
  other.set_request_digest(crypto::Sha256("request").str());
  *other.mutable_request_signature() =
      evidence::ToProto(*crypto::BatchSigner(TestKey(kTown)).Sign("request"));
  REQUIRE(world.civil->provider->RecordLost(other).ok());
  REQUIRE(world.civil->Evidence().size() == 1);
  CHECK(world.civil->Evidence()[0].kind() == evidence::v1::EXCHANGE_REFUSED);
  CHECK(world.civil->Evidence()[0].reason() == "EXCHANGE_LOST");
}

TEST_CASE("The seat of one agency settles no half of another", "[exchange][hosting]") {
  Asking asking;
  REQUIRE(asking.Query(asking.AskOf("grants/town")).ok());
  AuditRecord delivery = asking.world.civil->Evidence().at(0);
  delivery.set_exchange("x9");
  CHECK(absl::IsInvalidArgument(asking.world.tax->consumer->RecordLost(delivery)));
  CHECK(asking.world.tax->Evidence().empty());
  asking.town.neighbours.hosted.clear();  // what it owes it still writes
  REQUIRE(asking.town.consumer->RecordLost(delivery).ok());
  CHECK(asking.town.Evidence().back().exchange() == "x9");
}

}  // namespace
}  // namespace shareway::exchange
