// SPDX-License-Identifier: Apache-2.0
// A provider that does not answer keeps a few callers, and is not asked again at once.
#include "services/console/oidc/provider.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"

namespace shareway::console {
namespace {

// Takes connections on loopback and says nothing.
class Silent {
 public:
  Silent() {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(socket_, 16) == 0);
    REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~Silent() { close(socket_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

  int port() const { return port_; }
  int Accept() const { return accept(socket_, nullptr, nullptr); }
  // True if somebody has come whom Accept did not take.
  bool SomebodyWaits() const {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, 0) == 1;
  }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

TEST_CASE("A provider that hangs keeps four callers, and is not asked again at once", "[oidc]") {
  const Silent silent;
  OidcProvider provider({.issuer = absl::StrCat("http://127.0.0.1:", silent.port()),
                         .client_id = "shareway",
                         .client_secret = "secret",
                         .redirect = "https://share.example/back"});
  std::vector<absl::Status> answers(OidcProvider::kAtOnce);
  std::vector<std::thread> callers;
  for (absl::Status& answer : answers) {
    callers.emplace_back([&] { answer = provider.Begin().status(); });
  }
  std::vector<int> kept;
  for (size_t i = 0; i < callers.size(); ++i) kept.push_back(silent.Accept());

  const absl::Status busy = provider.Begin().status();
  CHECK(absl::IsUnavailable(busy));
  CHECK(absl::StrContains(busy.message(), "others wait"));

  for (const int connection : kept) close(connection);
  for (std::thread& caller : callers) caller.join();
  for (const absl::Status& answer : answers) {
    CHECK(absl::IsUnavailable(answer));
    CHECK_FALSE(absl::StrContains(answer.message(), "others wait"));
  }
  CHECK(absl::IsUnavailable(provider.Begin().status()));
  CHECK_FALSE(silent.SomebodyWaits());
}

}  // namespace
}  // namespace shareway::console
