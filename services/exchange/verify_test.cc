// SPDX-License-Identifier: Apache-2.0
// Verifications between two nodes: what is compared, what is refused, and that no value leaves.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/exchange/domain/verification.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/store/verify_message.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;

// Rows of World: codes 110…119 and 1210…1219 with name-0…, secret CANARY. `code` is the key.
struct VerifyWorld : World {
  VerifyWorld() {
    Resource resource = GoodResource();
    resource.items[0].key = true;
    civil->resources.Put(resource);
    Put(VerifyGrant());
  }
  static Grant VerifyGrant() {
    Grant grant = GoodGrant();
    grant.methods = {Method::kVerify};
    return grant;
  }
  static Verification Good() {
    return {.key = {{"code", filter::Op::kEquals, "113"}},
            .claims = {{.item = "name", .value = "name-3"}}};
  }
  absl::StatusOr<Answer> Verify(const Verification& verification, std::string exchange = "x1") {
    exchange::Ask ask = GoodAsk(Method::kVerify);
    ask.exchange = std::move(exchange);
    ask.query_bytes = Encode(verification);
    ask.demand = verification;
    return Ask(std::move(ask));
  }
  std::vector<Comparison> Compared(const Verification& verification) {
    const auto answer = Verify(verification);
    INFO(answer.status());
    REQUIRE(answer.ok());
    std::vector<Comparison> comparisons;
    const auto read = ReadVerifyAnswer(answer->body);
    REQUIRE(read.ok());
    for (const ItemComparison& each : *read) {
      comparisons.push_back(each.comparison);
    }
    return comparisons;
  }
};

TEST_CASE("A verification tells match, mismatch or no record, item by item", "[exchange]") {
  using Spoil = void (*)(VerifyWorld&, Verification&);
  auto [why, spoil, want] = GENERATE(table<const char*, Spoil, Comparison>({
      {"the very value", [](VerifyWorld&, Verification&) {}, Comparison::kMatch},
      {"another value", [](VerifyWorld&, Verification& v) { v.claims[0].value = "name-4"; },
       Comparison::kMismatch},
      {"a prefix", [](VerifyWorld&, Verification& v) { v.claims[0].value = "name-"; },
       Comparison::kMismatch},
      {"other case", [](VerifyWorld&, Verification& v) { v.claims[0].value = "Name-3"; },
       Comparison::kMismatch},
      {"no value there", [](VerifyWorld& w, Verification&) { w.source.rows[3].erase("name"); },
       Comparison::kMismatch},
      {"no such record", [](VerifyWorld&, Verification& v) { v.key[0].value = "1100"; },
       Comparison::kNoRecord},
      {"a row that is not granted",
       [](VerifyWorld& w, Verification&) {
         Grant grant = VerifyWorld::VerifyGrant();
         grant.rows = {{{"name", filter::Op::kEquals, "name-4"}}};
         w.Put(grant);
       },
       Comparison::kNoRecord},
  }));
  CAPTURE(why);
  VerifyWorld world;
  Verification verification = VerifyWorld::Good();
  spoil(world, verification);
  CHECK(world.Compared(verification) == std::vector<Comparison>{want});
  const AuditRecord provider = world.civil->Evidence().back();
  const AuditRecord consumer = world.tax->Evidence().back();
  CHECK(provider.kind() == evidence::v1::EXCHANGE_DELIVERED);
  CHECK(consumer.kind() == evidence::v1::EXCHANGE_RECEIVED);
  CHECK(provider.record_count() == (want == Comparison::kNoRecord ? 0 : 1));
  CHECK(provider.record_count() == consumer.record_count());
  CHECK(provider.item_set_digest() == consumer.item_set_digest());
  CHECK(provider.response_digest() == consumer.response_digest());
}

TEST_CASE("Several claims are answered in their order", "[exchange]") {
  VerifyWorld world;
  Grant grant = VerifyWorld::VerifyGrant();
  grant.items = {"code", "name", "pay", "home"};
  world.Put(grant);
  world.source.rows[3]["pay"] = "12.50";
  Verification verification = VerifyWorld::Good();
  verification.claims = {{.item = "pay", .value = "12.5"},
                         {.item = "name", .value = "name-3"},
                         {.item = "home", .value = "x"}};
  CHECK(world.Compared(verification) ==
        std::vector<Comparison>{Comparison::kMismatch, Comparison::kMatch, Comparison::kMismatch});
}

