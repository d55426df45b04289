// SPDX-License-Identifier: Apache-2.0
#include "services/console/rpc/web.h"

#include <cstdio>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/console/domain/session.h"
#include "services/console/gateway/log_tiles.h"
#include "services/console/gateway/openapi.h"
#include "services/console/gateway/pages.h"
#include "services/console/gateway/routes.h"
#include "services/console/oidc/fetch.h"
#include "services/console/rpc/directory_view.h"
#include "services/console/rpc/print.h"

ABSL_FLAG(std::string, web_listen, "",
          "Where to serve pages and JSON over HTTPS, IP address:port; port 0: any. Empty: nowhere.");
ABSL_FLAG(std::string, web, "", "Folder of the built web application. Empty: calls alone.");
ABSL_FLAG(std::vector<std::string>, web_hosts, {},
          "The names that browsers know this server by, each as in Host: NAME, or NAME:PORT unless "
          "the port is 443. Others are refused.");
ABSL_FLAG(std::string, web_tls, "",
          "Folder with tls.crt, tls.key and ca.crt for browsers. Empty: that of --tls.");
ABSL_FLAG(bool, web_certificates, false,
          "Ask browsers for a person's certificate of web_tls's ca.crt; none will do, too.");
ABSL_FLAG(std::string, web_sharing, "", "Address of shareway-sharing, host:port.");
ABSL_FLAG(std::string, web_log, "",
          "Where shareway-audit serves the log's public pages (its --http), http://HOST:PORT. Empty: "
          "this server has no /log.");
ABSL_FLAG(double, web_address_rate, 200,
          "Calls a second of one address, twice as many after a pause; 0: not limited, where a proxy "
          "in front counts them.");
ABSL_FLAG(double, web_session_rate, 50,
          "Calls a second of one session, four times as many after a pause; 0: not limited.");
ABSL_FLAG(int, web_address_connections, 256, "Connections of one address; 0: not limited.");
ABSL_FLAG(std::string, web_port_file, "", "File to write the chosen web port to once it listens.");

namespace shareway::console {
namespace {

// As GetSession answers it to front ends elsewhere: a console that is not ready, or knows that its
// store is an old copy, tells of no session.
absl::StatusOr<WebSession> SessionOf(const Web::Options& options, const Visitor& visitor,
                                     const std::string& token) {
  SHAREWAY_RETURN_IF_ERROR(options.ready());
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, VisitorAt(visitor.address, visitor.certificate));
  SHAREWAY_ASSIGN_OR_RETURN(const LiveSession live, options.sessions->Use(client, token));
  const Session& session = live.session.value;
  return WebSession{.name = session.name,
                    .actor = {.person = session.person,
                              .factor = FactorOf(session.factor),
                              .factor_time = session.stepped_up}};
}

// What GET answers: the contract, and the application.
class Shelf {
 public:
  Shelf(const Routes& routes, std::optional<Pages> pages)
      : openapi_(std::make_shared<const std::string>(OpenApi(routes))),
        reference_(std::make_shared<const std::string>(OpenApiPage(routes))),
        pages_(std::move(pages)) {}

  HttpAnswer Answer(const HttpRequest& request) const {
    HttpAnswer answer;
    if (request.path() == "/openapi.json") {
      answer.With("Content-Type", "application/json").With("Cache-Control", "public, no-cache");
      answer.body = openapi_;
      return answer;
    }
    if (request.path() == "/api") {
      answer.With("Content-Type", "text/html; charset=utf-8")
          .With("Cache-Control", "public, no-cache");
      SecurePage("", &answer);
      answer.body = reference_;
      return answer;
    }
    if (pages_) return pages_->Answer(request);
    answer.status = 404;
    answer.With("Content-Type", "text/plain; charset=utf-8").With("Cache-Control", "no-store");
    answer.body = std::make_shared<const std::string>("this console serves no pages: see /api\n");
    return answer;
  }

 private:
  const std::shared_ptr<const std::string> openapi_, reference_;
  const std::optional<Pages> pages_;
};

// The log's pages from audit's own server, whose URL is `base`.
Gateway::Parts::Reading LogReading(const std::string& base) {
  const auto tiles = std::make_shared<LogTiles>(
      [base](const std::string& path) -> absl::StatusOr<LogTiles::Page> {
        SHAREWAY_ASSIGN_OR_RETURN(
            Told told, Fetch({.url = absl::StrCat(base, path), .vouched = true}));
        return LogTiles::Page{.status = told.status, .body = std::move(told.body)};
      });
  return {.read = [tiles](const HttpRequest& request, const absl::StatusOr<rpc::CallOptions>&) {
    return tiles->Answer(request);
  }};
}

}  // namespace

std::string OwnAddress(const std::string& listen, int port) {
  const std::string host = listen.substr(0, listen.rfind(':'));
  if (host == "0.0.0.0" || host.empty()) return absl::StrCat("127.0.0.1:", port);
  if (host == "[::]") return absl::StrCat("[::1]:", port);
  return absl::StrCat(host, ":", port);
}

