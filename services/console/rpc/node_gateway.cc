// SPDX-License-Identifier: Apache-2.0
#include "services/console/rpc/node_gateway.h"

#include <cstdio>
#include <fstream>
#include <functional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/console/gateway/openapi.h"

namespace shareway::console {
namespace {

using crypto::Identity;

// What GET answers: the contract.
std::function<HttpAnswer(const HttpRequest&)> ContractOf(const Routes& routes) {
  const auto openapi = std::make_shared<const std::string>(OpenApi(routes));
  const auto page = std::make_shared<const std::string>(OpenApiPage(routes));
  return [openapi, page](const HttpRequest& request) {
    HttpAnswer answer;
    if (request.path() == "/openapi.json") {
      answer.With("Content-Type", "application/json").With("Cache-Control", "public, no-cache");
      answer.body = openapi;
    } else if (request.path() == "/api") {
      answer.With("Content-Type", "text/html; charset=utf-8")
          .With("Cache-Control", "public, no-cache");
      SecurePage("", &answer);
      answer.body = page;
    } else {
      answer.status = 404;
      answer.With("Content-Type", "text/plain; charset=utf-8").With("Cache-Control", "no-store");
      answer.body = std::make_shared<const std::string>("there is no such page: see /api\n");
    }
    return answer;
  };
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  const std::string next = path + ".new";
  std::ofstream(next) << text;
  if (std::rename(next.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("cannot write ", path));
}

// One answer for all who may not call: which systems there are is nobody's to try.
absl::Status NotAdmitted() {
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               "this gateway serves the systems of its agency that its operator has named");
}

}  // namespace

absl::StatusOr<std::unique_ptr<NodeGateway>> NodeGateway::Open(Options options,
                                                               std::shared_ptr<rpc::Channel> node,
                                                               metrics::Registry* registry) {
  if (options.self.kind != Identity::Kind::kSystem) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the certificate of --tls is of ", options.self.uri(), ", want a system of the agency"));
  }
  if (options.systems.empty()) {
    return absl::InvalidArgumentError("--gateway needs --gateway_systems: who may call?");
  }
  std::set<std::string> names;
  for (const std::string& system : options.systems) {
    Identity identity = options.self;
    identity.name = absl::StrCat(identity.agency, "/systems/", system);
    const absl::StatusOr<Identity> read = Identity::Parse(identity.uri());
    if (!read.ok() || *read != identity) {
      return absl::InvalidArgumentError(
          absl::StrCat("--gateway_systems has \"", system, "\", want the id of a system"));
    }
    names.insert(identity.uri());
  }
  SHAREWAY_ASSIGN_OR_RETURN(Hosts hosts, Hosts::Of(options.hosts));
  SHAREWAY_ASSIGN_OR_RETURN(Routes routes, Routes::Of(ServicesOfNode(), SYSTEM));
  auto pages = ContractOf(routes);

  std::unique_ptr<NodeGateway> self(new NodeGateway());
  self->gateway_ = std::make_unique<Gateway>(Gateway::Parts{
      .hosts = std::move(hosts),
      .routes = std::move(routes),
      .targets = {{"exchange", std::move(node)}},
      .system = [names = std::move(names)](
                    const HttpRequest& request) -> absl::StatusOr<std::string> {
        if (names.count(request.identity) == 0) return NotAdmitted();
        return request.identity;
      },
      // Who may begin a stream may finish it: the list does not change.
      .stands = [](const LiveStreams::Holder&) { return absl::OkStatus(); },
      .pages = std::move(pages),
      // Programs of one machine, and no crowd: the node's own limits hold besides.
      .by_address = {.concurrent = 1024, .burst = 0},
      .by_session = {.concurrent = 256, .burst = 0},
      .threads = 16});
  HttpServer::Options http;
  http.address = options.listen;
  http.tls = options.tls;
  http.ask_certificate = http.need_certificate = true;
  http.metrics = registry;
  http.max_body = Gateway::kMaxBody;
  http.in_pieces = [gateway = self->gateway_.get()](const HttpRequest& head) {
    return gateway->InPieces(head);
  };
  SHAREWAY_ASSIGN_OR_RETURN(
      self->server_,
      HttpServer::Open(std::move(http), [gateway = self->gateway_.get()](HttpRequest request,
                                                                         AnswerHttp answer) {
        gateway->Handle(std::move(request), std::move(answer));
      }));
  log::Info("gateway-serves", {{"port", self->port()}});
  if (!options.port_file.empty()) {
    SHAREWAY_RETURN_IF_ERROR(WriteFile(options.port_file, absl::StrCat(self->port(), "\n")));
  }
  return self;
}

// As Web: nothing comes any more; then what is under way ends; then what it would be written to.
NodeGateway::~NodeGateway() {
  if (server_ != nullptr) server_->Stop();
  gateway_.reset();
  server_.reset();
}

}  // namespace shareway::console
