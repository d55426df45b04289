// SPDX-License-Identifier: Apache-2.0
// The gateway beside a node, over mTLS: whom it serves, what of the node's API, and in whose name.
#include "services/console/rpc/node_gateway.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "services/console/gateway/envelope.h"
#include "services/console/gateway/test_channel.h"
#include "services/console/http/test_client.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::console {
namespace {

using nlohmann::json;
using shareway::testing::TestIdentity;

constexpr char kOwn[] = "shareway://test/agency/11990100MB0000001X/";
constexpr char kOther[] = "shareway://test/agency/11990100MB0000002W/";

struct Beside {
  shareway::testing::TempDir dir;
  shareway::testing::TestPki pki{dir.path()};
  TestIdentity self = pki.Issue("gateway", {absl::StrCat(kOwn, "system/gateway")});
  metrics::Registry registry;
  std::shared_ptr<TestChannel> node = std::make_shared<TestChannel>();
  std::unique_ptr<NodeGateway> gateway;

  Beside() {
    auto opened = Open({"hall", "loader"});
    INFO(opened.status());
    REQUIRE(opened.ok());
    gateway = *std::move(opened);
  }
  absl::StatusOr<std::unique_ptr<NodeGateway>> Open(std::vector<std::string> systems) {
    return NodeGateway::Open({.listen = "127.0.0.1:0",
                              .hosts = {"node.example"},
                              .tls = self.tls,
                              .self = crypto::CheckTlsFiles(self.tls)->identity,
                              .systems = std::move(systems)},
                             node, &registry);
  }
  // What a caller with a certificate of this identity gets.
  std::string Ask(const std::string& uri, const std::string& request) {
    const TestIdentity identity = pki.Issue(absl::StrCat("caller", ++callers), {uri});
    TestClient client(gateway->port(), self.tls.ca, {.shows = &identity.tls});
    client.Send(request);
    return client.Answer();
  }
  int callers = 0;
};

std::string Post(const std::string& method, const std::string& body,
                 const std::string& type = "application/json") {
  return absl::StrCat("POST /shareway.exchange.v1.", method,
                      " HTTP/1.1\r\nHost: node.example\r\nContent-Type: ", type,
                      "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

TEST_CASE("a system of the agency calls the node by JSON, in the gateway's name", "[gateway]") {
  Beside beside;
  beside.node->answer = [](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
    exchange::v1::ExchangeReport report;
    report.set_exchange("x-1");
    return report.SerializeAsString();
  };
  const std::string answer =
      beside.Ask(absl::StrCat(kOwn, "system/hall"),
                 Post("ExchangeService/GetExchange", R"({"exchange":"x-1"})"));
  INFO(answer);
  REQUIRE(StatusOf(answer) == 200);
  CHECK(json::parse(BodyOf(answer))["exchange"] == "x-1");
  CHECK(FieldIn(answer, "Set-Cookie").empty());
  REQUIRE(beside.node->asked().size() == 1);
  // A node believes nobody's word for another: there is no actor, the certificate speaks.
  CHECK(beside.node->asked()[0].options.actor.empty());
}

TEST_CASE("others get no answer of the node, and learn nothing of who might", "[gateway]") {
  Beside beside;
  const std::string get = Post("ExchangeService/GetExchange", "{}");
  std::string first;
  for (const std::string& uri :
       {absl::StrCat(kOwn, "system/stranger"), absl::StrCat(kOther, "system/hall"),
        absl::StrCat(kOwn, "node/n1"), std::string("shareway://test/person/wang"),
        std::string("shareway://test/service/console"),
        std::string("shareway://elsewhere/agency/11990100MB0000001X/system/hall")}) {
    INFO(uri);
    const std::string refused = beside.Ask(uri, get);
    CHECK(StatusOf(refused) == 403);
    CHECK(absl::StrContains(refused, "POLICY_DENIED"));
    if (first.empty()) first = BodyOf(refused);
    CHECK(BodyOf(refused) == first);
  }
  TestClient without(beside.gateway->port(), beside.self.tls.ca);
  without.Send(get);
  CHECK(StatusOf(without.Rest()) == 0);
  CHECK(beside.node->asked().empty());
}

TEST_CASE("what nodes say to each other, and what people sign in for, is not there", "[gateway]") {
  Beside beside;
  const std::string hall = absl::StrCat(kOwn, "system/hall");
  CHECK(StatusOf(beside.Ask(hall, Post("PeerService/Exchange", "{}"))) == 404);
  CHECK(StatusOf(beside.Ask(hall, "GET /csrf HTTP/1.1\r\nHost: node.example\r\n\r\n")) == 401);
  CHECK(StatusOf(beside.Ask(hall, "GET / HTTP/1.1\r\nHost: node.example\r\n\r\n")) == 404);
  CHECK(StatusOf(beside.Ask(hall, "GET /api HTTP/1.1\r\nHost: evil.example\r\n\r\n")) == 400);
  const std::string contract =
      beside.Ask(hall, "GET /openapi.json HTTP/1.1\r\nHost: node.example\r\n\r\n");
  REQUIRE(StatusOf(contract) == 200);
  const json paths = json::parse(BodyOf(contract))["paths"];
  CHECK(paths.contains("/shareway.exchange.v1.ExchangeService/Query"));
  CHECK_FALSE(paths.contains("/shareway.exchange.v1.PeerService/Exchange"));
  CHECK(beside.node->asked().empty());
}

TEST_CASE("a download and a load go through the gateway as streams", "[gateway]") {
  Beside beside;
  const TestIdentity identity = beside.pki.Issue("loader", {absl::StrCat(kOwn, "system/loader")});
  TestClient client(beside.gateway->port(), beside.self.tls.ca, {.shows = &identity.tls});
  client.Send(Post("ExchangeService/Download", Enveloped(kPlain, "{}"), "application/connect+json"));
  const auto down = beside.node->StreamAt(0);
  down->Say(std::string());
  down->Say(std::optional<std::string>());
  const std::string all = client.Rest();
  CHECK(StatusOf(all) == 200);
  const std::optional<std::string> body = Unchunked(BodyOf(all));
  REQUIRE(body.has_value());
  CHECK(absl::EndsWith(*body, Enveloped(kEndOfStream, "{}")));

  TestClient loads(beside.gateway->port(), beside.self.tls.ca, {.shows = &identity.tls});
  loads.Send(Post("DatasetService/Load",
                  absl::StrCat(Enveloped(kPlain, "{}"), Enveloped(kPlain, "{}")),
                  "application/connect+json"));
  const auto up = beside.node->StreamAt(1);
  REQUIRE(up->AwaitDone());
  CHECK(up->written().size() == 2);
  up->Say(std::string());
  CHECK(absl::EndsWith(loads.Answer(), Enveloped(kEndOfStream, "{}")));
}

TEST_CASE("a gateway without a list of callers, or that is no system itself, does not open",
          "[gateway]") {
  Beside beside;
  CHECK(absl::IsInvalidArgument(beside.Open({}).status()));
  CHECK(absl::IsInvalidArgument(beside.Open({"../person/wang"}).status()));
  CHECK(absl::IsInvalidArgument(beside.Open({""}).status()));
  beside.self = beside.pki.Issue("gateway", {absl::StrCat(kOwn, "node/n1")});
  CHECK(absl::IsInvalidArgument(beside.Open({"hall"}).status()));
}

}  // namespace
}  // namespace shareway::console
