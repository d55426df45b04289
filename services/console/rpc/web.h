// SPDX-License-Identifier: Apache-2.0
// The console's web server, put together: TLS and HTTP, pages, and the calls of people to all
// services.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/crypto/identity.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/channel.h"
#include "services/console/gateway/gateway.h"
#include "services/console/http/http_server.h"
#include "services/console/sessions.h"

namespace shareway::console {

class Web {
 public:
  // From flags; see web.cc.
  struct Options {
    std::string listen = {};  // IP address:port; empty: there is no web server
    std::string folder = {};  // the built web application; empty: calls alone
    std::vector<std::string> hosts = {};
    crypto::TlsFiles tls = {};
    bool ask_certificate = false;
    std::string sharing = {};    // address of shareway-sharing
    // Of one address and of one session: calls a second, twice as many and four times after a pause;
    // of one address: connections. 0: not limited.
    double address_rate = 200, session_rate = 50;
    int address_connections = 256;
    std::string log = {};        // URL of audit's --http, http://HOST:PORT; empty: no /log pages
    std::string port_file = {};  // written when it listens: "PORT\n"
    // Whose sessions calls are made in; must outlive the web server. Required to open, as is:
    Sessions* sessions = nullptr;
    // Why this console takes no calls now, OK if it does: it then tells of no session, either.
    std::function<absl::Status()> ready = {};
  };
  // `tls` where the flags name none. INVALID_ARGUMENT naming the flag that is missing.
  static absl::StatusOr<Options> OptionsFromFlags(const crypto::TlsFiles& tls);

  // The same for a gateway beside a node, which has hosts and certificates and nothing else of it.
  static absl::StatusOr<Options> GatewayOptionsFromFlags(const crypto::TlsFiles& tls);

  // By the services' short names: console, and whatever else there is of catalog, sharing, audit.
  using Targets = std::map<std::string, std::shared_ptr<rpc::Channel>, std::less<>>;

  // Serves until it is destroyed; `registry` must outlive it. Errors as those of its parts.
  static absl::StatusOr<std::unique_ptr<Web>> Open(Options options, Targets targets,
                                                   metrics::Registry* registry);
  // Waits for the calls under way.
  ~Web();
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;

  int port() const { return server_->port(); }

 private:
  Web() = default;

  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<HttpServer> server_;
};

// Where a process that listens at `listen` and got `port` reaches itself.
std::string OwnAddress(const std::string& listen, int port);

}  // namespace shareway::console
