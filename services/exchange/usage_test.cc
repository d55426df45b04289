// SPDX-License-Identifier: Apache-2.0
// Masks, quotas and quarantine between two nodes.
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/exchange/quotas.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace v1 = evidence::v1;

// Gives what is asked for, from one day's limit.
class Pot final : public QuotaSlices {
 public:
  absl::StatusOr<Amounts> Take(const Grant& grant, absl::CivilDay, const Amounts& wanted) override {
    const Amounts rest = grant.day - given;
    const Amounts slice = {.calls = std::min(rest.calls, wanted.calls),
                           .rows = std::min(rest.rows, wanted.rows),
                           .bytes = std::min(rest.bytes, wanted.bytes)};
    if (slice.none()) return absl::ResourceExhaustedError("nothing is left");
    given = given + slice;
    return slice;
  }
  Amounts given;
};

// A node that was taken over: it answers with whatever it likes.
class AnyBody final : public Serving {
 public:
  absl::StatusOr<Demand> Parse(absl::string_view bytes) const override {
    SHAREWAY_ASSIGN_OR_RETURN(Query query, DecodeQuery(bytes));
    return Demand(std::move(query));
  }
  absl::StatusOr<Wanted> WantedBy(const Demand& demand, const Resource&) const override {
    return WantedOf(demand);
  }
  absl::StatusOr<Served> Serve(const Permitted&) const override {
    return Served{.body = batch ? EncodeAnswer(*batch, "") : "", .records = 1};
  }
  std::optional<std::string> batch;
};

struct Fixture {
  World world;
  Pot pot;
  AnyBody any;
  std::unique_ptr<UsageStore> store;
  std::unique_ptr<Quotas> quotas;
  Grant grant = World::GoodGrant();

  Fixture() { Restart(); }
  // Civil's node comes up again, and counts.
  void Restart(bool taken_over = false) {
    world.RestartCivil();
    TestNode& civil = *world.civil;
    store = std::make_unique<UsageStore>(civil.kv);
    quotas = std::make_unique<Quotas>(Quotas::Parts{.store = store.get(),
                                                    .exchanges = &civil.store,
                                                    .slices = &pot,
                                                    .clock = &world.clock,
                                                    .secret = std::string(32, 's')});
    REQUIRE(quotas->Restore().ok());
    const Serving* query = taken_over ? static_cast<const Serving*>(&any) : &civil.query_serving;
    civil.provider = std::make_unique<Provider>(Provider::Parts{.store = &civil.store,
                                                                .intents = &civil.intents,
                                                                .outbox = civil.outbox.get(),
                                                                .signer = &civil.signer,
                                                                .neighbours = &civil.neighbours,
                                                                .grants = &civil.grants,
                                                                .resources = &civil.resources,
                                                                .holds = &civil.holds,
                                                                .replays = &civil.replays,
                                                                .rejected = &civil.rejected,
                                                                .source = &world.source,
                                                                .servings = {nullptr, query},
                                                                .usage = quotas.get(),
                                                                .room = &civil.room,
                                                                .clock = &world.clock,
                                                                .node = civil.name});
    Put();
  }
  void Put() {
    Resource resource = World::GoodResource();
    for (Resource::Item& item : resource.items) item.mask = MaskKind::kKeepFirst;
    world.civil->resources.Put(resource);
    world.Put(grant);
  }
  absl::StatusOr<Answer> Query(const std::string& id) {
    Ask ask = World::GoodAsk();
    ask.exchange = id;
    return world.Query(ask);
  }
};

TEST_CASE("Masked items leave masked, by query and by download", "[exchange]") {
  Fixture t;
  t.grant.masked_items = {"name"};
  t.Put();
  const auto answer = t.Query("x1");
  INFO(answer.status());
  REQUIRE(answer.ok());
  v1::QueryAnswer body;
  REQUIRE(body.ParseFromString(answer->body));
  CHECK(body.batch().records(0).cells(0).text() == "111");
  CHECK(body.batch().records(0).cells(1).text() == "n*****");
  CHECK_FALSE(absl::StrContains(answer->body, "name-"));
  std::vector<std::string> batches;
  Ask ask = World::GoodAsk(Method::kDownload);
  ask.exchange = "x2";
  REQUIRE(t.world.Download(ask, &batches).ok());
  REQUIRE(batches.size() == 1);
  CHECK(absl::StrContains(batches[0], "n*****"));
  CHECK_FALSE(absl::StrContains(batches[0], "name-"));
}

TEST_CASE("A masked item is compared with nothing", "[exchange]") {
  Fixture t;
  t.grant.masked_items = {"name"};
  t.Put();
  Ask ask = World::GoodAsk();
  QueryOf(ask).where.conditions.push_back({"name", filter::Op::kEquals, "name-1"});
  const auto refused = t.world.Query(ask);
  CHECK(WhyOf(refused.status()) == Reason::kItemNotGranted);
  CHECK(t.world.source.asked.empty());
}

TEST_CASE("A grant that is revoked while a chunk is counted lets it not out", "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 5, .rows = 100};
  t.Put();
  int commits = 0;  // the intent, the call, the chunk
  t.world.civil_store.on_commit = [&](const kv::Batch&) {
    if (++commits == 3) {
      Grant revoked = t.grant;
      revoked.state = Grant::State::kRevoked;
      revoked.revision = {1, 6};
      t.world.civil->grants.Put(revoked, revoked.revision);
    }
    return kv::Outcome{.apply = true, .status = absl::OkStatus()};
  };
  std::vector<std::string> batches;
  const auto ended = t.world.Download(World::GoodAsk(Method::kDownload), &batches);
  CHECK(WhyOf(ended.status()) == Reason::kGrantRevoked);
  CHECK(batches.empty());
  CHECK(commits > 3);
}

