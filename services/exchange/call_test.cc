// SPDX-License-Identifier: Apache-2.0
// Calls between two nodes: what of a system's answer is delivered, and that nothing else is.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/exchange/source/json_rows.h"
#include "services/exchange/store/call_message.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace v1 = evidence::v1;

// A system whose JSON or content a test chooses.
class FakeSystem final : public Backend {
 public:
  std::string json = R"([{"code":"111","name":"n","secret":"CANARY"},)"
                     R"({"code":"12","name":"CANARY of another row"}])";
  BackendAnswer opaque = {.content_type = "image/png", .content = "PICTURE"};
  absl::Status failure;
  std::function<void()> while_asked;
  mutable int asked = 0;

  absl::StatusOr<BackendAnswer> Call(const BackendCall& call) const override {
    ++asked;
    if (while_asked) while_asked();
    if (!failure.ok()) return failure;
    if (call.operation.opaque()) return opaque;
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Row> rows, ReadJsonRows(json, call.items));
    return BackendAnswer{.rows = std::move(rows)};
  }
};

Grant CallGrant() {
  Grant grant = World::GoodGrant();
  grant.methods = {Method::kCall};
  return grant;
}

Resource CallResource() {
  Resource resource = World::GoodResource();
  resource.items[0].key = true;
  resource.items.push_back({.id = "count", .type = ItemType::kInteger});
  resource.operations = {
      {.id = "look_up", .form = Operation::Form::kJson, .parameters = {"no"}},
      {.id = "photo", .form = Operation::Form::kOpaque, .item = "name"},
      {.id = "unserved", .form = Operation::Form::kJson}};
  return resource;
}

struct CallWorld {
  CallWorld() {
    auto typed = std::make_unique<FakeSystem>();
    auto whole = std::make_unique<FakeSystem>();
    look_up = typed.get();
    photo = whole.get();
    world.civil->backends.emplace("resources/r1/operations/look_up", std::move(typed));
    world.civil->backends.emplace("resources/r1/operations/photo", std::move(whole));
    world.civil->resources.Put(CallResource());
    world.Put(CallGrant());
  }
  absl::StatusOr<Answer> Call(Invocation invocation, const std::string& exchange = "x1") {
    Ask ask = World::GoodAsk(Method::kCall);
    ask.exchange = exchange;
    ask.query_bytes = Encode(invocation);
    ask.demand = std::move(invocation);
    return world.Ask(std::move(ask));
  }
  // The answer of the good typed call.
  absl::StatusOr<v1::CallAnswer> LookUp(std::vector<std::string> items = {}) {
    const auto answer =
        Call({.operation = "look_up", .arguments = {{"no", "1"}}, .items = std::move(items)});
    if (!answer.ok()) return answer.status();
    v1::CallAnswer parsed;
    REQUIRE(parsed.ParseFromString(answer->body));
    return parsed;
  }
  absl::StatusOr<v1::CallAnswer> Photo() {
    const auto answer =
        Call({.operation = "photo", .body = "who", .content_type = "text/plain"});
    if (!answer.ok()) return answer.status();
    v1::CallAnswer parsed;
    REQUIRE(parsed.ParseFromString(answer->body));
    return parsed;
  }
  // Both refusals: what the caller hears, and that evidence says so and holds no value.
  void CheckRefused(const absl::Status& status, Reason reason) {
    INFO(status);
    REQUIRE(DetailsOf(status));
    CHECK(DetailsOf(status)->reason == reason);
    CHECK_FALSE(absl::StrContains(status.ToString(), "CANARY"));
    const std::vector<AuditRecord> provider = world.civil->Evidence();
    REQUIRE(provider.size() == 1);
    CHECK(provider[0].kind() == v1::EXCHANGE_REFUSED);
    CHECK(provider[0].reason() == ReasonName(reason));
    CHECK(provider[0].record_count() == 0);
    CHECK_FALSE(absl::StrContains(provider[0].SerializeAsString(), "CANARY"));
    for (const v1::Envelope& envelope : world.sent) {
      CHECK_FALSE(absl::StrContains(envelope.SerializeAsString(), "CANARY"));
    }
  }

  World world;
  FakeSystem* look_up = nullptr;
  FakeSystem* photo = nullptr;
};

