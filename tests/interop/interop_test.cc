// SPDX-License-Identifier: Apache-2.0
// Agencies call nodes from any language with stock gRPC: here from Python.
#include <array>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "nlohmann/json.hpp"
#include "tests/scenario/story.h"

namespace shareway::testing {
namespace {

// Runs a command; its output, and whether it ended with 0.
std::pair<std::string, bool> Output(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(absl::StrCat("'", word, "'"));
  FILE* pipe = popen(absl::StrCat(absl::StrJoin(quoted, " "), " 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), n);
  }
  return {text, pclose(pipe) == 0};
}

TEST_CASE("A stock client in Python queries a node and reads the reason of a refusal",
          "[interop]") {
  Cluster::Options options;
  options.nodes = {kStatistics, kTax};
  Cluster cluster(options);
  auto resource = Publish(cluster, kStatistics, Divisions(cluster));
  REQUIRE(resource.ok());
  auto loaded = Load(cluster, kStatistics, resource->name(), "code,name,level\n9901,演示市,CITY\n");
  for (int i = 0; i < 500 && !loaded.ok(); ++i) {
    absl::SleepFor(absl::Milliseconds(20));
    loaded = Load(cluster, kStatistics, resource->name(), "code,name,level\n9901,演示市,CITY\n");
  }
  INFO(loaded.status().ToString());
  REQUIRE(loaded.ok());
  sharing::v1::GiveStandingConsentRequest consent;
  consent.set_resource(resource->name());
  REQUIRE(cluster
              .Act<sharing::v1::StandingConsent>("statistics-sharing-head", "sharing",
                                                 GrantMethod("GiveStandingConsent"), consent)
              .ok());
  auto request = SubmitRequest(cluster, kTax, Ask(resource->name(), {"code", "name"}));
  REQUIRE(request.ok());
  REQUIRE(QueryWhenKnown(cluster, kTax, QueryBy(request->grant(), "code", "9901")).ok());

  const std::string root = SHAREWAY_SOURCE_DIR;
  const auto [text, ok] =
      Output({"/usr/bin/python3", root + "/tests/interop/python_client.py", root + "/proto",
              cluster.identity("tax-system").dir, cluster.Address("tax-node"),
              cluster.Address("catalog"), request->grant(), "code", "9901"});
  INFO(text);
  REQUIRE(ok);
  const auto seen = nlohmann::json::parse(text.substr(text.rfind("{\"record\"")));
  CHECK(seen["record"] == nlohmann::json({{"code", "9901"}, {"name", "演示市"}}));
  CHECK(seen["grants"] == 1);
  CHECK(seen["code"] == "PERMISSION_DENIED");
  CHECK(seen["reason"] == "ITEM_NOT_GRANTED");
  CHECK(seen["domain"] == "shareway");
  CHECK(seen["locale"] == "zh-Hans");
  CHECK(seen["title"] == "统计用区划代码");
}

}  // namespace
}  // namespace shareway::testing
