// SPDX-License-Identifier: Apache-2.0
// Serves /metrics over HTTP.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/metrics/registry.h"

namespace prometheus {
class Exposer;
}

namespace shareway::metrics {

// Answers GET /metrics with a registry's figures and the process's own, from two
// threads of its own. Plain HTTP without identity: listen on loopback or on the
// network of the operators, for the figures name methods and peers.
class Exposer {
 public:
  // `address` is host:port, the host an IP address; port 0 lets the system
  // choose. INVALID_ARGUMENT if it is not that; UNAVAILABLE if the port cannot
  // be bound. What `registry` held when it is destroyed is served no more.
  static absl::StatusOr<std::unique_ptr<Exposer>> Open(absl::string_view address,
                                                       const Registry& registry);
  ~Exposer();

  // The port that is listened on.
  int port() const { return port_; }

 private:
  Exposer();

  std::shared_ptr<prometheus::Collectable> process_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string host_;
  int port_ = 0;
};

}  // namespace shareway::metrics
