// SPDX-License-Identifier: Apache-2.0
// The HTTP side, by prometheus-cpp's own server.
#include "libs/metrics/exposer.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/metrics/process.h"
#include "prometheus/exposer.h"

namespace shareway::metrics {
namespace {

// The server underneath would take a list of ports, TLS marks and redirects.
absl::Status CheckAddress(absl::string_view address) {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port > 65535 ||
      address.find_first_not_of("0123456789abcdefABCDEF.:[]") != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the metrics address is \"", address, "\", want an IP address, ':' and a port 0 to 65535"));
  }
  return absl::OkStatus();
}

// Connects to a listener and leaves.
void Knock(std::string host, int port) {
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints = {};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return;
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    (void)connect(fd, found->ai_addr, found->ai_addrlen);
    close(fd);
  }
  freeaddrinfo(found);
}

}  // namespace

Exposer::Exposer() = default;

// The server looks whether to stop when somebody connects, or every 2 s: too
// long for a restart.
Exposer::~Exposer() {
  if (exposer_ == nullptr) return;
  std::future<void> stopped = std::async(std::launch::async, [this] { exposer_.reset(); });
  while (stopped.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready) {
    Knock(host_, port_);
  }
}

absl::StatusOr<std::unique_ptr<Exposer>> Exposer::Open(absl::string_view address,
                                                       const Registry& registry) {
  if (absl::Status status = CheckAddress(address); !status.ok()) return status;
  std::unique_ptr<Exposer> exposer(new Exposer);
  try {
    exposer->exposer_ = std::make_unique<prometheus::Exposer>(std::string(address), 2);
  } catch (const std::exception& e) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve metrics on ", address, ": ", e.what()));
  }
  exposer->host_ = std::string(address.substr(0, address.rfind(':')));
  exposer->process_ = std::make_shared<ProcessFigures>();
  exposer->exposer_->RegisterCollectable(registry.collectable());
  exposer->exposer_->RegisterCollectable(exposer->process_);
  exposer->port_ = exposer->exposer_->GetListeningPorts().at(0);
  return exposer;
}

}  // namespace shareway::metrics
