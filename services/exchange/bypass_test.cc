// SPDX-License-Identifier: Apache-2.0
// Peers that speak by the rules and mean to get round them: nothing leaves unrecorded, uncounted or
// by comparing what may not be read.
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/exchange/quotas.h"
#include "services/exchange/store/rule_file.h"
#include "services/exchange/store/verify_message.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace v1 = evidence::v1;

const std::string& Secret() {
  static const auto* const secret = new std::string(32, 's');
  return *secret;
}

std::string Digest(const std::string& code) {
  return RecallDigest(Secret(), "resources/r1", {code});
}

// What tax's node never saw an answer to.
v1::Envelope Unanswered(World* world, const Ask& ask) {
  world->on_send = [](const std::string&) { return absl::UnavailableError("cut"); };
  (void)world->Query(ask);
  world->on_send = nullptr;
  return world->sent.back();
}

// Another request of tax's node, well signed.
v1::Envelope Changed(const v1::Envelope& like, const std::function<void(Request&)>& change) {
  Request request = *DecodeRequest(like.payload());
  request.nonce = crypto::RandomBytes(16);
  change(request);
  v1::Envelope envelope;
  envelope.set_payload(Encode(request));
  *envelope.mutable_signature() =
      evidence::ToProto((*crypto::SignBatch(TestKey(kTaxNode), {envelope.payload()}))[0]);
  return envelope;
}

void Pad(v1::Signature* signature) {
  signature->GetReflection()->MutableUnknownFields(signature)->AddLengthDelimited(
      99, std::string(61'000, 'p'));
}

// `code` is the key.
Resource KeyedResource() {
  Resource resource = World::GoodResource();
  resource.items[0].key = true;
  return resource;
}

TEST_CASE("A request whose signature is padded is none, and costs nothing", "[exchange]") {
  World world;
  const v1::Envelope good = Unanswered(&world, World::GoodAsk());
  v1::Envelope padded = good;
  Pad(padded.mutable_signature());
  const auto refused = world.Send(padded);
  INFO(refused.status());
  CHECK(absl::IsPermissionDenied(refused.status()));
  CHECK(WhyOf(refused.status()) == Reason::kEnvelopeInvalid);
  CHECK(world.source.asked.empty());
  CHECK(world.civil->Evidence().empty());
  CHECK(world.civil->rejected.TakeAll().size() == 1);
  CHECK(world.Send(good).ok());  // the attempt is not used up
}

TEST_CASE("An answer whose signature is padded is none, and that is recorded", "[exchange]") {
  World world;
  world.on_answer = [](absl::StatusOr<v1::Envelope> answer) {
    Pad(answer->mutable_signature());
    return answer;
  };
  const auto failed = world.Query(World::GoodAsk());
  CHECK(WhyOf(failed.status()) == Reason::kEnvelopeInvalid);
  world.on_part = [](TransferPart part) -> absl::StatusOr<TransferPart> {
    if (part.manifest) Pad(part.manifest->mutable_signature());
    return part;
  };
  Ask download = World::GoodAsk(Method::kDownload);
  download.exchange = "x2";
  std::vector<std::string> batches;
  CHECK(WhyOf(world.Download(download, &batches).status()) == Reason::kEnvelopeInvalid);
  const std::vector<AuditRecord> halves = world.tax->Evidence();
  REQUIRE(halves.size() == 2);
  for (const AuditRecord& half : halves) {
    CHECK(half.kind() == v1::EXCHANGE_NOT_RECEIVED);
    CHECK(half.reason() == "ENVELOPE_INVALID");
    CHECK(half.ByteSizeLong() < 2000);
  }
}

TEST_CASE("A peer does not hear what the store says of evidence", "[exchange]") {
  const auto method = GENERATE(Method::kQuery, Method::kDownload);
  World world;
  world.civil_store.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::UnavailableError("record 7 of /var: 61468")};
  };
  Ask ask = World::GoodAsk(method);
  std::vector<std::string> batches;
  const absl::Status failed = method == Method::kQuery ? world.Query(ask).status()
                                                       : world.Download(ask, &batches).status();
  CHECK(WhyOf(failed) == Reason::kEvidenceUnavailable);
  CHECK_FALSE(absl::StrContains(failed.ToString(), "61468"));
}

