// SPDX-License-Identifier: Apache-2.0
// 系统对接 over real processes: a provider's own system is called, and both sides have receipts.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/pack.h"
#include "libs/evidence/record.h"
#include "services/exchange/source/test_http_server.h"
#include "tests/scenario/story.h"
#include "tests/support/await.h"
#include "tests/support/child.h"

namespace shareway::testing {
namespace {

namespace ex = exchange::v1;
namespace ev = evidence::v1;
using exchange::TestHttpServer;

constexpr char kCanary[] = "CANARY-7731";

// The statistics agency's system: a look-up in JSON, and a picture.
std::string SystemAnswer(const std::string& request) {
  if (absl::StartsWith(request, "POST /picture")) {
    return TestHttpServer::Ok("image/png", "\x89PNG of 演示市");
  }
  return TestHttpServer::Ok(
      "application/json",
      absl::StrCat(R"([{"code":"9901","name":"演示市","level":")", kCanary, R"(","more":{"name":")",
                   kCanary, R"("}}])"));
}

catalog::v1::Resource Callable(const Cluster& cluster) {
  catalog::v1::Resource resource = Divisions(cluster);
  resource.add_methods(ev::CALL);
  catalog::v1::Operation* look_up = resource.add_operations();
  look_up->set_id("look_up");
  look_up->set_title("按代码查询区划");
  look_up->set_form(catalog::v1::JSON_FORM);
  look_up->add_parameters("code");
  catalog::v1::Operation* picture = resource.add_operations();
  picture->set_id("picture");
  picture->set_title("区划图");
  picture->set_form(catalog::v1::OPAQUE_FORM);
  picture->set_item("name");
  return resource;
}

// A cluster whose statistics node knows the system, and a grant of code and name to tax.
struct CalledWorld {
  CalledWorld() : system(SystemAnswer), cluster(OptionsOf()) {
    const auto resource = Publish(cluster, kStatistics, Callable(cluster));
    INFO(resource.status());
    REQUIRE(resource.ok());
    name = resource->name();
    const std::string file = cluster.dir() / "backends.json";
    WriteFile(file, absl::StrCat(R"({"backends":[{"operation":")", name,
                                 R"(/operations/look_up","url":")", system.url("/look"),
                                 R"("},{"operation":")", name, R"(/operations/picture","url":")",
                                 system.url("/picture"), R"("}]})"));
    cluster.SetFlags("statistics-node", {"--backends=" + file});
    CHECK(cluster.Stop("statistics-node") == 0);
    cluster.Start("statistics-node");
    cluster.AwaitReady("statistics-node");
    sharing::v1::GiveStandingConsentRequest consent;
    consent.set_resource(name);
    REQUIRE(cluster
                .Act<sharing::v1::StandingConsent>("statistics-sharing-head", "sharing",
                                                   GrantMethod("GiveStandingConsent"), consent)
                .ok());
    auto ask = Ask(name, {"code", "name"});
    ask.mutable_request()->mutable_scope()->add_methods(ev::CALL);
    const auto request = SubmitRequest(cluster, kTax, ask);
    INFO(request.status());
    REQUIRE(request.ok());
    grant = request->grant();
  }
  static Cluster::Options OptionsOf() {
    Cluster::Options options;
    options.nodes = {kStatistics, kTax};
    return options;
  }
  absl::StatusOr<ex::CallResponse> Call(const ev::Invocation& invocation,
                                        const std::string& exchange = "") {
    ex::CallRequest call;
    call.set_grant(grant);
    call.set_operator_("T-0001");
    call.set_exchange(exchange);
    *call.mutable_invocation() = invocation;
    return cluster.Call<ex::CallResponse>("tax-system", "tax-node", ExchangeMethod("Call"), call);
  }
  // Asked again while grant and entry travel to the nodes.
  absl::StatusOr<ex::CallResponse> CallWhenKnown(const ev::Invocation& invocation) {
    return AskUntilOk([&] { return Call(invocation); });
  }

  TestHttpServer system;
  Cluster cluster;
  std::string name, grant;
};

ev::Invocation LookUp() {
  ev::Invocation invocation;
  invocation.set_operation("look_up");
  ev::Invocation::Argument* argument = invocation.add_arguments();
  argument->set_name("code");
  argument->set_value("9901");
  return invocation;
}

// What the command line prints as the tax agency's system; it must succeed.
std::string Told(CalledWorld& world, std::vector<std::string> words) {
  const std::string log = world.cluster.dir() / "cli.log";
  const std::string code = world.cluster.Agency(kTax).substr(sizeof("agencies/") - 1);
  words.insert(words.begin(), absl::StrCat(SHAREWAY_BIN_DIR, "/shareway"));
  for (const std::string& word :
       {std::string("--identity"), world.cluster.identity("tax-system").dir, std::string("--node"),
        world.cluster.Address("tax-node"), std::string("--node-uri"),
        absl::StrCat("shareway://test/agency/", code, "/node/n1"), std::string("-o"),
        std::string("json")}) {
    words.push_back(word);
  }
  Child cli(words, log);
  const int ended = cli.Wait(absl::Seconds(20));
  std::ifstream in(log);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  INFO(text);
  REQUIRE(ended == 0);
  return text;
}