namespace {

Web::Options ReadFlags(const crypto::TlsFiles& tls) {
  const std::string folder = absl::GetFlag(FLAGS_web_tls);
  return {.listen = absl::GetFlag(FLAGS_web_listen),
          .folder = absl::GetFlag(FLAGS_web),
          .hosts = absl::GetFlag(FLAGS_web_hosts),
          .tls = folder.empty() ? tls : crypto::TlsFiles::In(folder),
          .ask_certificate = absl::GetFlag(FLAGS_web_certificates),
          .sharing = absl::GetFlag(FLAGS_web_sharing),
          .address_rate = absl::GetFlag(FLAGS_web_address_rate),
          .session_rate = absl::GetFlag(FLAGS_web_session_rate),
          .address_connections = absl::GetFlag(FLAGS_web_address_connections),
          .log = absl::GetFlag(FLAGS_web_log),
          .port_file = absl::GetFlag(FLAGS_web_port_file)};
}

}  // namespace

absl::StatusOr<Web::Options> Web::GatewayOptionsFromFlags(const crypto::TlsFiles& tls) {
  Options options = ReadFlags(tls);
  if (options.listen.empty() || options.hosts.empty()) {
    return absl::InvalidArgumentError("--gateway needs --web_listen and --web_hosts");
  }
  return options;
}

absl::StatusOr<Web::Options> Web::OptionsFromFlags(const crypto::TlsFiles& tls) {
  Options options = ReadFlags(tls);
  if (options.listen.empty()) return options;
  if (options.hosts.empty()) {
    return absl::InvalidArgumentError("--web_listen needs --web_hosts: which names are ours?");
  }
  if (!options.log.empty() &&
      (!absl::StartsWith(options.log, "http://") || absl::EndsWith(options.log, "/"))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--web_log is \"", options.log, "\", want http://HOST:PORT"));
  }
  const auto is_rate = [](double rate) { return rate == 0 || (rate >= 1 && rate <= 1e9); };
  if (!is_rate(options.address_rate) || !is_rate(options.session_rate) ||
      options.address_connections < 0) {
    return absl::InvalidArgumentError(
        "--web_address_rate and --web_session_rate: want 0, or 1 or more; "
        "--web_address_connections: 0 or more");
  }
  if (options.sharing.empty()) {
    return absl::InvalidArgumentError("--web_listen needs --web_sharing");
  }
  return options;
}

absl::StatusOr<std::unique_ptr<Web>> Web::Open(Options options, Targets targets,
                                               metrics::Registry* registry) {
  SHAREWAY_ASSIGN_OR_RETURN(Hosts hosts, Hosts::Of(options.hosts));
  SHAREWAY_ASSIGN_OR_RETURN(Routes routes, Routes::Of(ServicesForPeople()));
  std::optional<Pages> pages;
  if (!options.folder.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(pages, Pages::Load(options.folder));
  }
  if (options.sessions == nullptr || options.ready == nullptr) {
    return absl::InternalError("the web knows no sessions");
  }
  if (!targets.contains("console")) return absl::InternalError("the web has no console behind it");
  const auto shelf = std::make_shared<const Shelf>(routes, std::move(pages));

  std::map<std::string, Gateway::Parts::Reading, std::less<>> readings;
  const auto print = std::make_shared<const PrintPages>(targets, &SystemClock());
  readings["/print/"] = {.in_session = true,
                         .read = [print](const HttpRequest& request,
                                         const absl::StatusOr<rpc::CallOptions>& caller) {
                           return print->Answer(request, caller);
                         }};
  if (!options.log.empty()) readings["/log/"] = LogReading(options.log);

  std::unique_ptr<Web> web(new Web());
  web->gateway_ = std::make_unique<Gateway>(Gateway::Parts{
      .hosts = std::move(hosts),
      .routes = std::move(routes),
      .targets = std::move(targets),
      .session = [options](const Visitor& visitor, const std::string& token) {
        return SessionOf(options, visitor, token);
      },
      .stands = [sessions = options.sessions](const LiveStreams::Holder& holder) -> absl::Status {
        SHAREWAY_ASSIGN_OR_RETURN(const Client client,
                                  VisitorAt(holder.address, holder.certificate));
        return sessions->Stands(client, holder.token);
      },
      .pages = [shelf](const HttpRequest& request) { return shelf->Answer(request); },
      .readings = std::move(readings),
      .by_address = {.concurrent = 128,
                     .per_second = options.address_rate,
                     .burst = 2 * options.address_rate},
      .by_session = {.concurrent = 16,
                     .per_second = options.session_rate,
                     .burst = 4 * options.session_rate}});
  HttpServer::Options http;
  http.address = options.listen;
  http.tls = options.tls;
  http.ask_certificate = options.ask_certificate;
  http.metrics = registry;
  http.max_body = Gateway::kMaxBody;
  http.max_of_one = options.address_connections > 0
                        ? static_cast<size_t>(options.address_connections)
                        : http.max_connections;
  http.in_pieces = [gateway = web->gateway_.get()](const HttpRequest& head) {
    return gateway->InPieces(head);
  };
  SHAREWAY_ASSIGN_OR_RETURN(
      web->server_,
      HttpServer::Open(std::move(http), [gateway = web->gateway_.get()](HttpRequest request,
                                                                        AnswerHttp answer) {
        gateway->Handle(std::move(request), std::move(answer));
      }));
  log::Info("web-serves", {{"port", web->port()}});
  if (!options.port_file.empty()) {
    const std::string next = options.port_file + ".new";
    std::ofstream(next) << web->port() << "\n";
    if (std::rename(next.c_str(), options.port_file.c_str()) != 0) {
      return absl::NotFoundError(absl::StrCat("cannot write ", options.port_file));
    }
  }
  return web;
}

// Nothing comes any more; then what is under way ends; then what it would have been written to.
Web::~Web() {
  if (server_ != nullptr) server_->Stop();
  gateway_.reset();
  server_.reset();
}

}  // namespace shareway::console