TEST_CASE("What may not be read is not compared either", "[exchange]") {
  World world;
  Grant grant = World::GoodGrant();
  grant.items = {"code", "name", "pay"};
  grant.methods = {Method::kQuery, Method::kDownload, Method::kVerify};
  world.Put(grant);
  const auto graded = GENERATE(as<std::string>(), "pay", "code");
  Resource resource = KeyedResource();
  for (Resource::Item& item : resource.items) item.grading = item.id == graded ? 2 : 1;
  world.civil->resources.Put(resource);
  world.civil->neighbours.clearance = 1;
  CAPTURE(graded);
  const auto method = GENERATE(Method::kQuery, Method::kDownload, Method::kVerify);
  Ask ask = World::GoodAsk(method);
  absl::Status refused;
  if (method == Method::kVerify) {
    const Verification verification = {.key = {{"code", filter::Op::kEquals, "111"}},
                                       .claims = {{.item = graded == "pay" ? "pay" : "name",
                                                   .value = "name-1"}}};
    ask.query_bytes = Encode(verification);
    ask.demand = verification;
    refused = world.Ask(ask).status();
  } else {
    QueryOf(ask) = {.items = {"name"}, .where = {{{graded, filter::Op::kPrefix, "1"}}}};
    std::vector<std::string> batches;
    refused = method == Method::kQuery ? world.Query(ask).status()
                                       : world.Download(ask, &batches).status();
  }
  INFO(refused);
  CHECK(WhyOf(refused) == Reason::kItemNotGranted);
  CHECK(world.source.asked.empty());
}

TEST_CASE("Records are known by their keys whether these are asked for and granted or not",
          "[exchange]") {
  World world;
  world.civil->resources.Put(KeyedResource());
  Grant grant = World::GoodGrant();
  grant.items = {"name"};
  world.Put(grant);
  world.source.rows.resize(3);
  world.civil->corrections.Replace({{.name = "corrections/c1",
                                     .resource = "resources/r1",
                                     .record = Digest("111"),
                                     .item = "name"}});
  Ask ask = World::GoodAsk();
  QueryOf(ask).where.conditions = {{"name", filter::Op::kPrefix, "name-"}};
  const auto answer = world.Query(ask);
  INFO(answer.status());
  REQUIRE(answer.ok());
  CHECK((*world.civil->store.LoadAnswered(kTax, "x1", 1))->recall ==
        Digest("110") + Digest("111") + Digest("112"));
  v1::QueryAnswer body;
  REQUIRE(body.ParseFromString(answer->body));
  REQUIRE(body.batch().records_size() == 3);
  CHECK(body.batch().items_size() == 1);
  CHECK(body.batch().records(0).cells_size() == 1);
  CHECK_FALSE(absl::StrContains(answer->body, "111"));
  REQUIRE(body.corrections_size() == 1);
  CHECK(body.corrections(0).correction() == "corrections/c1");
}

TEST_CASE("Keys that differ in where a line breaks have different digests", "[exchange]") {
  const std::string secret(32, 's');
  CHECK(RecallDigest(secret, "resources/r1", {"a\nb", "c"}) !=
        RecallDigest(secret, "resources/r1", {"a", "b\nc"}));
  CHECK(RecallDigest(secret, "resources/r1", {"a\n1:b", "c"}) !=
        RecallDigest(secret, "resources/r1", {"a", "b\n1:c"}));
}

