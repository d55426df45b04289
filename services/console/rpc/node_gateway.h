// SPDX-License-Identifier: Apache-2.0
// The gateway beside an exchange node: its agency's systems call the node by JSON over mTLS.
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

namespace shareway::console {

// Serves the methods of one node that admit systems, and keeps nothing. It is itself a system of the
// agency, with a certificate of its own: that is whom the node knows, and
// whom its evidence names. Who stands behind it, the gateway alone tells apart: a caller's
// certificate leads to the domain's authority, is of a system of the same agency, and that system is
// on the operator's list. A system that leaves the list, and one whose certificate the directory
// revoked, is refused once the gateway runs with another list: it follows no directory.
class NodeGateway {
 public:
  struct Options {
    std::string listen = {};          // IP address:port
    std::vector<std::string> hosts = {};
    crypto::TlsFiles tls = {};        // for callers; `ca` is the domain's
    crypto::Identity self = {};       // the gateway's own: a system's
    std::vector<std::string> systems = {};  // ids {s} of agencies/{a}/systems/{s} that may call
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

  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace shareway::console
