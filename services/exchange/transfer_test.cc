// SPDX-License-Identifier: Apache-2.0
// Transfers between two nodes: chunks, running manifests, and what ends them.
#include "catch2/catch.hpp"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace v1 = evidence::v1;

std::vector<std::string> KindsOf(const TestNode& node) {
  std::vector<std::string> kinds;
  for (const AuditRecord& record : node.Evidence()) {
    kinds.push_back(v1::RecordKind_Name(record.kind()));
  }
  return kinds;
}

// More than a few chunks.
void Fill(World* world, int rows) {
  world->source.rows.clear();
  for (int i = 0; i < rows; ++i) {
    world->source.rows.push_back(
        {{"code", absl::StrCat("11", i)}, {"name", std::string(100, 'n')}, {"secret", "CANARY"}});
  }
}

TEST_CASE("A download brings every granted row under a signed manifest", "[exchange]") {
  World world;
  Fill(&world, 9000);
  std::vector<std::string> batches;
  const auto downloaded = world.Download(World::GoodAsk(Method::kDownload), &batches);
  INFO(downloaded.status());
  REQUIRE(downloaded.ok());
  CHECK(downloaded->records == 9000);
  CHECK(downloaded->dataset_version == "v1");
  CHECK(batches.size() > 3);
  uint64_t records = 0, bytes = 0;
  for (const std::string& batch : batches) {
    CHECK(batch.size() <= 256 << 10);
    CHECK(batch.find("CANARY") == std::string::npos);
    v1::RecordBatch read;
    REQUIRE(read.ParseFromString(batch));
    records += static_cast<uint64_t>(read.records_size());
    bytes += batch.size();
  }
  CHECK(records == 9000);
  CHECK(bytes == downloaded->size_bytes);
  CHECK(KindsOf(*world.civil) == std::vector<std::string>{"TRANSFER_INTENT", "EXCHANGE_DELIVERED"});
  CHECK(KindsOf(*world.tax) == std::vector<std::string>{"EXCHANGE_RECEIVED"});
  const AuditRecord provider = world.civil->Evidence()[1], consumer = world.tax->Evidence()[0];
  CHECK(provider.record_count() == 9000);
  CHECK(consumer.record_count() == 9000);
  CHECK(provider.response_digest() == consumer.response_digest());
  CHECK(provider.payload_bytes() == consumer.payload_bytes());
}

TEST_CASE("A manifest runs at least every ten seconds, and both sides record it", "[exchange]") {
  World world;
  Fill(&world, 3000);
  world.source.while_reading = [&] { world.clock.Advance(absl::Seconds(6)); };
  std::vector<std::string> batches;
  const auto downloaded = world.Download(World::GoodAsk(Method::kDownload), &batches);
  INFO(downloaded.status());
  REQUIRE(downloaded.ok());
  const std::vector<std::string> provider = KindsOf(*world.civil), consumer = KindsOf(*world.tax);
  const auto progress = std::count(provider.begin(), provider.end(), "TRANSFER_PROGRESS");
  CHECK(progress >= 1);
  CHECK(std::count(consumer.begin(), consumer.end(), "TRANSFER_PROGRESS") == progress);
}

TEST_CASE("A grant that ends while a transfer runs cuts it at the next chunk", "[exchange]") {
  World world;
  Fill(&world, 9000);
  int reads = 0;
  world.source.while_reading = [&] {
    if (++reads != 3) return;
    Grant grant = World::GoodGrant();
    grant.state = Grant::State::kRevoked;
    world.civil->grants.Put(grant, {1, 6});
  };
  std::vector<std::string> batches;
  const auto downloaded = world.Download(World::GoodAsk(Method::kDownload), &batches);
  CHECK(WhyOf(downloaded.status()) == Reason::kGrantRevoked);
  CHECK(reads == 3);
  CHECK(batches.size() <= 4);
  CHECK(KindsOf(*world.civil) == std::vector<std::string>{"TRANSFER_INTENT", "EXCHANGE_REFUSED"});
  CHECK(KindsOf(*world.tax) == std::vector<std::string>{"EXCHANGE_NOT_RECEIVED"});
  CHECK(world.civil->Evidence()[1].reason() == "GRANT_REVOKED");
  CHECK(world.tax->Evidence()[0].reason() == "GRANT_REVOKED");
  CHECK(world.tax->Evidence()[0].record_count() == world.civil->Evidence()[1].record_count());
}