TEST_CASE("An attempt goes on with the question of the ones before", "[exchange]") {
  World world;
  Grant grant = World::GoodGrant();
  grant.name = "grants/g2";
  world.Put(grant);
  REQUIRE(world.Query(World::GoodAsk()).ok());
  const v1::Envelope first = world.sent.back();
  auto change = GENERATE(
      as<void (*)(Request&)>(), [](Request& r) { r.method = Method::kDownload; },
      [](Request& r) { r.grant = "grants/g2"; });
  const auto second = world.Send(Changed(first, [&](Request& request) {
    request.attempt = 2;
    change(request);
  }));
  REQUIRE(second.ok());
  CHECK(DecodeResponse(second->payload())->reason == "QUERY_CHANGED");
  CHECK(world.source.asked.size() == 1);
}

TEST_CASE("A retry after an attempt that only audit remembered is answered", "[exchange]") {
  World world;
  world.on_send = [](const std::string&) { return absl::UnavailableError("cut"); };
  Ask lost = World::GoodAsk();
  lost.exchange = "lost";
  CHECK_FALSE(world.Query(lost).ok());
  world.on_send = nullptr;
  REQUIRE(world.civil->provider->RecordLost(world.tax->Evidence().back()).ok());
  const auto retried = world.Query(lost);
  INFO(retried.status());
  CHECK(retried.ok());
}

// Civil's node counts, and watches what is put together.
struct Counted {
  explicit Counted(uint32_t most_refusals = 100'000) {
    TestNode& civil = *world.civil;
    quotas = std::make_unique<Quotas>(
        Quotas::Parts{.store = &store,
                      .exchanges = &civil.store,
                      .slices = &all,
                      .aggregation = &aggregation,
                      .alert = [this](const Alert& alert) { alerts.push_back(alert.rule); },
                      .clock = &world.clock,
                      .secret = Secret()});
    civil.provider = std::make_unique<Provider>(Provider::Parts{
        .store = &civil.store,
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
        .servings = {nullptr, &civil.query_serving, &civil.verify_serving},
        .usage = quotas.get(),
        .room = &civil.room,
        .clock = &world.clock,
        .most_refusals = most_refusals,
        .node = civil.name,
        .agency = kCivil});
    civil.resources.Put(KeyedResource());
    grant.day = {.calls = 100, .rows = 1000};
    world.Put(grant);
  }
  struct All final : QuotaSlices {
    absl::StatusOr<Amounts> Take(const Grant&, absl::CivilDay, const Amounts& wanted) override {
      return wanted;
    }
  };

  World world;
  All all;
  UsageStore store{&world.civil_store};
  Aggregation aggregation{*ReadRules(R"({"rules": [
      {"id": "together", "kind": "COMBINE", "count": 2, "windowMinutes": 60,
       "resource": "resources/r1", "items": ["name", "pay"], "action": "ALERT"},
      {"id": "many", "kind": "SUBJECTS", "by": "CONSUMER", "count": 4, "windowMinutes": 60,
       "action": "ALERT"}]})")};
  std::vector<std::string> alerts;
  std::unique_ptr<Quotas> quotas;
  Grant grant = World::GoodGrant();
};

TEST_CASE("A second turn of an attempt does not take the first one's count away", "[exchange]") {
  Counted t;
  absl::Status second;
  bool sent = false;
  t.world.source.while_reading = [&] {
    if (std::exchange(sent, true)) return;
    // Minutes later the attempt is forgotten, and another envelope names it.
    t.world.clock.Advance(absl::Minutes(3));
    t.world.civil->replays.Forget(ReplaySet::FirstMinute(t.world.clock.Now()));
    second = t.world
                 .Send(Changed(t.world.sent.back(),
                               [&](Request& request) {
                                 request.issue_time = t.world.clock.Now();
                                 request.expire_time = request.issue_time + absl::Seconds(30);
                               }))
                 .status();
  };
  const auto method = GENERATE(Method::kQuery, Method::kDownload);
  Ask ask = World::GoodAsk(method);
  std::vector<std::string> batches;
  const absl::Status first = method == Method::kQuery ? t.world.Query(ask).status()
                                                      : t.world.Download(ask, &batches).status();
  INFO(first);
  CHECK(absl::IsAlreadyExists(second));
  CHECK(WhyOf(second) == Reason::kExchangeSettled);
  CHECK(first.ok());
  const uint64_t rows = method == Method::kQuery ? 1 : 10;
  CHECK(*t.quotas->LeftOf(t.grant) == Amounts{.calls = 99, .rows = 1000 - rows});
}

