// SPDX-License-Identifier: Apache-2.0
// shareway-console: accounts, sessions and what each person was granted; or, with --gateway, the
// JSON gateway beside a node, and nothing else.
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "libs/app/app.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/metrics/exposer.h"
#include "services/console/flags.h"
#include "services/console/notify_flags.h"
#include "services/console/rpc/console_api.h"
#include "services/console/rpc/directory_view.h"
#include "services/console/rpc/news.h"
#include "services/console/rpc/node_gateway.h"
#include "services/console/rpc/opening.h"
#include "services/console/rpc/web.h"
#include "services/console/telling.h"
#include "services/console/upkeep.h"

ABSL_FLAG(std::string, first_codes, "",
          "File to write three one-time codes to, while there is no account: ROLE CODE a line.");
ABSL_FLAG(std::string, factor_key, "",
          "File with the key of TOTP secrets: 32 bytes, or 64 hexadecimal digits.");
ABSL_FLAG(std::string, protection, "mlps3",
          "mlps3: administrators need a cryptographic second factor; basic: any.");
ABSL_FLAG(std::vector<std::string>, webauthn_origins, {},
          "Origins of the console's own pages, on which authenticators sign people in; none of "
          "--act_origins.");

ABSL_FLAG(std::vector<std::string>, agency_gateways, {},
          "Gateways beside nodes where people of their agency go on, each with its URL: "
          "agencies/{a}/systems/{s}=https://HOST[:PORT],…");

ABSL_FLAG(bool, gateway, false,
          "Run beside a node and serve its API to its agency's systems as JSON over mTLS: no "
          "accounts, no passwords, no store. --tls is of a system of the agency.");
ABSL_FLAG(std::string, gateway_node, "", "With --gateway: address of the node, host:port.");
ABSL_FLAG(std::string, gateway_node_uri, "",
          "With --gateway: who the node is, shareway://DOMAIN/agency/A/node/N.");
ABSL_FLAG(std::string, gateway_console, "",
          "With --gateway: address of shareway-console, host:port, whose people come to the pages of "
          "--web here. Empty: there are neither people nor pages.");
ABSL_FLAG(std::vector<std::string>, gateway_systems, {},
          "With --gateway: the systems of the agency that may call, by their id; others are "
          "refused.");