TEST_CASE("A verification that no grant allows is refused and recorded", "[exchange]") {
  using Spoil = void (*)(VerifyWorld&, Verification&);
  auto [why, spoil, want] = GENERATE(table<const char*, Spoil, Reason>({
      {"an item that is not granted",
       [](VerifyWorld&, Verification& v) { v.claims.push_back({.item = "secret", .value = "x"}); },
       Reason::kItemNotGranted},
      {"an item that is masked",
       [](VerifyWorld& w, Verification&) {
         Grant grant = VerifyWorld::VerifyGrant();
         grant.masked_items = {"name"};
         w.Put(grant);
       },
       Reason::kItemNotGranted},
      {"a key that is not granted",
       [](VerifyWorld& w, Verification&) {
         Grant grant = VerifyWorld::VerifyGrant();
         grant.items = {"name"};
         w.Put(grant);
       },
       Reason::kItemNotGranted},
      {"a key that the grant's rows exclude",
       [](VerifyWorld&, Verification& v) { v.key[0].value = "1210"; }, Reason::kRowNotGranted},
      {"a way of sharing that is not granted",
       [](VerifyWorld& w, Verification&) { w.Put(World::GoodGrant()); },
       Reason::kMethodNotGranted},
      {"a condition that is not on the key",
       [](VerifyWorld&, Verification& v) {
         v.key[0] = {"name", filter::Op::kEquals, "name-3"};
         v.claims[0] = {.item = "code", .value = "113"};
       },
       Reason::kFieldInvalid},
      {"a key of more items than the resource's",
       [](VerifyWorld& w, Verification& v) {
         Grant grant = VerifyWorld::VerifyGrant();
         grant.items = {"code", "name", "pay"};
         w.Put(grant);
         v.key.push_back({"pay", filter::Op::kEquals, "1"});
       },
       Reason::kFieldInvalid},
      {"a hold", [](VerifyWorld& w, Verification&) { w.civil->holds.Set("grants/g1", true); },
       Reason::kHeld},
  }));
  CAPTURE(why);
  VerifyWorld world;
  Verification verification = VerifyWorld::Good();
  spoil(world, verification);
  const auto answer = world.Verify(verification);
  CHECK(WhyOf(answer.status()) == want);
  CHECK(world.source.asked.empty());
  REQUIRE(world.tax->Evidence().size() == 1);
  CHECK(world.tax->Evidence()[0].kind() == evidence::v1::EXCHANGE_NOT_RECEIVED);
  CHECK(world.tax->Evidence()[0].reason() == ReasonName(want));
}

TEST_CASE("No value of record or claim is in what a verification leaves behind", "[exchange]") {
  VerifyWorld world;
  for (auto& row : world.source.rows) row["name"] = absl::StrCat("CANARY-", row["code"]);
  world.source.rows[3]["code"] = "11-CANARY";
  std::string wire;
  world.on_answer = [&](absl::StatusOr<evidence::v1::Envelope> answer) {
    if (answer.ok()) wire += answer->payload();
    return answer;
  };
  Verification verification = VerifyWorld::Good();
  verification.key[0].value = "11-CANARY";
  int number = 0;
  for (const char* claimed : {"CANARY-113", "CANARY-114", "PROBE"}) {
    verification.claims[0].value = claimed;
    const auto answer = world.Verify(verification, absl::StrCat("x", ++number));
    REQUIRE(answer.ok());
    wire += answer->body;
  }
  verification.claims.push_back({.item = "secret", .value = "PROBE"});
  const auto refused = world.Verify(verification, "x9");
  wire += std::string(refused.status().message());
  for (const TestNode* node : {world.tax.get(), world.civil.get()}) {
    REQUIRE(node->kv
                ->Scan("", "",
                       [&](absl::string_view key, absl::string_view value, uint64_t) {
                         wire += absl::StrCat(key, value);
                         return true;
                       })
                .ok());
    for (const AuditRecord& record : node->Evidence()) wire += record.SerializeAsString();
  }
  CHECK(wire.size() > 1000);
  for (const char* value : {"CANARY", "PROBE"}) CHECK_FALSE(absl::StrContains(wire, value));
}

TEST_CASE("What is known of a verified record goes by its key", "[exchange]") {
  VerifyWorld world;
  REQUIRE(world.Verify(VerifyWorld::Good()).ok());
  const auto answered = world.civil->store.LoadAnswered(kTax, "x1", 1);
  REQUIRE(answered.ok());
  REQUIRE(answered->has_value());
  CHECK((*answered)->recall == RecallDigest(std::string(32, 's'), "resources/r1", {"113"}));
}