TEST_CASE("Half by query and half by download is together, in either order", "[exchange]") {
  const bool download_first = GENERATE(true, false);
  Counted t;
  t.grant.items = {"code", "name", "pay"};
  t.world.Put(t.grant);
  for (auto& row : t.world.source.rows) row["pay"] = "1";
  Ask query = World::GoodAsk();
  QueryOf(query).items = {"pay"};
  Ask download = World::GoodAsk(Method::kDownload);
  download.exchange = "x2";
  QueryOf(download).items = {"name"};
  std::vector<std::string> batches;
  for (const bool now : {download_first, !download_first}) {
    CHECK(t.alerts.empty());
    REQUIRE((now ? t.world.Download(download, &batches).status() : t.world.Query(query).status())
                .ok());
  }
  CHECK(t.alerts == std::vector<std::string>{"together"});
}

TEST_CASE("Who asks for many records is seen without their keys, and by any operator",
          "[exchange]") {
  Counted t;
  t.grant.methods = {Method::kQuery, Method::kVerify};
  t.world.Put(t.grant);
  for (int i = 0; i < 3; ++i) {
    Ask ask = World::GoodAsk();
    ask.exchange = absl::StrCat("q", i);
    ask.operator_id = absl::StrCat("e-", i);
    QueryOf(ask) = {.items = {"name"},
                    .where = {{{"code", filter::Op::kEquals, absl::StrCat("11", i)}}}};
    REQUIRE(t.world.Query(ask).ok());
  }
  CHECK(t.alerts.empty());
  // That there is no such record is known of one more.
  const Verification verification = {.key = {{"code", filter::Op::kEquals, "119999"}},
                                     .claims = {{.item = "name", .value = "x"}}};
  Ask ask = World::GoodAsk(Method::kVerify);
  ask.exchange = "v";
  ask.query_bytes = Encode(verification);
  ask.demand = verification;
  REQUIRE(t.world.Ask(ask).ok());
  CHECK(t.alerts == std::vector<std::string>{"many"});
  CHECK((*t.world.civil->store.LoadAnswered(kTax, "v", 1))->recall.empty());
}

TEST_CASE("Beyond the most refusals of a minute a peer gets no more signed ones", "[exchange]") {
  Counted t(3);
  const v1::Envelope like = Unanswered(&t.world, World::GoodAsk());
  int sent = 0;
  const auto refused = [&] {
    return t.world.Send(Changed(like, [&](Request& request) {
      request.exchange = absl::StrCat("none", ++sent);
      request.grant = "grants/none";
      request.issue_time = t.world.clock.Now();
      request.expire_time = request.issue_time + absl::Seconds(30);
    }));
  };
  for (int i = 0; i < 3; ++i) CHECK(refused().ok());
  for (int i = 0; i < 5; ++i) {
    const absl::Status over = refused().status();
    CHECK(absl::IsResourceExhausted(over));
    CHECK(WhyOf(over) == Reason::kRateLimited);
  }
  Ask download = World::GoodAsk(Method::kDownload);
  download.exchange = "all";
  t.world.source.failure = absl::DataLossError("damaged");
  std::vector<std::string> batches;
  CHECK(WhyOf(t.world.Download(download, &batches).status()) == Reason::kRateLimited);
  t.world.source.failure = absl::OkStatus();
  CHECK(t.world.civil->Evidence().size() == 3);
  CHECK(t.world.Send(like).ok());  // what is not refused is not limited
  t.world.clock.Advance(absl::Minutes(1));
  CHECK(refused().ok());
}

}  // namespace
}  // namespace shareway::exchange
