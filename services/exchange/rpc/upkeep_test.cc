// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/upkeep.h"

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/kv/ballast.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "services/exchange/test_world.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/support/temp_dir.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace au = audit::v1;

// Audit, as far as recovery sees it: one unmatched half a page.
class AuditChannel final : public rpc::Channel {
 public:
  std::vector<AuditRecord> unmatched;
  int pages = 0;  // that were asked for

  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string bytes,
                                       const rpc::CallOptions&) override {
    if (path != "/shareway.audit.v1.AuditService/ListUnmatched") {
      return absl::UnimplementedError(path);
    }
    au::ListUnmatchedRequest request;
    request.ParseFromString(bytes);
    const size_t at = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    au::ListUnmatchedResponse page;
    ++pages;
    if (at < unmatched.size()) {
      evidence::v1::Envelope envelope;
      envelope.set_payload(unmatched[at].SerializeAsString());
      page.add_exchanges()->mutable_sealed()->set_record(envelope.SerializeAsString());
      page.mutable_exchanges(0)->set_index(at);
    }
    if (at + 1 < unmatched.size()) page.set_next_page_token(std::to_string(at + 1));
    return page.SerializeAsString();
  }
  void RawUnaryAsync(const std::string&, std::string, const rpc::CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)> done) override {
    done(absl::UnimplementedError("not used"));
  }
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string&, std::string,
                                                      const rpc::CallOptions&) override {
    return nullptr;
  }
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }
};

// A node with its upkeep, which is told what `rolled_back` says.
struct Kept {
  Kept(World* world, TestNode* node, std::optional<bool> rolled_back,
       kv::Ballast* ballast = nullptr)
      : server(rpc::Server::Options(), &directory),
        grant_lease(&world->clock),
        directory_lease(&world->clock),
        upkeep(PartsOf(world, node, rolled_back, ballast)) {}

  Upkeep::Parts PartsOf(World* world, TestNode* node, std::optional<bool> rolled_back,
                        kv::Ballast* ballast = nullptr) {
    return {.set_ready = [this](bool ready, absl::string_view why) { server.SetReady(ready, why); },
            .caught_up = [] { return true; },
            .rolled_back = [rolled_back] { return rolled_back; },
            .grant_lease = &grant_lease,
            .directory_lease = &directory_lease,
            .outbox = node->outbox.get(),
            .room = &node->room,
            .disk_accepts = [ballast] { return ballast == nullptr || ballast->Accepts(); },
            .grants = &node->grants,
            .replays = &node->replays,
            .rejected = &node->rejected,
            .store = &node->store,
            .provider = node->provider.get(),
            .audit = audit,
            .record_lost =
                [this, node](const AuditRecord& other) {
                  ++tried;
                  return other.nodes(0) == node->name ? node->consumer->RecordLost(other)
                                                      : node->provider->RecordLost(other);
                },
            .clock = &world->clock,
            .node = node->name};
  }

  std::atomic<int> tried = 0;  // halves
  std::shared_ptr<AuditChannel> audit = std::make_shared<AuditChannel>();
  rpc::DirectoryHolder directory;
  rpc::Server server;
  rpc::Lease grant_lease, directory_lease;
  Upkeep upkeep;
};

TEST_CASE("Recovery writes the halves that audit misses, on both sides, once", "[exchange]") {
  World world;
  world.tax_store.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::UnavailableError("dead")};
  };
  (void)world.Query(World::GoodAsk());
  world.tax_store.on_commit = nullptr;
  const AuditRecord delivered = world.civil->Evidence()[0];
  // The tax node asked under x9, nothing arrived at civil's.
  world.on_send = [](const std::string&) { return absl::UnavailableError("cut"); };
  Ask ask = World::GoodAsk();
  ask.exchange = "x9";
  CHECK_FALSE(world.Query(ask).ok());
  const AuditRecord never = world.tax->Evidence()[0];

  Kept tax(&world, world.tax.get(), std::nullopt);
  AuditRecord foreign = delivered;
  foreign.set_nodes(0, "agencies/housing/nodes/n1");
  tax.audit->unmatched = {foreign, delivered};  // what makes no sense stops nothing
  for (int i = 0; i < 4; ++i) {  // a page at a time, twice over both
    const auto listed = tax.upkeep.Recover();
    REQUIRE(listed.ok());
    CHECK(*listed == 1);
    CHECK(tax.upkeep.recovered() == (i % 2 == 1));
  }
  CHECK(tax.audit->pages == 4);
  REQUIRE(world.tax->Evidence().size() == 2);
  CHECK(world.tax->Evidence()[1].kind() == evidence::v1::EXCHANGE_NOT_RECEIVED);
  CHECK(world.tax->Evidence()[1].exchange() == "x1");
  CHECK(tax.tried == 3);  // what can never be recorded is not tried again

  Kept civil(&world, world.civil.get(), std::nullopt);
  civil.audit->unmatched = {never};
  REQUIRE(civil.upkeep.Recover().ok());
  REQUIRE(world.civil->Evidence().size() == 2);
  CHECK(world.civil->Evidence()[1].exchange() == "x9");
}