namespace shareway::console {

// Declared first is torn down last: the server drains before the store closes.
absl::Status Serve() {
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(app::OptionsFromFlags()));
  SHAREWAY_ASSIGN_OR_RETURN(const app::Evidence evidence, app::Evidence::Open(process));
  SHAREWAY_ASSIGN_OR_RETURN(ConsoleStore store,
                            ConsoleStore::Open(process.store.get(), evidence.outbox.get()));
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<Passwords> passwords, Passwords::Open());
  SHAREWAY_ASSIGN_OR_RETURN(Desk::Parts parts,
                            PartsFrom({.factor_key = absl::GetFlag(FLAGS_factor_key),
                                       .protection = absl::GetFlag(FLAGS_protection),
                                       .webauthn_id = process.options.webauthn_id,
                                       .origins = absl::GetFlag(FLAGS_webauthn_origins),
                                       .act_origins = process.options.act_origins}));
  Timekeeper time(&SystemClock(), store.latest());
  parts.store = &store;
  parts.time = &time;
  parts.passwords = passwords.get();
  parts.people = PeopleOf(process.directory.get(), &SystemClock());
  const Desk desk(std::move(parts));
  SHAREWAY_ASSIGN_OR_RETURN(Web::Options pages, Web::OptionsFromFlags(process.tls));
  SHAREWAY_ASSIGN_OR_RETURN(const Carriers carriers,
                            CarriersFromFlags(pages.hosts.empty() ? "" : pages.hosts.front()));
  SHAREWAY_ASSIGN_OR_RETURN(AgencyGateways gateways,
                            ReadAgencyGateways(absl::GetFlag(FLAGS_agency_gateways)));
  ConsoleApi api(&desk, process.directory.get(), process.act_party, &carriers,
                 std::move(gateways), {.key = evidence.key.get()});
  SHAREWAY_RETURN_IF_ERROR(FirstStart(api.accounts(), absl::GetFlag(FLAGS_first_codes)));
  api.Register(process.server.get());
  SHAREWAY_ASSIGN_OR_RETURN(auto catalog, process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed feed(catalog, process.store.get(), process.directory.get());
  UpkeepLoop upkeep(&desk);
  const Opening opening(
      process.server.get(), [&] { return feed.caught_up(); }, [&] { upkeep.Start(); },
      [&] { return evidence.drain ? evidence.drain->rolled_back() : false; });
  pages.sessions = &api.sessions();
  pages.ready = [server = process.server.get()] { return server->Ready(); };
  std::vector<NewsSource> news = {CatalogNews(catalog)};
  if (!pages.sharing.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(auto sharing, process.Connect(pages.sharing, "sharing"));
    news.push_back(SharingNews(std::move(sharing)));
  } else if (carriers.mail || carriers.call) {
    return absl::InvalidArgumentError("--smtp_url and --notify_webhooks need --web_sharing");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const absl::Duration every, NotifyEvery());
  const Telling telling(&desk, &carriers, std::move(news), every, pages.ready,
                        process.metrics.get());
  std::unique_ptr<Web> web;
  const absl::Status served = app::Serve(&process, [&]() -> absl::Status {
    if (pages.listen.empty()) return absl::OkStatus();
    Web::Targets targets = {{"catalog", catalog}};
    SHAREWAY_ASSIGN_OR_RETURN(targets["sharing"], process.Connect(pages.sharing, "sharing"));
    if (!process.options.audit.empty()) {
      SHAREWAY_ASSIGN_OR_RETURN(targets["audit"], process.Connect(process.options.audit, "audit"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(
        targets["console"],
        process.Connect(OwnAddress(process.options.listen, process.server->port()), "console"));
    SHAREWAY_ASSIGN_OR_RETURN(web, Web::Open(pages, std::move(targets), process.metrics.get()));
    return absl::OkStatus();
  });
  web.reset();  // its calls end before the server that answers them
  process.server->Drain();
  return served;
}

// The gateway beside a node, until SIGTERM or SIGINT, which app::Main has blocked.
absl::Status ServeGateway() {
  const app::Options options = app::OptionsFromFlags();
  if (options.tls.empty()) return absl::InvalidArgumentError("--tls is empty");
  const std::string node = absl::GetFlag(FLAGS_gateway_node);
  if (node.empty()) return absl::InvalidArgumentError("--gateway needs --gateway_node");
  const crypto::TlsFiles tls = crypto::TlsFiles::In(options.tls);
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::CertificateFacts own, crypto::CheckTlsFiles(tls));
  const std::string uri = absl::GetFlag(FLAGS_gateway_node_uri);
  const absl::StatusOr<crypto::Identity> peer = crypto::Identity::Parse(uri);
  if (!peer.ok() || peer->kind != crypto::Identity::Kind::kNode ||
      peer->domain != own.identity.domain) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--gateway_node_uri is \"", uri, "\", want a node of ", own.identity.domain));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Web::Options web, Web::GatewayOptionsFromFlags(tls));
  metrics::Registry registry;
  std::unique_ptr<metrics::Exposer> exposer;
  if (!options.metrics.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(exposer, metrics::Exposer::Open(options.metrics, registry));
  }
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> channel,
                            rpc::Channel::Open({node, tls, uri}));
  std::shared_ptr<rpc::Channel> console;
  if (const std::string address = absl::GetFlag(FLAGS_gateway_console); !address.empty()) {
    const std::string service = absl::StrCat("shareway://", own.identity.domain, "/service/console");
    SHAREWAY_ASSIGN_OR_RETURN(console, rpc::Channel::Open({address, tls, service}));
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::unique_ptr<NodeGateway> gateway,
      NodeGateway::Open({.listen = web.listen,
                         .hosts = web.hosts,
                         .tls = web.tls,
                         .self = own.identity,
                         .systems = absl::GetFlag(FLAGS_gateway_systems),
                         .folder = web.folder,
                         .console = std::move(console),
                         .port_file = web.port_file},
                        std::move(channel), &registry));
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return absl::OkStatus();
}

}  // namespace shareway::console

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "console", [] {
    return absl::GetFlag(FLAGS_gateway) ? shareway::console::ServeGateway()
                                        : shareway::console::Serve();
  });
}
