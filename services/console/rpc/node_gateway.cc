// SPDX-License-Identifier: Apache-2.0
#include "services/console/rpc/node_gateway.h"

#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/console/gateway/openapi.h"
#include "services/console/gateway/pages.h"

namespace shareway::console {
namespace {

using crypto::Identity;

constexpr char kSessions[] = "shareway.console.v1.SessionService";
// Where people begin here.
constexpr char kFirstPage[] = "/lookup";

// What GET answers: the contract, and the application where there is one.
std::function<HttpAnswer(const HttpRequest&)> ShelfOf(
    const Routes& routes, std::optional<Pages> folder,
    std::shared_ptr<const std::string> settings) {
  const auto pages = std::make_shared<const std::optional<Pages>>(std::move(folder));
  const auto openapi = std::make_shared<const std::string>(OpenApi(routes));
  const auto page = std::make_shared<const std::string>(OpenApiPage(routes));
  return [openapi, page, pages, settings](const HttpRequest& request) {
    HttpAnswer answer;
    if (request.path() == "/openapi.json") {
      answer.With("Content-Type", "application/json").With("Cache-Control", "public, no-cache");
      answer.body = openapi;
    } else if (request.path() == "/api") {
      answer.With("Content-Type", "text/html; charset=utf-8")
          .With("Cache-Control", "public, no-cache");
      SecurePage("", &answer);
      answer.body = page;
    } else if (settings != nullptr && request.path() == "/console.json") {
      answer.With("Content-Type", "application/json").With("Cache-Control", "no-cache");
      answer.body = settings;
    } else if (*pages) {
      return (*pages)->Answer(request);
    } else {
      answer.status = 404;
      answer.With("Content-Type", "text/plain; charset=utf-8").With("Cache-Control", "no-store");
      answer.body = std::make_shared<const std::string>("there is no such page: see /api\n");
    }
    return answer;
  };
}

// The value of `code` in /enter?code=…; empty if that is not all there is.
std::string CodeIn(const HttpRequest& request) {
  absl::string_view query = request.target;
  query.remove_prefix(request.path().size());
  if (!absl::ConsumePrefix(&query, "?code=") || query.size() > 64) return "";
  return std::string(query);
}

// A person comes from the console: a visit begins, and the first page follows. The address with the
// code is in no history, since nothing is shown at it.
HttpAnswer Enter(Visits* visits, const HttpRequest& request) {
  HttpAnswer answer;
  answer.With("Cache-Control", "no-store");
  const auto refuse = [&](int status) {
    answer.status = status;
    answer.With("Content-Type", "text/plain; charset=utf-8");
    answer.body = std::make_shared<const std::string>(
        "此入口已失效，请从共享平台控制台重新进入。\n"
        "This entry is no good any more. Please come again from the console.\n");
    return answer;
  };
  // A look ahead takes nothing.
  if (request.method != "GET" || !CheckNavigation(request).ok()) return refuse(403);
  const absl::StatusOr<std::string> token =
      visits->Enter({request.address, request.certificate}, CodeIn(request));
  if (!token.ok()) {
    if (!absl::IsUnauthenticated(token.status())) {
      log::Warn("entry-failed", {{"status", token.status()}});
    }
    return refuse(absl::IsUnauthenticated(token.status()) ? 401 : 503);
  }
  answer.status = 303;
  answer.With("Location", kFirstPage).With("Set-Cookie", SettingCookie(*token, kNodeCookie));
  return answer;
}

// Lets people in.
void Admit(Visits* visits, Gateway::Parts* parts) {
  parts->cookie = kNodeCookie;
  parts->session = [visits](const Visitor& visitor, const std::string& token) {
    return visits->Use(visitor, token);
  };
  parts->stands = [visits](const LiveStreams::Holder& holder) {
    return holder.token.empty()
               ? absl::OkStatus()
               : visits->Stands({holder.address, holder.certificate}, holder.token);
  };
  const std::string service = absl::StrCat("/", kSessions, "/");
  parts->own[service + "GetSession"] = [visits](const Visitor& visitor, const std::string& token) {
    return visits->SessionOf(visitor, token);
  };
  parts->own[service + "SignOut"] = [visits](const Visitor&, const std::string& token)
      -> absl::StatusOr<std::string> {
    visits->Leave(token);
    return v1::SignOutResponse().SerializeAsString();
  };
  parts->readings["/enter"] = {.read = [visits](const HttpRequest& request,
                                                const absl::StatusOr<rpc::CallOptions>&) {
    return Enter(visits, request);
  }};
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
  if ((options.console == nullptr) != options.folder.empty()) {
    return absl::InvalidArgumentError("--gateway wants both of --gateway_console and --web, or none");
  }
  if (options.systems.empty() && options.console == nullptr) {
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
  const bool people = options.console != nullptr;
  // Whatever admits systems admits persons, and the node knows who calls.
  SHAREWAY_ASSIGN_OR_RETURN(Routes routes,
                            Routes::Of(ServicesOfNode(), people ? PERSON : SYSTEM));
  std::optional<Pages> folder;
  std::shared_ptr<const std::string> settings;
  if (people) {
    SHAREWAY_RETURN_IF_ERROR(routes.Add(kSessions, "GetSession"));
    SHAREWAY_RETURN_IF_ERROR(routes.Add(kSessions, "SignOut"));
    SHAREWAY_ASSIGN_OR_RETURN(folder, Pages::Load(options.folder));
    SHAREWAY_ASSIGN_OR_RETURN(std::string at_node, SettingsAtNode(options.folder));
    settings = std::make_shared<const std::string>(std::move(at_node));
  }

  std::unique_ptr<NodeGateway> self(new NodeGateway());
  Gateway::Parts parts{
      .hosts = std::move(hosts),
      .routes = routes,
      .targets = {{"exchange", std::move(node)}},
      .system = [names = std::move(names)](
                    const HttpRequest& request) -> absl::StatusOr<std::string> {
        if (names.count(request.identity) == 0) return NotAdmitted();
        return request.identity;
      },
      // A system that may begin a stream may finish it: the list does not change.
      .stands = [](const LiveStreams::Holder&) { return absl::OkStatus(); },
      .pages = ShelfOf(routes, std::move(folder), std::move(settings)),
      // Programs of one machine, and no crowd: the node's own limits hold besides.
      .by_address = {.concurrent = 1024, .burst = 0},
      .by_session = {.concurrent = 256, .burst = 0},
      .clock = options.clock,
      .threads = 16};
  if (people) {
    self->visits_ = std::make_unique<Visits>(std::move(options.console), options.clock);
    Admit(self->visits_.get(), &parts);
  }
  self->gateway_ = std::make_unique<Gateway>(std::move(parts));
  HttpServer::Options http;
  http.address = options.listen;
  http.tls = options.tls;
  http.ask_certificate = true;
  http.need_certificate = !people;
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
  visits_.reset();
  server_.reset();
}

}  // namespace shareway::console
