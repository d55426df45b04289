// SPDX-License-Identifier: Apache-2.0
#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "tests/support/held_port.h"

namespace shareway::testing {
namespace {

constexpr absl::Duration kLong = absl::Seconds(5);
constexpr absl::Duration kShort = absl::Milliseconds(60);

// One end of a connection.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  // To a port of loopback. connected() tells whether somebody was there.
  static std::unique_ptr<Socket> To(int port) {
    auto made = std::make_unique<Socket>(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    made->connected_ =
        connect(made->fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    return made;
  }

  bool connected() const { return connected_; }
  void Send(const std::string& bytes) const {
    REQUIRE(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  // So many bytes, or what came until the end, a reset ("!") or `limit` ("?").
  std::string Receive(size_t size, absl::Duration limit = kLong) const {
    std::string all;
    for (const absl::Time end = absl::Now() + limit; all.size() < size;) {
      pollfd polled = {fd_, POLLIN, 0};
      const absl::Duration left = std::max(end - absl::Now(), absl::ZeroDuration());
      if (poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(left))) == 0) {
        return all + "?";
      }
      char piece[4096];
      const ssize_t got = recv(fd_, piece, sizeof(piece), 0);
      if (got < 0) return all + "!";
      if (got == 0) return all;
      all.append(piece, static_cast<size_t>(got));
    }
    return all;
  }
  void ShutWriting() const { REQUIRE(shutdown(fd_, SHUT_WR) == 0); }

 private:
  const int fd_;
  bool connected_ = false;
};

// A server that the test answers for.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(fd_, 16) == 0);
    REQUIRE(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(fd_); }
  int port() const { return port_; }
  // The next connection; null if none comes within `limit`.
  std::unique_ptr<Socket> Next(absl::Duration limit = kLong) const {
    pollfd polled = {fd_, POLLIN, 0};
    if (poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(limit))) != 1) return nullptr;
    return std::make_unique<Socket>(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  const int fd_;
  int port_ = 0;
};

struct Connected {
  explicit Connected(const Listener& listener, const Wire& wire)
      : near(Socket::To(wire.port())), far(listener.Next()) {
    REQUIRE(near->connected());
    REQUIRE(far != nullptr);
  }
  std::unique_ptr<Socket> near, far;
};

TEST_CASE("A wire passes bytes both ways, and the end of each", "[wire]") {
  const Listener listener;
  const Wire wire(listener.port());
  const Connected first(listener, wire), second(listener, wire);
  const std::string much(300'000, 'x');
  first.near->Send("ask");
  second.far->Send("unasked");
  CHECK(first.far->Receive(3) == "ask");
  CHECK(second.near->Receive(7) == "unasked");
  first.far->Send(much);
  first.far->ShutWriting();
  CHECK(first.near->Receive(much.size() + 1) == much);
  first.near->Send("and on");
  first.near->ShutWriting();
  CHECK(first.far->Receive(100) == "and on");
}

TEST_CASE("A cut wire resets what is open, refuses what comes, and passes again", "[wire]") {
  const Listener listener;
  Wire wire(listener.port());
  for (int round = 0; round < 3; ++round) {
    const Connected open(listener, wire);
    wire.Cut();
    CHECK(open.near->Receive(1) == "!");
    CHECK(open.far->Receive(1) == "!");
    CHECK_FALSE(Socket::To(wire.port())->connected());
    wire.Cut();
    CHECK_FALSE(Socket::To(wire.port())->connected());
    wire.Pass();
  }
  const Connected open(listener, wire);
  open.near->Send("there");
  CHECK(open.far->Receive(5) == "there");
}

TEST_CASE("A silent wire takes connections and bytes and lets them through later", "[wire]") {
  const Listener listener;
  Wire wire(listener.port());
  const Connected open(listener, wire);
  wire.Swallow();
  open.near->Send("asked in silence");
  const std::unique_ptr<Socket> late = Socket::To(wire.port());
  CHECK(late->connected());
  late->Send("late");
  CHECK(open.far->Receive(1, kShort) == "?");
  CHECK(listener.Next(kShort) == nullptr);
  CHECK(late->Receive(1, kShort) == "?");
  wire.Pass();
  CHECK(open.far->Receive(16) == "asked in silence");
  const std::unique_ptr<Socket> answered = listener.Next();
  REQUIRE(answered != nullptr);
  CHECK(answered->Receive(4) == "late");
  wire.Swallow();
  wire.Cut();
  CHECK(open.near->Receive(1) == "!");
}

TEST_CASE("A slow wire passes everything so much later, in order", "[wire]") {
  const Listener listener;
  Wire wire(listener.port());
  wire.Delay(kShort);
  const Connected open(listener, wire);
  const absl::Time start = absl::Now();
  open.near->Send("one");
  CHECK(open.far->Receive(3) == "one");
  CHECK(absl::Now() - start >= kShort);
  open.near->Send("two");
  wire.Pass();
  open.near->Send("three");
  CHECK(open.far->Receive(8) == "twothree");
}

TEST_CASE("A wire to nobody resets, and ends with open connections", "[wire]") {
  const HeldPort nobody;
  const Wire nowhere(nobody.number());
  CHECK(Socket::To(nowhere.port())->Receive(1) == "!");
  const Listener listener;
  auto wire = std::make_unique<Wire>(listener.port());
  const Connected open(listener, *wire);
  wire->Swallow();
  wire.reset();
  CHECK(open.near->Receive(1) == "!");
}

TEST_CASE("Each pair of a cluster has a wire of its own, the same one at each start", "[wire]") {
  const Listener listener;
  Wires wires;
  const auto ports = wires.Ports();
  const int sharing = ports("tax-node", "sharing", listener.port());
  CHECK(ports("tax-node", "sharing", listener.port()) == sharing);
  CHECK(ports("civil-node", "sharing", listener.port()) != sharing);
  CHECK(wires.Between("tax-node", "sharing").port() == sharing);
  wires.Between("tax-node", "sharing").Cut();
  CHECK_FALSE(Socket::To(sharing)->connected());
  CHECK(Socket::To(ports("civil-node", "sharing", listener.port()))->connected());
}

}  // namespace
}  // namespace shareway::testing