TEST_CASE("What the network held back is not handed on under a grant that ended meanwhile",
          "[exchange]") {
  auto [why, change, reason] = GENERATE(table<const char*, void (*)(World&), Reason>({
      {"revoked",
       [](World& w) {
         Grant grant = World::GoodGrant();
         grant.state = Grant::State::kRevoked;
         w.tax->grants.Put(grant, {1, 6});
       },
       Reason::kGrantRevoked},
      {"narrowed",
       [](World& w) {
         Grant grant = World::GoodGrant();
         grant.items.pop_back();
         w.tax->grants.Put(grant, {1, 6});
       },
       Reason::kGrantOutdated},
      {"stale", [](World& w) { w.tax->neighbours.leases = false; }, Reason::kLeaseStale},
  }));
  CAPTURE(why);
  World world;
  Fill(&world, 9000);
  int batches = 0;
  exchange::Ask ask = World::GoodAsk(Method::kDownload);
  ask.query_bytes = Encode(QueryOf(ask));
  const auto downloaded =
      world.tax->consumer->Download(std::move(ask), [&, change = change](const v1::RecordBatch&) {
        if (++batches == 2) change(world);
        return absl::OkStatus();
      });
  CHECK(WhyOf(downloaded.status()) == reason);
  CHECK(batches == 2);
  CHECK(KindsOf(*world.tax) == std::vector<std::string>{"EXCHANGE_NOT_RECEIVED"});
}

TEST_CASE("A consumer that is suspended while a transfer runs gets no further chunk",
          "[exchange]") {
  auto [why, change, reason] = GENERATE(table<const char*, void (*)(TestNeighbours&), Reason>({
      {"node", [](TestNeighbours& n) { n.suspended.insert(kTaxNode); }, Reason::kEnvelopeInvalid},
      {"agency", [](TestNeighbours& n) { n.suspended.insert(kTax); }, Reason::kEnvelopeInvalid},
      {"key", [](TestNeighbours& n) { n.keys_valid = false; }, Reason::kKeyRevoked},
  }));
  CAPTURE(why);
  World world;
  Fill(&world, 9000);
  int reads = 0;
  world.source.while_reading = [&, change = change] {
    if (++reads == 3) change(world.civil->neighbours);
  };
  std::vector<std::string> batches;
  const auto downloaded = world.Download(World::GoodAsk(Method::kDownload), &batches);
  CHECK(WhyOf(downloaded.status()) == reason);
  CHECK(reads == 3);
}

TEST_CASE("A transfer that is refused sends no chunk", "[exchange]") {
  World world;
  world.civil->holds.Set("grants/g1", true);
  std::vector<std::string> batches;
  const auto downloaded = world.Download(World::GoodAsk(Method::kDownload), &batches);
  CHECK(WhyOf(downloaded.status()) == Reason::kHeld);
  CHECK(batches.empty());
  CHECK(KindsOf(*world.civil) == std::vector<std::string>{"EXCHANGE_REFUSED"});
  CHECK(KindsOf(*world.tax) == std::vector<std::string>{"EXCHANGE_NOT_RECEIVED"});
}

TEST_CASE("What was changed on the way does not verify", "[exchange]") {
  auto [why, spoil] = GENERATE(table<const char*, void (*)(TransferPart&, int)>({
      {"a flipped byte",
       [](TransferPart& p, int n) {
         if (n == 1) p.batch[p.batch.size() / 2] ^= 1;
       }},
      {"a lost chunk",
       [](TransferPart& p, int n) {
         if (n >= 1 && !p.manifest) ++p.index;
       }},
      {"a forged manifest",
       [](TransferPart& p, int) {
         if (p.manifest) p.manifest->mutable_payload()->back() ^= 1;
       }},
      {"another item",
       [](TransferPart& p, int n) {
         if (n != 0) return;
         v1::RecordBatch batch;
         batch.ParseFromString(p.batch);
         batch.set_items(0, "secret");
         p.batch = batch.SerializeAsString();
       }},
  }));
  CAPTURE(why);
  World world;
  Fill(&world, 3000);
  int number = 0;
  world.on_part = [&, spoil = spoil](TransferPart part) -> absl::StatusOr<TransferPart> {
    spoil(part, number++);
    return part;
  };
  std::vector<std::string> batches;
  const auto downloaded = world.Download(World::GoodAsk(Method::kDownload), &batches);
  CHECK_FALSE(downloaded.ok());
  CHECK(KindsOf(*world.tax) == std::vector<std::string>{"EXCHANGE_NOT_RECEIVED"});
}

TEST_CASE("A consumer that stops reading leaves a cut transfer as evidence", "[exchange]") {
  World world;
  Fill(&world, 3000);
  int number = 0;
  world.on_part = [&](TransferPart part) -> absl::StatusOr<TransferPart> {
    if (++number == 2) return absl::CancelledError("gone");
    return part;
  };
  std::vector<std::string> batches;
  CHECK_FALSE(world.Download(World::GoodAsk(Method::kDownload), &batches).ok());
  CHECK(KindsOf(*world.civil) == std::vector<std::string>{"TRANSFER_INTENT", "EXCHANGE_REFUSED"});
  CHECK(world.civil->Evidence()[1].reason() == "TRANSFER_BROKEN");
}