TEST_CASE("Beyond the day's quota both sides record the refusal, also after a restart",
          "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 3};
  t.Put();
  for (int i = 0; i < 3; ++i) REQUIRE(t.Query(absl::StrCat("x", i)).ok());
  for (const char* id : {"over", "again"}) {
    const size_t read = t.world.source.asked.size();
    const auto refused = t.Query(id);
    CHECK(absl::IsResourceExhausted(refused.status()));
    CHECK(WhyOf(refused.status()) == Reason::kQuotaExhausted);
    CHECK(t.world.source.asked.size() == read);
    for (const TestNode* node : {t.world.tax.get(), t.world.civil.get()}) {
      const AuditRecord last = node->Evidence().back();
      CHECK(last.exchange() == id);
      CHECK(last.reason() == "QUOTA_EXHAUSTED");
    }
    t.Restart();
  }
  t.world.clock.Advance(absl::Hours(24));
  t.pot.given = {};
  CHECK(t.Query("tomorrow").ok());
}

TEST_CASE("An answer that is refused after it was read costs nothing", "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 2, .rows = 100};
  t.Put();
  t.world.source.while_reading = [&] { t.world.civil->holds.Set(kTax, true); };
  CHECK(WhyOf(t.Query("held").status()) == Reason::kHeld);
  t.world.source.while_reading = nullptr;
  t.world.civil->holds.Set(kTax, false);
  REQUIRE(t.Query("x1").ok());
  CHECK(*t.quotas->LeftOf(t.grant) == Amounts{.calls = 1, .rows = 99});
}

TEST_CASE("A download counts each chunk before it leaves and is cut at the quota",
          "[exchange]") {
  Fixture t;
  t.grant.day = {.calls = 5, .rows = 4};
  t.Put();
  std::vector<std::string> batches;
  const auto cut = t.world.Download(World::GoodAsk(Method::kDownload), &batches);
  CHECK(WhyOf(cut.status()) == Reason::kQuotaExhausted);
  CHECK(batches.empty());
  CHECK(t.world.civil->Evidence().back().reason() == "QUOTA_EXHAUSTED");
  CHECK(*t.quotas->LeftOf(t.grant) == Amounts{.calls = 4, .rows = 4});

  Fixture more;
  more.grant.day = {.calls = 5, .rows = 25};
  more.Put();
  Ask ask = World::GoodAsk(Method::kDownload);
  REQUIRE(more.world.Download(ask, &batches).ok());
  CHECK(*more.quotas->LeftOf(more.grant) == Amounts{.calls = 4, .rows = 15});
  more.Restart();
  CHECK(more.quotas->LeftOf(more.grant)->rows == 15);
}

TEST_CASE("What should not have come is recorded, and nothing of it is kept or told",
          "[exchange]") {
  auto [why, spoil] = GENERATE(table<const char*, std::function<void(v1::RecordBatch&)>>({
      {"an item", [](auto& b) {
         b.add_items("secret");
         b.mutable_records(0)->add_cells()->set_text("CANARY");
       }},
      {"a row", [](auto& b) { b.mutable_records(0)->mutable_cells(0)->set_text("12-CANARY"); }},
      {"a value without its mask",
       [](auto& b) { b.mutable_records(0)->mutable_cells(1)->set_text("CANARY"); }},
      {"a thousand rows and one",
       [](auto& b) {
         const v1::Record first = b.records(0);
         while (b.records_size() < 1001) *b.add_records() = first;
         b.mutable_records(1000)->mutable_cells(0)->set_text("111-CANARY");
       }},
  }));
  CAPTURE(why);
  Fixture t;
  t.grant.masked_items = {"name"};
  t.Restart(/*taken_over=*/true);
  v1::RecordBatch batch;
  batch.add_items("code");
  batch.add_items("name");
  v1::Record* record = batch.add_records();
  record->add_cells()->set_text("111");
  record->add_cells()->set_text("n*****");
  t.any.batch = batch.SerializeAsString();
  REQUIRE(t.Query("good").ok());

  spoil(batch);
  t.any.batch = batch.SerializeAsString();
  const auto answer = t.Query("bad");
  CHECK(absl::IsDataLoss(answer.status()));
  CHECK(WhyOf(answer.status()) == Reason::kQuarantined);
  CHECK_FALSE(absl::StrContains(answer.status().message(), "CANARY"));
  const AuditRecord last = t.world.tax->Evidence().back();
  CHECK(last.kind() == v1::EXCHANGE_NOT_RECEIVED);
  CHECK(last.reason() == "QUARANTINED");
  CHECK(last.record_count() == 0);
  CHECK(last.has_response_signature());  // the provider's own word for what it sent
  std::string kept;
  REQUIRE(t.world.tax_store
              .Scan("", "",
                    [&](absl::string_view key, absl::string_view value, uint64_t) {
                      kept += absl::StrCat(key, value);
                      return true;
                    })
              .ok());
  for (const AuditRecord& each : t.world.tax->Evidence()) kept += each.SerializeAsString();
  CHECK_FALSE(absl::StrContains(kept, "CANARY"));
}

}  // namespace
}  // namespace shareway::exchange
