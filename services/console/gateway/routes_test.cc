// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/routes.h"

#include "catch2/catch.hpp"

namespace shareway::console {
namespace {

TEST_CASE("people reach the methods whose policy admits them, and no others") {
  const auto routes = Routes::Of(ServicesForPeople());
  REQUIRE(routes.ok());
  const Route* get = routes->Find("/shareway.catalog.v1.CatalogService/GetResource");
  REQUIRE(get != nullptr);
  CHECK(get->target == "catalog");
  CHECK(get->client == nullptr);
  CHECK(routes->Find("/shareway.audit.v1.AuditService/Append") == nullptr);
  CHECK(routes->Find("/shareway.catalog.v1.CatalogService/WatchCatalog") == nullptr);
  CHECK(routes->Find("/shareway.catalog.v1.CatalogService/getResource") == nullptr);
  CHECK(routes->Find("/shareway.catalog.v1.CatalogService/GetResource/") == nullptr);
  CHECK(routes->Find("") == nullptr);
}

TEST_CASE("streams for people are routes like others, told apart by their direction") {
  const auto routes = Routes::Of(ServicesForPeople());
  REQUIRE(routes.ok());
  const Route* watch = routes->Find("/shareway.sharing.v1.RequestService/WatchRequests");
  REQUIRE(watch != nullptr);
  CHECK(watch->server_stream);
  CHECK_FALSE(watch->client_stream);
  const Route* upload = routes->Find("/shareway.sharing.v1.AttachmentService/UploadAttachment");
  REQUIRE(upload != nullptr);
  CHECK(upload->client_stream);
  CHECK_FALSE(upload->server_stream);
  const Route* get = routes->Find("/shareway.catalog.v1.CatalogService/GetResource");
  REQUIRE(get != nullptr);
  CHECK_FALSE(get->server_stream);
  CHECK_FALSE(get->client_stream);
}

TEST_CASE("beside a node, systems reach what admits them, and not what nodes say to each other") {
  const auto routes = Routes::Of(ServicesOfNode(), SYSTEM);
  REQUIRE(routes.ok());
  const Route* query = routes->Find("/shareway.exchange.v1.ExchangeService/Query");
  REQUIRE(query != nullptr);
  CHECK(query->target == "exchange");
  CHECK(query->callers == SYSTEM);
  CHECK(routes->Find("/shareway.exchange.v1.DatasetService/Load") != nullptr);
  CHECK(routes->Find("/shareway.exchange.v1.PeerService/Exchange") == nullptr);
  CHECK(routes->Find("/shareway.exchange.v1.SourceService/Hold") == nullptr);  // a person's act
  for (const auto& [path, route] : routes->all()) {
    INFO(path);
    CHECK(route.client == nullptr);
  }
}

TEST_CASE("single methods of a service are added by name, and no others with them") {
  auto routes = Routes::Of(ServicesOfNode());
  REQUIRE(routes.ok());
  const std::string service = "shareway.console.v1.SessionService";
  REQUIRE(routes->Add(service, "GetSession").ok());
  const Route* session = routes->Find("/shareway.console.v1.SessionService/GetSession");
  REQUIRE(session != nullptr);
  CHECK(session->target == "console");
  CHECK(session->token != nullptr);
  CHECK(routes->Find("/shareway.console.v1.SessionService/StartSignIn") == nullptr);
  CHECK_FALSE(routes->Add(service, "NoMethod").ok());
  CHECK_FALSE(routes->Add("shareway.nowhere.v1.NoService", "Get").ok());
}

TEST_CASE("the token of a session is told apart in requests and answers") {
  const auto routes = Routes::Of(ServicesForPeople());
  REQUIRE(routes.ok());
  const Route* finish = routes->Find("/shareway.console.v1.SessionService/FinishSignIn");
  REQUIRE(finish != nullptr);
  CHECK(finish->client != nullptr);
  CHECK(finish->token == nullptr);
  CHECK(finish->new_token != nullptr);
  const Route* out = routes->Find("/shareway.console.v1.SessionService/SignOut");
  REQUIRE(out != nullptr);
  CHECK(out->token != nullptr);
  CHECK(out->new_token == nullptr);
}

TEST_CASE("a service that is not compiled in is named") {
  const auto routes = Routes::Of({"shareway.nowhere.v1.NoService"});
  REQUIRE_FALSE(routes.ok());
  CHECK(routes.status().message().find("NoService") != std::string::npos);
}

}  // namespace
}  // namespace shareway::console