TEST_CASE("No chunk leaves before the intent is durable", "[exchange][fault]") {
  World world;
  int parts = 0;
  world.on_part = [&](TransferPart part) -> absl::StatusOr<TransferPart> {
    ++parts;
    return part;
  };
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  world.civil_store.on_commit = [applied](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  std::vector<std::string> batches;
  const auto failed = world.Download(World::GoodAsk(Method::kDownload), &batches);
  CHECK(WhyOf(failed.status()) == Reason::kEvidenceUnavailable);
  CHECK(parts == 0);
  world.civil_store.on_commit = nullptr;
  const auto retried = world.Download(World::GoodAsk(Method::kDownload), &batches);
  INFO(retried.status());
  CHECK(retried.ok());
}

TEST_CASE("A transfer that its provider did not live to end is closed by recovery", "[exchange]") {
  World world;
  int parts = 0;
  // The node dies after the intent: what it would have written later is lost.
  world.on_part = [&](TransferPart part) -> absl::StatusOr<TransferPart> {
    ++parts;
    world.civil_store.on_commit = [](const kv::Batch&) {
      return kv::Outcome{.apply = false, .status = absl::UnavailableError("dead")};
    };
    return part;
  };
  std::vector<std::string> batches;
  CHECK_FALSE(world.Download(World::GoodAsk(Method::kDownload), &batches).ok());
  world.civil_store.on_commit = nullptr;
  world.RestartCivil();
  CHECK(KindsOf(*world.civil) == std::vector<std::string>{"TRANSFER_INTENT"});
  const AuditRecord not_received = world.tax->Evidence()[0];
  REQUIRE(world.civil->provider->RecordLost(not_received).ok());
  REQUIRE(world.civil->provider->RecordLost(not_received).ok());
  CHECK(KindsOf(*world.civil) == std::vector<std::string>{"TRANSFER_INTENT", "EXCHANGE_REFUSED"});
  CHECK(world.civil->intents.Open()->empty());
}

TEST_CASE("A transfer that neither node lived to end is settled once its provider is up again",
          "[exchange]") {
  World world;
  const auto dead = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::UnavailableError("dead")};
  };
  world.on_part = [&](TransferPart part) -> absl::StatusOr<TransferPart> {
    world.civil_store.on_commit = dead;
    world.tax_store.on_commit = dead;
    return part;
  };
  std::vector<std::string> batches;
  CHECK_FALSE(world.Download(World::GoodAsk(Method::kDownload), &batches).ok());
  world.on_part = nullptr;
  world.tax_store.on_commit = nullptr;
  world.RestartTax();
  CHECK(world.tax->Evidence().empty());

  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  world.civil_store.on_commit = nullptr;
  world.RestartCivil();
  world.civil_store.on_commit = [applied](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  CHECK_FALSE(world.civil->provider->SettleIntents().ok());
  world.civil_store.on_commit = nullptr;
  for (int start = 0; start < 2; ++start) {
    world.RestartCivil();
    REQUIRE(world.civil->provider->SettleIntents().ok());
  }
  CHECK(KindsOf(*world.civil) == std::vector<std::string>{"TRANSFER_INTENT", "EXCHANGE_REFUSED"});
  const AuditRecord end = world.civil->Evidence()[1];
  CHECK(end.reason() == "TRANSFER_BROKEN");
  CHECK(end.exchange() == "x1");
  CHECK(end.grant() == "grants/g1");
  CHECK(end.request_digest() == world.civil->Evidence()[0].request_digest());
  // The consumer's node hears of it from audit, as of any exchange that it lost.
  REQUIRE(world.tax->consumer->RecordLost(end).ok());
  CHECK(KindsOf(*world.tax) == std::vector<std::string>{"EXCHANGE_NOT_RECEIVED"});
  // And its next attempt is served.
  CHECK(world.Download(World::GoodAsk(Method::kDownload), &batches).ok());
}

TEST_CASE("Transfers that ended leave nothing to settle", "[exchange]") {
  World world;
  std::vector<std::string> batches;
  REQUIRE(world.Download(World::GoodAsk(Method::kDownload), &batches).ok());
  world.civil->holds.Set("grants/g1", true);
  auto ask = World::GoodAsk(Method::kDownload);
  ask.exchange = "x2";
  CHECK_FALSE(world.Download(ask, &batches).ok());
  CHECK(world.civil->intents.Open()->empty());
  const size_t records = world.civil->Evidence().size();
  REQUIRE(world.civil->provider->SettleIntents().ok());
  CHECK(world.civil->Evidence().size() == records);
}

}  // namespace
}  // namespace shareway::exchange