TEST_CASE("Of a typed operation the granted items of the granted rows leave", "[call]") {
  CallWorld call;
  const auto answer = call.LookUp();
  INFO(answer.status());
  REQUIRE(answer.ok());
  REQUIRE(answer->has_batch());
  const v1::RecordBatch& batch = answer->batch();
  REQUIRE(batch.items_size() == 2);
  CHECK(batch.items(0) == "code");
  CHECK(batch.items(1) == "name");
  REQUIRE(batch.records_size() == 1);  // the grant has rows of code 11… only
  CHECK(batch.records(0).cells(0).text() == "111");
  CHECK(batch.records(0).cells(1).text() == "n");
  CHECK_FALSE(absl::StrContains(answer->SerializeAsString(), "CANARY"));

  const std::vector<AuditRecord> provider = call.world.civil->Evidence();
  const std::vector<AuditRecord> consumer = call.world.tax->Evidence();
  REQUIRE(provider.size() == 1);
  REQUIRE(consumer.size() == 1);
  CHECK(provider[0].kind() == v1::EXCHANGE_DELIVERED);
  CHECK(consumer[0].kind() == v1::EXCHANGE_RECEIVED);
  for (const AuditRecord* half : {&provider[0], &consumer[0]}) {
    CHECK(half->item_set_digest() == crypto::Sha256("code\nname\n").view());
    CHECK(half->record_count() == 1);
    CHECK(half->method() == v1::CALL);
    CHECK(half->operation() == "look_up");
    CHECK_FALSE(half->opaque());
    CHECK_FALSE(absl::StrContains(half->SerializeAsString(), "CANARY"));
  }
}

TEST_CASE("The items asked for come in their order, and a filter's item stays", "[call]") {
  CallWorld call;
  const auto answer = call.LookUp({"name"});
  REQUIRE(answer.ok());
  REQUIRE(answer->batch().items_size() == 1);
  CHECK(answer->batch().items(0) == "name");
  REQUIRE(answer->batch().records_size() == 1);
  REQUIRE(answer->batch().records(0).cells_size() == 1);
  CHECK(answer->batch().records(0).cells(0).text() == "n");
}

TEST_CASE("A record of a typed answer is known by its key whether that leaves or not", "[call]") {
  CallWorld call;
  Grant grant = CallGrant();
  grant.items = {"name"};
  grant.rows = {};
  call.world.Put(grant);
  const auto answer = call.LookUp();
  INFO(answer.status());
  REQUIRE(answer.ok());
  CHECK(answer->batch().items_size() == 1);
  CHECK_FALSE(absl::StrContains(answer->SerializeAsString(), "111"));
  const auto answered = call.world.civil->store.LoadAnswered(kTax, "x1", 1);
  REQUIRE(answered.ok());
  const std::string& recall = (*answered)->recall;
  CHECK(absl::StrContains(recall, RecallDigest(std::string(32, 's'), "resources/r1", {"111"})));
}

TEST_CASE("An argument of an item's name is a condition on it", "[call]") {
  CallWorld call;
  Resource resource = CallResource();
  resource.operations[0].parameters = {"no", "name", "pay"};
  Grant grant = CallGrant();
  grant.items = {"code", "name"};
  std::string compared = "name";
  SECTION("that is not granted") { compared = "pay"; }
  SECTION("that is granted masked") { grant.masked_items = {"name"}; }
  SECTION("that is graded above the consumer's clearance") {
    resource.items[1].grading = 3;
    call.world.civil->neighbours.clearance = 2;
  }
  call.world.civil->resources.Put(resource);
  call.world.Put(grant);
  call.CheckRefused(call.Call({.operation = "look_up",
                               .arguments = {{"no", "1"}, {compared, "n"}},
                               .items = {"code"}})
                        .status(),
                    Reason::kItemNotGranted);
  CHECK(call.look_up->asked == 0);
}

TEST_CASE("An operation in a form that this version does not know is not callable", "[call]") {
  auto form = GENERATE(Operation::Form::kUnspecified, static_cast<Operation::Form>(4));
  CallWorld call;
  Resource resource = CallResource();
  resource.operations[0].form = form;
  call.world.civil->resources.Put(resource);
  call.CheckRefused(call.LookUp().status(), Reason::kOperationUnknown);
  CHECK(call.look_up->asked == 0);
}

TEST_CASE("An opaque answer is one item, undecoded, and evidence says so", "[call]") {
  CallWorld call;
  Grant grant = CallGrant();
  grant.rows = {};
  call.world.Put(grant);
  const auto answer = call.Photo();
  INFO(answer.status());
  REQUIRE(answer.ok());
  REQUIRE(answer->has_opaque());
  CHECK(answer->opaque().item() == "name");
  CHECK(answer->opaque().content_type() == "image/png");
  CHECK(answer->opaque().content() == "PICTURE");
  const AuditRecord provider = call.world.civil->Evidence()[0];
  const AuditRecord consumer = call.world.tax->Evidence()[0];
  for (const AuditRecord* half : {&provider, &consumer}) {
    CHECK(half->opaque());
    CHECK(half->operation() == "photo");
    CHECK(half->record_count() == 1);
    CHECK(half->item_set_digest() == crypto::Sha256("name\n").view());
  }
}