TEST_CASE("A node recovers by itself once it knows that it was not rolled back", "[exchange]") {
  const auto rolled_back =
      GENERATE(std::optional<bool>(false), std::optional<bool>(true), std::optional<bool>());
  const bool current = rolled_back == false;
  CAPTURE(current);
  World world;
  REQUIRE(world.Query(World::GoodAsk()).ok());
  AuditRecord lost = world.civil->Evidence()[0];
  lost.set_exchange("x9");
  Kept tax(&world, world.tax.get(), std::nullopt);  // does nothing by itself
  tax.audit->unmatched = {lost};
  const Upkeep upkeep(tax.PartsOf(&world, world.tax.get(), rolled_back));
  const bool written = world.tax_store.WaitLog(
      "outbox", 1, current ? absl::Seconds(5) : absl::Milliseconds(250));
  CHECK(written == current);
}

TEST_CASE("Rejected calls become one record a peer and minute", "[exchange]") {
  World world;
  const auto rolled_back = GENERATE(std::optional<bool>(false), std::optional<bool>());
  Kept civil(&world, world.civil.get(), rolled_back);
  for (int i = 0; i < 3; ++i) (void)world.Send(evidence::v1::Envelope(), kTaxNode);
  CHECK(world.civil->Evidence().empty());
  world.clock.Advance(absl::Minutes(1));
  const bool written = world.civil_store.WaitLog(
      "outbox", 0, rolled_back ? absl::Seconds(5) : absl::Milliseconds(250));
  REQUIRE(written == rolled_back.has_value());
  if (!written) return;
  const AuditRecord record = world.civil->Evidence()[0];
  CHECK(record.kind() == evidence::v1::CALLS_REJECTED);
  CHECK(record.record_count() == 3);
  CHECK(record.object() == kTaxNode);
  CHECK(record.reason() == "ENVELOPE_INVALID");
}

TEST_CASE("What was rejected in the minute that runs is recorded at the end", "[exchange]") {
  World world;
  const auto rolled_back = GENERATE(std::optional<bool>(false), std::optional<bool>(true));
  {
    Kept civil(&world, world.civil.get(), rolled_back);
    for (int i = 0; i < 3; ++i) (void)world.Send(evidence::v1::Envelope(), kTaxNode);
    CHECK(world.civil->Evidence().empty());
  }
  REQUIRE(world.civil->Evidence().size() == (*rolled_back ? 0u : 1u));
  if (!*rolled_back) CHECK(world.civil->Evidence()[0].record_count() == 3);
}

TEST_CASE("Rejections whose record a full disk refused are counted on", "[exchange]") {
  World world;
  RejectionCount& rejected = world.civil->rejected;
  const absl::Time now = world.clock.Now();
  rejected.Add("a", now, "OVERLOADED");
  rejected.Add("b", now, "OVERLOADED");
  std::vector<RejectedCalls> taken = rejected.TakeAll();
  REQUIRE(taken.size() == 2);
  rejected.Add("a", now, "EXCHANGE_SETTLED");
  rejected.PutBack(std::move(taken));
  taken = rejected.TakeAll();
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].count == 2);
  CHECK(taken[0].reason == "EXCHANGE_SETTLED");
  CHECK(taken[1].count == 1);
  CHECK(taken[1].peer == "b");
  CHECK(rejected.TakeAll().empty());
}

TEST_CASE("Of refused calls those are counted of which nothing else tells", "[exchange]") {
  rpc::Caller node, person;
  node.identity.name = kTaxNode;
  node.agency = person.agency = kTax;
  person.identity.kind = crypto::Identity::Kind::kPerson;
  person.identity.name = "people/somebody";
  const absl::Time now = absl::FromUnixSeconds(1790000000);
  struct Case {
    Reason reason;
    bool counted;
  };
  for (const auto& [reason, counted] :
       {Case{Reason::kOverloaded, true}, Case{Reason::kRateLimited, true},
        Case{Reason::kExchangeSettled, true}, Case{Reason::kNotVisible, true}, Case{Reason::kEnvelopeInvalid, false},
        Case{Reason::kItemNotGranted, false}, Case{Reason::kFieldInvalid, false}}) {
    RejectionCount rejected;
    for (const rpc::Caller* caller : {&node, &person}) {
      CountRejected(*caller, Error(reason, absl::StatusCode::kResourceExhausted, "x"), now,
                    &rejected);
    }
    CountRejected(node, absl::UnavailableError("x"), now, &rejected);
    const std::vector<RejectedCalls> all = rejected.TakeAll();
    CAPTURE(ReasonName(reason));
    REQUIRE(all.size() == (counted ? 2 : 0));
    if (!counted) continue;
    CHECK(all[0].peer == kTax);
    CHECK(all[1].peer == kTaxNode);
    CHECK(all[1].reason == ReasonName(reason));
  }
}

TEST_CASE("A node whose volume is nearly full accepts nothing until there is room",
          "[exchange]") {
  World world;
  const testing::TempDir dir;
  const double share = GENERATE(0.0, 1.0);
  auto ballast = kv::Ballast::Open(
      {.dir = dir.path(), .bytes = 1 << 20, .min_free_share = share, .clock = &world.clock});
  REQUIRE(ballast.ok());
  world.tax->room.there = share > 0.5;  // the other of what is to come
  const Kept tax(&world, world.tax.get(), std::nullopt, ballast->get());
  const absl::Time limit = absl::Now() + absl::Seconds(5);
  while (world.tax->room.there == (share > 0.5) && absl::Now() < limit) std::this_thread::yield();
  CHECK(world.tax->room.there == (share < 0.5));
  const auto asked = world.Query(World::GoodAsk());
  CHECK(asked.ok() == (share < 0.5));
  if (!asked.ok()) CHECK(WhyOf(asked.status()) == Reason::kEvidenceUnavailable);
}

}  // namespace
}  // namespace shareway::exchange