TEST_CASE("A system is called through two nodes, and what was not granted stays with its agency",
          "[scenario]") {
  CalledWorld world;
  const auto typed = world.CallWhenKnown(LookUp());
  INFO(typed.status());
  INFO(world.cluster.LogOf("statistics-node"));
  REQUIRE(typed.ok());
  const ev::RecordBatch& batch = typed->answer().batch();
  REQUIRE(batch.items_size() == 2);
  REQUIRE(batch.records_size() == 1);
  CHECK(batch.records(0).cells(1).text() == "演示市");
  CHECK_FALSE(absl::StrContains(typed->SerializeAsString(), kCanary));
  CHECK(absl::StartsWith(world.system.requests().back(), "GET /look?code=9901 HTTP/1.1\r\n"));

  ev::Invocation picture;
  picture.set_operation("picture");
  const auto opaque = world.CallWhenKnown(picture);
  INFO(opaque.status());
  REQUIRE(opaque.ok());
  CHECK(opaque->answer().opaque().item() == "name");
  CHECK(opaque->answer().opaque().content() == "\x89PNG of 演示市");

  ev::Invocation unknown;
  unknown.set_operation("drop_all");
  CHECK(ReasonOf(world.Call(unknown).status()) == Reason::kOperationUnknown);
  for (const char* process : {"statistics-node", "tax-node", "audit"}) {
    CHECK_FALSE(absl::StrContains(world.cluster.LogOf(process), kCanary));
  }

  // The receipt is there once a witnessed checkpoint covers both halves.
  ex::GetReceiptRequest ask;
  ask.set_exchange(typed->exchange());
  for (const std::string side : {kTax, kStatistics}) {
    const auto pack = AskUntil(
        [&]() -> absl::StatusOr<evidence::Pack> {
          const auto receipt = world.cluster.Call<ex::GetReceiptResponse>(
              side + "-system", side + "-node", ExchangeMethod("GetReceipt"), ask);
          if (!receipt.ok()) {
            CHECK(ReasonOf(receipt.status()) == Reason::kReceiptPending);
            return receipt.status();
          }
          return evidence::ReadPack(receipt->pack());
        },
        [](const auto& read) { return read.ok() && read->entries.size() == 2; });
    INFO(pack.status());
    REQUIRE(pack.ok());
    CHECK(evidence::VerifyPack(*pack, {world.cluster.log_key()}).ok());
    for (const evidence::PackEntry& entry : pack->entries) {
      const ev::AuditRecord half = evidence::Open(entry.sealed)->record;
      CHECK(half.method() == ev::CALL);
      CHECK(half.operation() == "look_up");
      CHECK_FALSE(absl::StrContains(half.SerializeAsString(), kCanary));
    }
  }
  const std::string told = Told(world, {"exchange", "call", "look_up", "--grant", world.grant,
                                        "--operator", "T-0001", "--argument", "code=9901"});
  CHECK(absl::StrContains(told, "演示市"));
  CHECK_FALSE(absl::StrContains(told, kCanary));
  const std::string file = world.cluster.dir() / "receipt.json";
  Told(world, {"exchange", "receipt", typed->exchange(), "--to", file});
  std::ifstream in(file);
  const std::string kept((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto receipt = evidence::ReadPack(kept);
  REQUIRE(receipt.ok());
  CHECK(evidence::VerifyPack(*receipt, {world.cluster.log_key()}).ok());

  ask.set_exchange("no-such-exchange");
  CHECK(ReasonOf(world.cluster
                     .Call<ex::GetReceiptResponse>("tax-system", "tax-node",
                                                   ExchangeMethod("GetReceipt"), ask)
                     .status()) == Reason::kNotVisible);

  // The provider's side: one exchange by its consumer and id, and the day's counts.
  ex::GetExchangeRequest get;
  get.set_exchange(typed->exchange());
  get.set_consumer(world.cluster.Agency(kTax));
  const auto report = world.cluster.Call<ex::ExchangeReport>(
      "statistics-system", "statistics-node", ExchangeMethod("GetExchange"), get);
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(report->received());
  CHECK(report->method() == ev::CALL);
  CHECK(report->subject() == world.name);
  CHECK(report->response_digest() == typed->response_digest());

  const auto counts = world.cluster.Call<ex::ListExchangesResponse>(
      "statistics-system", "statistics-node", ExchangeMethod("ListExchanges"),
      ex::ListExchangesRequest());
  INFO(counts.status());
  REQUIRE(counts.ok());
  REQUIRE(counts->counts_size() >= 1);
  const ex::ExchangeCount& count = counts->counts(counts->counts_size() - 1);
  CHECK(count.consumer() == world.cluster.Agency(kTax));
  CHECK(count.grant() == world.grant);
  CHECK(count.method() == ev::CALL);
  CHECK(count.delivered() == 3);
  CHECK(count.refused() >= 1);
  CHECK(count.records() == 3);
}

}  // namespace
}  // namespace shareway::testing
