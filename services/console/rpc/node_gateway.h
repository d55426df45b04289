// SPDX-License-Identifier: Apache-2.0
// The gateway beside an exchange node: its agency's systems call the node by JSON over mTLS, and its
// people by pages, as persons.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/crypto/identity.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/channel.h"
#include "services/console/gateway/gateway.h"
#include "services/console/http/http_server.h"
#include "services/console/rpc/visits.h"

namespace shareway::console {

// Serves the methods of one node that admit systems, and stores nothing. It is itself a system of the
// agency, with a certificate of its own: that is whom the node knows, and
// whom its evidence names. Who stands behind it, the gateway alone tells apart: a caller's
// certificate leads to the domain's authority, is of a system of the same agency, and that system is
// on the operator's list. A system that leaves the list, and one whose certificate the directory
// revoked, is refused once the gateway runs with another list: it follows no directory.
//
// With a console behind it, people who are signed in there come by GET /enter?code=…, and then call
// what admits persons. The node knows them by the console's pass, which the gateway can show and not
// make; it serves the pages, and of the console's methods GetSession and SignOut, which it answers
// itself. What the node answers goes to the browser and nowhere else.
class NodeGateway {
 public:
  struct Options {
    std::string listen = {};          // IP address:port
    std::vector<std::string> hosts = {};
    crypto::TlsFiles tls = {};        // for callers; `ca` is the domain's
    crypto::Identity self = {};       // the gateway's own: a system's
    // Ids {s} of agencies/{a}/systems/{s} that may call; one at least, unless there is a console.
    std::vector<std::string> systems = {};
    std::string folder = {};  // the built web application; with `console`, and not without
    // In the name of `self`; null: nobody but systems.
    std::shared_ptr<rpc::Channel> console = {};
    const Clock* clock = &SystemClock();
    std::string port_file = {};       // written when it listens: "PORT\n"
  };
  // Serves until it is destroyed; `registry` must outlive it. INVALID_ARGUMENT naming what is wrong
  // with the options; else as HttpServer::Open.
  static absl::StatusOr<std::unique_ptr<NodeGateway>> Open(Options options,
                                                           std::shared_ptr<rpc::Channel> node,
                                                           metrics::Registry* registry);
  // Waits for the calls under way.
  ~NodeGateway();
  NodeGateway(const NodeGateway&) = delete;
  NodeGateway& operator=(const NodeGateway&) = delete;

  int port() const { return server_->port(); }

 private:
  NodeGateway() = default;

  std::unique_ptr<Visits> visits_;  // null: nobody but systems
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace shareway::console