TEST_CASE("An opaque answer leaves whole or not at all", "[call]") {
  CallWorld call;
  Grant grant = CallGrant();
  grant.rows = {};
  Reason reason = Reason::kItemNotGranted;
  SECTION("its item is not granted") { grant.items = {"code"}; }
  SECTION("its item is granted masked") { grant.masked_items = {"name"}; }
  SECTION("rows are limited") {
    grant.rows = CallGrant().rows;
    reason = Reason::kRowNotGranted;
  }
  SECTION("its item is graded above the consumer's clearance") {
    Resource resource = CallResource();
    resource.items[1].grading = 3;
    call.world.civil->resources.Put(resource);
    call.world.civil->neighbours.clearance = 2;
  }
  call.world.Put(grant);
  call.CheckRefused(call.Photo().status(), reason);
  CHECK(call.photo->asked == 0);
}

TEST_CASE("What a system answers beside the contract is a failure, and is recorded", "[call]") {
  const std::string json = GENERATE(
      as<std::string>(), "CANARY", R"({"code":["CANARY"]})", R"({"code":{"name":"CANARY"}})",
      R"([{"code":"111","name":true,"x":"CANARY"}])",
      R"([{"code":"CANARY","code":"111"}])", R"(["CANARY"])", R"([{"code":"111","name":"CANARY"})");
  CAPTURE(json);
  CallWorld call;
  call.look_up->json = json;
  const absl::Status refused = call.LookUp().status();
  CHECK(absl::IsUnavailable(refused));
  call.CheckRefused(refused, Reason::kBackendFailed);
}

TEST_CASE("Members that nobody was granted do not leave, whatever they hold", "[call]") {
  const std::string json = GENERATE(
      as<std::string>(), R"({"code":"111","name":"n","secret":"CANARY"})",
      R"([{"x":{"name":"CANARY"},"code":"111","secret":["CANARY"],"name":"n","CANARY":1}])",
      R"([{"code":"111","name":"n"},{"name":"CANARY without a code"}])",
      R"([{"code":"111","name":"n"},{"code":null,"name":"CANARY"}])",
      R"([{"code":"111","name":"n"},{"code":"21","name":"CANARY"}])");
  CAPTURE(json);
  CallWorld call;
  call.look_up->json = json;
  const auto answer = call.LookUp();
  REQUIRE(answer.ok());
  CHECK(answer->batch().records_size() == 1);
  CHECK_FALSE(absl::StrContains(answer->SerializeAsString(), "CANARY"));
}

TEST_CASE("A call outside the contract reaches no system", "[call]") {
  CallWorld call;
  Invocation invocation = {.operation = "look_up"};
  Reason reason = Reason::kOperationUnknown;
  SECTION("an operation that is not catalogued") { invocation.operation = "delete_all"; }
  SECTION("an operation without a system") { invocation.operation = "unserved"; }
  SECTION("an unknown parameter") {
    invocation.arguments = {{"all", "1"}};
    reason = Reason::kFieldInvalid;
  }
  SECTION("a body for a typed operation") {
    invocation.body = "x";
    invocation.content_type = "a/b";
    reason = Reason::kFieldInvalid;
  }
  const auto answer = call.Call(invocation);
  call.CheckRefused(answer.status(), reason);
  CHECK(call.look_up->asked == 0);
}

TEST_CASE("A withheld item is refused before anything is sent", "[call]") {
  CallWorld call;
  const absl::Status refused = call.LookUp({"code", "secret"}).status();
  CHECK(DetailsOf(refused)->reason == Reason::kItemNotGranted);
  CHECK(call.world.sent.empty());
  CHECK(call.world.tax->Evidence().size() == 1);
}

TEST_CASE("A grant that is revoked while the system works lets nothing out", "[call]") {
  CallWorld call;
  call.look_up->while_asked = [&] {
    Grant revoked = CallGrant();
    revoked.state = Grant::State::kRevoked;
    revoked.revision = {1, 6};
    call.world.civil->grants.Put(revoked, revoked.revision);
  };
  const absl::Status refused = call.LookUp().status();
  CHECK(call.look_up->asked == 1);
  call.CheckRefused(refused, Reason::kGrantRevoked);
}