TEST_CASE("Corrections that are open on a record ride in answers about it", "[exchange]") {
  VerifyWorld world;
  Grant grant = VerifyWorld::VerifyGrant();
  grant.methods = {Method::kQuery, Method::kVerify};
  world.Put(grant);
  const auto digest = [](absl::string_view code) {
    return RecallDigest(std::string(32, 's'), "resources/r1", {code});
  };
  world.civil->corrections.Replace({
      {.name = "corrections/c1", .resource = "resources/r1", .record = digest("113"),
       .item = "name", .business_may_proceed = true},
      {.name = "corrections/c2", .resource = "resources/r1", .record = digest("114")},
      {.name = "corrections/c3", .resource = "resources/r1", .record = digest("113"),
       .item = "secret"},
  });
  const auto verified = world.Verify(VerifyWorld::Good());
  INFO(verified.status());
  REQUIRE(verified.ok());
  evidence::v1::VerifyAnswer about;
  REQUIRE(about.ParseFromString(verified->body));
  REQUIRE(about.corrections_size() == 1);
  CHECK(about.corrections(0).correction() == "corrections/c1");
  CHECK(about.corrections(0).item() == "name");
  CHECK(about.corrections(0).business_may_proceed());

  auto ask = World::GoodAsk();
  ask.exchange = "x2";
  QueryOf(ask).where.conditions = {{"code", filter::Op::kPrefix, "11"}};
  const auto queried = world.Query(ask);
  INFO(queried.status());
  REQUIRE(queried.ok());
  evidence::v1::QueryAnswer answer;
  REQUIRE(answer.ParseFromString(queried->body));
  REQUIRE(answer.corrections_size() == 2);
  for (const auto& note : answer.corrections()) {
    const auto& record = answer.batch().records(static_cast<int>(note.record()));
    CHECK(record.cells(0).text() == (note.correction() == "corrections/c1" ? "113" : "114"));
  }
}

TEST_CASE("A verification under the same id with other claims is refused", "[exchange]") {
  VerifyWorld world;
  REQUIRE(world.Verify(VerifyWorld::Good()).ok());
  Verification other = VerifyWorld::Good();
  other.claims[0].value = "name-4";
  CHECK(WhyOf(world.Verify(other).status()) == Reason::kQueryChanged);
}

TEST_CASE("A verification out of form is refused by every field, without its values",
          "[exchange]") {
  auto [spoil, field] = GENERATE(table<void (*)(Verification&), const char*>({
      {[](Verification& v) { v.key = {}; }, "verification.key"},
      {[](Verification& v) { v.key.assign(17, v.key[0]); }, "verification.key"},
      {[](Verification& v) { v.key[0].op = filter::Op::kPrefix; }, "verification.key[0].operator"},
      {[](Verification& v) { v.key[0].item = "1PROBE"; }, "verification.key[0].item"},
      {[](Verification& v) { v.key[0].value = ""; }, "verification.key[0].value"},
      {[](Verification& v) { v.key.push_back(v.key[0]); }, "verification.key[1].item"},
      {[](Verification& v) { v.claims = {}; }, "verification.claims"},
      {[](Verification& v) { v.claims.assign(51, v.claims[0]); }, "verification.claims"},
      {[](Verification& v) { v.claims[0].item = ""; }, "verification.claims[0].item"},
      {[](Verification& v) { v.claims.push_back(v.claims[0]); }, "verification.claims[1].item"},
      {[](Verification& v) { v.claims[0].item = "code"; }, "verification.claims[0].item"},
      {[](Verification& v) { v.claims[0].value = ""; }, "verification.claims[0].value"},
      {[](Verification& v) { v.claims[0].value = "PROBE\x01"; }, "verification.claims[0].value"},
      {[](Verification& v) { v.claims[0].value = std::string(4097, 'x'); },
       "verification.claims[0].value"},
  }));
  Verification verification = VerifyWorld::Good();
  verification.claims[0].value = "PROBE";
  CHECK(CheckVerification(verification).ok());
  CHECK(*DecodeVerification(Encode(verification)) == verification);
  spoil(verification);
  const absl::Status status = CheckVerification(verification);
  const std::optional<ErrorDetails> details = DetailsOf(status);
  REQUIRE(details);
  CHECK(details->fields.front().field == field);
  CHECK_FALSE(absl::StrContains(status.message(), "PROBE"));
}

TEST_CASE("A claim that no value could match is a slip and not a mismatch", "[exchange]") {
  auto [type, good, bad] = GENERATE(table<ItemType, const char*, const char*>({
      {ItemType::kDecimal, "12.50", "12,50"},
      {ItemType::kInteger, "12", "012"},
      {ItemType::kDate, "2026-02-28", "2026-02-30"},
      {ItemType::kDatetime, "2026-02-28T01:02:03Z", "2026-02-28 01:02:03"},
      {ItemType::kBoolean, "true", "TRUE"},
  }));
  Verification verification = VerifyWorld::Good();
  verification.claims[0].value = good;
  CHECK(CheckForms(verification, {type}).ok());
  verification.claims[0].value = bad;
  const absl::Status status = CheckForms(verification, {type});
  CHECK(WhyOf(status) == Reason::kFieldInvalid);
  CHECK_FALSE(absl::StrContains(status.message(), bad));
}

}  // namespace
}  // namespace shareway::exchange
