// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/openapi.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "nlohmann/json.hpp"

namespace shareway::console {
namespace {

using nlohmann::json;

// Every "$ref" below `node` leads to a schema of `document`.
void CheckRefs(const json& node, const json& document) {
  if (node.is_object() && node.contains("$ref")) {
    const std::string ref = node["$ref"];
    INFO(ref);
    CHECK(document.contains(json::json_pointer(ref.substr(1))));
  }
  for (const json& child : node) {
    if (child.is_structured()) CheckRefs(child, document);
  }
}

TEST_CASE("the description has each call of people, and all that it speaks of") {
  const Routes routes = Routes::Of(ServicesForPeople()).value();
  const json document = json::parse(OpenApi(routes));
  CHECK(document["openapi"] == "3.1.0");
  for (const auto& [path, route] : routes.all()) {
    INFO(path);
    REQUIRE(document["paths"].contains(path));
    const json& content = document["paths"][path]["post"]["requestBody"]["content"];
    CHECK(content.contains("application/connect+json") == route.streams());
    CHECK(content.contains("application/json") != route.streams());
  }
  CheckRefs(document, document);
  const json& get = document["paths"]["/shareway.catalog.v1.CatalogService/GetResource"]["post"];
  CHECK(get["security"].size() == 1);
  const json& start = document["paths"]["/shareway.console.v1.SessionService/StartSignIn"]["post"];
  CHECK(start["security"].empty());
}

TEST_CASE("beside a node there is no session to have, but a certificate to show") {
  const Routes routes = Routes::Of(ServicesOfNode(), SYSTEM).value();
  const json document = json::parse(OpenApi(routes));
  CHECK_FALSE(routes.all().empty());
  for (const auto& [path, route] : routes.all()) {
    INFO(path);
    const json& security = document["paths"][path]["post"]["security"];
    REQUIRE(security.size() == 1);
    CHECK(security[0].contains("certificate"));
  }
  CheckRefs(document, document);
}

TEST_CASE("what the gateway sets itself is nobody's to send or read") {
  const json document = json::parse(OpenApi(Routes::Of(ServicesForPeople()).value()));
  const json& schemas = document["components"]["schemas"];
  CHECK_FALSE(schemas.contains("shareway.console.v1.Client"));
  for (const char* message : {"StartSignInRequest", "GetSessionRequest", "SignedIn"}) {
    INFO(message);
    const json& properties = schemas[absl::StrCat("shareway.console.v1.", message)]["properties"];
    CHECK_FALSE(properties.contains("client"));
    CHECK_FALSE(properties.contains("token"));
  }
}

TEST_CASE("numbers of 64 bits, bytes and times are described as JSON has them") {
  const json document = json::parse(OpenApi(Routes::Of(ServicesForPeople()).value()));
  const json& schemas = document["components"]["schemas"];
  const json& session = schemas["shareway.console.v1.Session"]["properties"];
  CHECK(session["createTime"]["format"] == "date-time");
  CHECK(session["roles"]["type"] == "array");
  CHECK(schemas["shareway.console.v1.StartSignInResponse"]["properties"]["challenge"]
               ["contentEncoding"] == "base64");
}

TEST_CASE("the page to read has the calls, and no scripts") {
  const std::string page = OpenApiPage(Routes::Of(ServicesForPeople()).value());
  CHECK(absl::StrContains(page, "/shareway.catalog.v1.CatalogService/GetResource"));
  CHECK(absl::StrContains(page, "id=\"shareway.catalog.v1.Resource\""));
  CHECK_FALSE(absl::StrContains(page, "<script"));
}

}  // namespace
}  // namespace shareway::console