TEST_CASE("A failed call may be tried again under its id, and asks the system anew", "[call]") {
  CallWorld call;
  call.look_up->failure = BackendBusy();
  CHECK(DetailsOf(call.LookUp().status())->reason == Reason::kOverloaded);
  call.look_up->failure = absl::OkStatus();
  const auto answer =
      call.Call({.operation = "look_up", .arguments = {{"no", "1"}}});
  INFO(answer.status());
  REQUIRE(answer.ok());
  CHECK(answer->attempt == 2);
  CHECK(call.look_up->asked == 2);
}

TEST_CASE("A call that its node did not live to end is not one that never arrived", "[call]") {
  const bool by_audit = GENERATE(false, true);
  CallWorld call;
  World& world = call.world;
  size_t intents = 0;
  call.look_up->while_asked = [&] {
    intents = world.civil->intents.Open()->size();
    world.civil_store.on_commit = [](const kv::Batch&) {
      return kv::Outcome{.apply = false, .status = absl::UnavailableError("dead")};
    };
  };
  CHECK(absl::IsUnavailable(call.LookUp().status()));
  CHECK(intents == 1);
  world.civil_store.on_commit = nullptr;
  world.RestartCivil();
  CHECK(world.civil->Evidence().empty());
  const AuditRecord not_received = world.tax->Evidence()[0];
  if (by_audit) REQUIRE(world.civil->provider->RecordLost(not_received).ok());
  REQUIRE(world.civil->provider->SettleIntents().ok());
  REQUIRE(world.civil->Evidence().size() == 1);
  const AuditRecord end = world.civil->Evidence()[0];
  CHECK(end.kind() == v1::EXCHANGE_REFUSED);
  CHECK(end.reason() == "EXCHANGE_LOST");
  CHECK(end.method() == v1::CALL);
  CHECK(end.operation() == "look_up");
  CHECK(end.grant() == "grants/g1");
  CHECK(end.request_digest() == not_received.request_digest());
  CHECK(world.civil->intents.Open()->empty());
  CHECK(WhyOf(world.Send(world.sent[0]).status()) == Reason::kExchangeSettled);
}

TEST_CASE("No system is asked before that is durable", "[call]") {
  CallWorld call;
  call.world.civil_store.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::UnavailableError("disk")};
  };
  CHECK(WhyOf(call.LookUp().status()) == Reason::kEvidenceUnavailable);
  CHECK(call.look_up->asked == 0);
}

TEST_CASE("A call that ended leaves nothing to settle", "[call]") {
  CallWorld call;
  if (GENERATE(false, true)) call.look_up->failure = BackendBusy();
  (void)call.LookUp();
  CHECK(call.look_up->asked == 1);
  CHECK(call.world.civil->Evidence().size() == 1);
  CHECK(call.world.civil->intents.Open()->empty());
}

TEST_CASE("Masked items leave masked", "[call]") {
  CallWorld call;
  Grant grant = CallGrant();
  grant.masked_items = {"name"};
  call.world.Put(grant);
  Resource resource = CallResource();
  resource.items[1].mask = MaskKind::kKeepFirst;
  call.world.civil->resources.Put(resource);
  call.look_up->json = R"([{"code":"111","name":"欧阳某某"}])";
  const auto answer = call.LookUp();
  INFO(answer.status());
  REQUIRE(answer.ok());
  CHECK(answer->batch().records(0).cells(1).text() == "欧***");
}

TEST_CASE("The exact bytes of a call and its answers are read as they were written", "[call]") {
  const Invocation invocation = {.operation = "o",
                                 .arguments = {{"a", "1"}, {"b", ""}},
                                 .body = std::string("\0b", 2),
                                 .content_type = "a/b",
                                 .items = {"x", "y"}};
  const auto read = DecodeInvocation(Encode(invocation));
  REQUIRE(read.ok());
  CHECK(Encode(*read) == Encode(invocation));
  CHECK(read->arguments == invocation.arguments);
  CHECK(read->body == invocation.body);
  CHECK_FALSE(DecodeInvocation("\xff").ok());

  v1::RecordBatch batch;
  batch.add_items(std::string(300, 'i'));
  v1::CallAnswer answer;
  REQUIRE(answer.ParseFromString(EncodeTypedAnswer(batch.SerializeAsString())));
  CHECK(answer.batch().items(0) == batch.items(0));
  REQUIRE(answer.ParseFromString(EncodeOpaqueAnswer("i", "a/b", "c")));
  CHECK(answer.opaque().content() == "c");
}

}  // namespace
}  // namespace shareway::exchange
