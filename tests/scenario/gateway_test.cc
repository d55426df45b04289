// SPDX-License-Identifier: Apache-2.0
// The gateway as a process of its own beside a node among real processes: an agency's system asks by
// JSON and gets what the node says.
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "services/console/http/test_client.h"
#include "tests/scenario/steps.h"
#include "tests/support/child.h"

namespace shareway::testing {
namespace {

using console::BodyOf;
using console::StatusOf;
using console::TestClient;
using nlohmann::json;

// Beside tax's node, as tax's system s1, which is the one that calls, too.
struct Gateway {
  std::string port_file, log;
  Child process;

  Gateway(const Cluster& cluster, const std::string& systems)
      : port_file(cluster.dir() / "gateway-port"),
        log(cluster.dir() / "gateway.log"),
        process({absl::StrCat(SHAREWAY_BIN_DIR, "/shareway-console"), "--gateway",
                 "--tls=" + cluster.identity("tax-system").dir,
                 "--gateway_node=" + cluster.Address("tax-node"),
                 absl::StrCat("--gateway_node_uri=shareway://test/agency/",
                              absl::StripPrefix(cluster.Agency(kTax), "agencies/"), "/node/n1"),
                 "--gateway_systems=" + systems, "--web_listen=127.0.0.1:0",
                 "--web_hosts=node.example", "--web_port_file=" + port_file},
                log) {}
  int Port() const {
    return AskUntil(
        [&] {
          int port = 0;
          std::ifstream(port_file) >> port;
          return port;
        },
        [](int port) { return port > 0; });
  }
};

std::string Post(const std::string& method, const std::string& body, const std::string& type) {
  return absl::StrCat("POST ", ExchangeMethod(method),
                      " HTTP/1.1\r\nHost: node.example\r\nContent-Type: ", type,
                      "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

TEST_CASE("An agency's system calls its node by JSON through the gateway beside it, which stops in "
          "good order",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {kTax};
  Cluster cluster(options);
  Gateway gateway(cluster, "s1");
  const int port = gateway.Port();
  REQUIRE(port > 0);
  const crypto::TlsFiles& own = cluster.identity("tax-system").tls;
  TestClient client(port, own.ca, {.shows = &own});
  const std::string listed = AskUntil(
      [&] { return client.Ask(Post("ListGrants", "{}", "application/json")); },
      [](const std::string& answer) { return StatusOf(answer) != 503; });
  INFO(listed);
  REQUIRE(StatusOf(listed) == 200);
  CHECK(json::parse(BodyOf(listed)) == json::object());  // it has none
  const std::string wrong = client.Ask(Post("Query", R"({"grant":"grants/none"})",
                                            "application/json"));
  INFO(wrong);
  CHECK(StatusOf(wrong) >= 400);
  CHECK(json::parse(BodyOf(wrong)).contains("details"));

  // A stream of the node that goes on for ever holds nobody up.
  TestClient watches(port, own.ca, {.shows = &own});
  watches.Send(Post("WatchMyGrants", std::string("\0\0\0\0\2{}", 7), "application/connect+json"));
  CHECK(StatusOf(watches.Until("\r\n\r\n")) == 200);
  gateway.process.Signal(SIGTERM);
  CHECK(gateway.process.Wait(absl::Seconds(20)) == 0);
}

TEST_CASE("A gateway that is told of no callers does not start, and says why", "[scenario]") {
  Cluster::Options options;
  options.nodes = {kTax};
  Cluster cluster(options);
  Gateway gateway(cluster, "");
  CHECK(gateway.process.Wait(absl::Seconds(20)) == 1);
  std::ifstream log(gateway.log);
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  CHECK(absl::StrContains(text, "--gateway_systems"));
}

}  // namespace
}  // namespace shareway::testing
