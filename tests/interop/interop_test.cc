// SPDX-License-Identifier: Apache-2.0
// Agencies call nodes from any language with stock gRPC: here from Python, Go, Java and Node.js.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "nlohmann/json.hpp"
#include "tests/scenario/story.h"
#include "tests/support/await.h"

namespace shareway::testing {
namespace {

struct Ran {
  std::string text;  // all it said
  int code = -1;     // as it ended
};

Ran Run(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(absl::StrCat("'", word, "'"));
  FILE* pipe = popen(absl::StrCat(absl::StrJoin(quoted, " "), " 2>&1").c_str(), "r");
  Ran ran;
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.text.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

// What a client printed, by its last line.
nlohmann::json SeenBy(const Ran& client) {
  INFO(client.text);
  REQUIRE(client.code == 0);
  return nlohmann::json::parse(client.text.substr(client.text.rfind("{\"record\"")));
}

// Statistics has published and loaded its divisions, and tax may query them by standing consent.
struct Shared {
  Shared() : cluster(OptionsOf()) {
    const auto resource = Publish(cluster, kStatistics, Divisions(cluster));
    REQUIRE(resource.ok());
    const std::string rows = "code,name,level\n9901,演示市,CITY\n";
    const auto loaded =
        AskUntilOk([&] { return Load(cluster, kStatistics, resource->name(), rows); });
    INFO(loaded.status().ToString());
    REQUIRE(loaded.ok());
    sharing::v1::GiveStandingConsentRequest consent;
    consent.set_resource(resource->name());
    REQUIRE(cluster
                .Act<sharing::v1::StandingConsent>("statistics-sharing-head", "sharing",
                                                   GrantMethod("GiveStandingConsent"), consent)
                .ok());
    const auto request = SubmitRequest(cluster, kTax, Ask(resource->name(), {"code", "name"}));
    REQUIRE(request.ok());
    grant = request->grant();
    REQUIRE(QueryWhenKnown(cluster, kTax, QueryBy(grant, "code", "9901")).ok());
  }
  static Cluster::Options OptionsOf() {
    Cluster::Options options;
    options.nodes = {kStatistics, kTax};
    return options;
  }
  Cluster cluster;
  std::string grant;
};

void CheckSeen(const nlohmann::json& seen) {
  CHECK(seen["record"] == nlohmann::json({{"code", "9901"}, {"name", "演示市"}}));
  CHECK(seen["grants"] == 1);
  CHECK(seen["code"] == "PERMISSION_DENIED");
  CHECK(seen["reason"] == "ITEM_NOT_GRANTED");
  CHECK(seen["domain"] == "shareway");
  CHECK(seen["locale"] == "zh-Hans");
}

TEST_CASE("Stock clients in other languages query a node and read the reason of a refusal",
          "[interop]") {
  Shared shared;
  Cluster& cluster = shared.cluster;
  const std::string here = absl::StrCat(SHAREWAY_SOURCE_DIR, "/tests/interop/");
  const std::string proto = absl::StrCat(SHAREWAY_SOURCE_DIR, "/proto");
  const std::string home = cluster.identity("tax-system").dir;
  const std::string node = cluster.Address("tax-node");
  const std::string catalog = cluster.Address("catalog");

  const auto python = SeenBy(Run({"/usr/bin/python3", here + "python_client.py", proto, home, node,
                                  catalog, shared.grant, "code", "9901"}));
  CheckSeen(python);
  CHECK(python["title"] == "统计用区划代码");

  const std::string clients = SHAREWAY_CLIENTS_DIR;
  CheckSeen(SeenBy(Run({clients + "/go/go_client", home, node, shared.grant, "code", "9901"})));
  CheckSeen(SeenBy(Run({here + "java_client.sh", "run", clients + "/java", home, node, shared.grant,
                        "code", "9901"})));

  if (!std::filesystem::exists(absl::StrCat(SHAREWAY_SOURCE_DIR, "/tests/node_modules/@grpc"))) {
    WARN("tests/node_modules is absent (tools/setup fetches it): nothing was asked from Node.js");
    return;
  }
  const auto js = SeenBy(Run({"node", here + "node_client.mjs", proto, home, node, catalog,
                              shared.grant, "code", "9901"}));
  CheckSeen(js);
  CHECK(js["title"] == "统计用区划代码");
  CHECK(js["received"] == true);
  CHECK(js["method"] == "QUERY");
  CHECK(js["watched"] == nlohmann::json({{"grant", true}, {"usable", true}}));
}

}  // namespace
}  // namespace shareway::testing
