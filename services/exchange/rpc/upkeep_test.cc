// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/upkeep.h"

#include "catch2/catch.hpp"
#include "libs/rpc/directory.h"
#include "services/exchange/test_world.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace au = audit::v1;

// Audit, as far as recovery sees it: one unmatched half a page.
class AuditChannel final : public rpc::Channel {
 public:
  std::vector<AuditRecord> unmatched;

  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string bytes,
                                       const rpc::CallOptions&) override {
    if (path != "/shareway.audit.v1.AuditService/ListUnmatched") {
      return absl::UnimplementedError(path);
    }
    au::ListUnmatchedRequest request;
    request.ParseFromString(bytes);
    const size_t at = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    au::ListUnmatchedResponse page;
    if (at < unmatched.size()) {
      evidence::v1::Envelope envelope;
      envelope.set_payload(unmatched[at].SerializeAsString());
      page.add_exchanges()->mutable_sealed()->set_record(envelope.SerializeAsString());
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
  Kept(World* world, TestNode* node, std::optional<bool> rolled_back)
      : server(rpc::Server::Options(), &directory),
        grant_lease(&world->clock),
        directory_lease(&world->clock),
        upkeep({.server = &server,
                .caught_up = [] { return true; },
                .rolled_back = [rolled_back] { return rolled_back; },
                .grant_lease = &grant_lease,
                .directory_lease = &directory_lease,
                .outbox = node->outbox.get(),
                .room = &node->room,
                .grants = &node->grants,
                .replays = &node->replays,
                .rejected = &node->rejected,
                .store = &node->store,
                .consumer = node->consumer.get(),
                .provider = node->provider.get(),
                .audit = audit,
                .clock = &world->clock,
                .node = node->name}) {}

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
  AuditRecord never = delivered;  // the tax node asked under x9, nothing arrived at civil's
  never.set_kind(evidence::v1::EXCHANGE_NOT_RECEIVED);
  never.set_exchange("x9");

  Kept tax(&world, world.tax.get(), std::nullopt);
  AuditRecord foreign = delivered;
  foreign.set_nodes(0, "agencies/housing/nodes/n1");
  tax.audit->unmatched = {foreign, delivered};  // what makes no sense stops nothing
  for (int i = 0; i < 2; ++i) {
    const auto listed = tax.upkeep.Recover();
    REQUIRE(listed.ok());
    CHECK(*listed == 2);
  }
  REQUIRE(world.tax->Evidence().size() == 1);
  CHECK(world.tax->Evidence()[0].kind() == evidence::v1::EXCHANGE_NOT_RECEIVED);
  CHECK(world.tax->Evidence()[0].exchange() == "x1");

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
  Upkeep::Parts parts{.server = &tax.server,
                      .caught_up = [] { return true; },
                      .rolled_back = [rolled_back] { return rolled_back; },
                      .grant_lease = &tax.grant_lease,
                      .directory_lease = &tax.directory_lease,
                      .outbox = world.tax->outbox.get(),
                      .room = &world.tax->room,
                      .grants = &world.tax->grants,
                      .replays = &world.tax->replays,
                      .rejected = &world.tax->rejected,
                      .store = &world.tax->store,
                      .consumer = world.tax->consumer.get(),
                      .provider = world.tax->provider.get(),
                      .audit = tax.audit,
                      .clock = &world.clock,
                      .node = world.tax->name};
  const Upkeep upkeep(std::move(parts));
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

}  // namespace
}  // namespace shareway::exchange
