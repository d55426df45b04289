// SPDX-License-Identifier: Apache-2.0
#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <vector>

#include "absl/time/clock.h"

namespace shareway::testing {
namespace {

constexpr size_t kMostHeld = 4 << 20;  // of one direction
constexpr size_t kPiece = 64 << 10;
constexpr int kBacklog = 128;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

int NewSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) std::abort();
  return fd;
}

void NoDelay(int fd) {
  const int yes = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

// The peer sees a reset, not an end.
void Reset(int fd) {
  const linger at_once = {1, 0};
  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd);
}

bool LaterOnly() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

// One direction of a connection.
struct Wire::Way {
  struct Piece {
    absl::Time due;
    std::string bytes;
  };
  std::deque<Piece> held = {};
  size_t size = 0;
  bool ended = false;  // nothing more comes
  bool shut = false;   // and that was told

  bool Due(absl::Time now) const { return !held.empty() && held.front().due <= now; }

  // False if the connection failed.
  bool Read(int from, absl::Time due) {
    std::string bytes(kPiece, '\0');
    const ssize_t got = recv(from, bytes.data(), bytes.size(), 0);
    if (got < 0) return LaterOnly();
    if (got == 0) {
      ended = true;
      return true;
    }
    bytes.resize(static_cast<size_t>(got));
    size += bytes.size();
    held.push_back({due, std::move(bytes)});
    return true;
  }

  bool Write(int into, absl::Time now) {
    while (Due(now)) {
      std::string& bytes = held.front().bytes;
      const ssize_t sent = send(into, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return LaterOnly();
      size -= static_cast<size_t>(sent);
      bytes.erase(0, static_cast<size_t>(sent));
      if (!bytes.empty()) return true;
      held.pop_front();
    }
    if (ended && held.empty() && !shut) {
      shut = true;
      (void)shutdown(into, SHUT_WR);
    }
    return true;
  }
};

struct Wire::Link {
  int near = -1;  // who connected
  int far = -1;
  Way out = {};   // from near to far
  Way back = {};
  int near_place = 0, far_place = 0;  // among what is polled

  static short Wanted(const Way& reads, const Way& writes, absl::Time now) {
    return static_cast<short>((!reads.ended && reads.size < kMostHeld ? POLLIN : 0) |
                              (writes.Due(now) ? POLLOUT : 0));
  }
  // False if a connection failed.
  bool Move(absl::Time now) { return out.Write(far, now) && back.Write(near, now); }
  bool over() const { return out.shut && back.shut; }
  // `told`: both sides know of the end, and get what was written before.
  void End(bool told) const {
    for (const int fd : {near, far}) {
      if (told) {
        close(fd);
      } else {
        Reset(fd);
      }
    }
  }
};

Wire::Wire(int to) : to_(to), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) std::abort();
  OpenListener();
  thread_ = std::thread([this] { Run(); });
}

Wire::~Wire() {
  Ask(State::kEnded, absl::ZeroDuration());
  thread_.join();
  close(wake_);
}

void Wire::Delay(absl::Duration by) { Ask(State::kPassing, by); }
void Wire::Cut() { Ask(State::kCut, absl::ZeroDuration()); }
void Wire::Swallow() { Ask(State::kSilent, absl::ZeroDuration()); }

void Wire::Ask(State state, absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  asked_ = state;
  asked_delay_ = delay;
  const int mine = ++changes_;
  const uint64_t one = 1;
  (void)!write(wake_, &one, sizeof(one));
  const auto followed = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return followed_ >= mine; };
  mutex_.Await(absl::Condition(&followed));
}

void Wire::OpenListener() {
  if (listener_ >= 0) return;
  listener_ = NewSocket();
  const int yes = 1;
  const sockaddr_in address = Loopback(port_.number());
  if (setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_, kBacklog) != 0) {
    std::abort();
  }
}

void Wire::CloseListener() {
  if (listener_ >= 0) close(listener_);
  listener_ = -1;
}

bool Wire::Obey() {
  absl::MutexLock lock(&mutex_);
  if (followed_ == changes_) return true;
  state_ = asked_;
  delay_ = asked_delay_;
  if (state_ == State::kCut || state_ == State::kEnded) {
    CloseListener();
    for (const Link& link : links_) link.End(/*told=*/false);
    links_.clear();
  } else {
    OpenListener();  // in silence the system takes connections for us
  }
  followed_ = changes_;
  return state_ != State::kEnded;
}

void Wire::Run() {
  while (Obey()) Turn();
}

void Wire::Turn() {
  const absl::Time before = absl::Now();
  absl::Time due = absl::InfiniteFuture();
  std::vector<pollfd> polled = {{wake_, POLLIN, 0}};
  const auto add = [&polled](int fd, short events) {
    // One that nothing is wanted of would wake us for its mere end.
    polled.push_back({events == 0 ? -1 : fd, events, 0});
    return static_cast<int>(polled.size()) - 1;
  };
  int listener_place = 0;
  if (state_ == State::kPassing) {
    listener_place = add(listener_, POLLIN);
    for (Link& link : links_) {
      link.near_place = add(link.near, Link::Wanted(link.out, link.back, before));
      link.far_place = add(link.far, Link::Wanted(link.back, link.out, before));
      for (const Way* way : {&link.out, &link.back}) {
        if (!way->held.empty() && !way->Due(before)) due = std::min(due, way->held.front().due);
      }
    }
  }
  const int patience = due == absl::InfiniteFuture()
                           ? -1
                           : static_cast<int>(absl::ToInt64Milliseconds(
                                 absl::Ceil(due - before, absl::Milliseconds(1))));
  if (poll(polled.data(), polled.size(), patience) < 0 && errno != EINTR) std::abort();
  uint64_t woken = 0;
  (void)!read(wake_, &woken, sizeof(woken));
  if (state_ != State::kPassing) return;
  {
    absl::MutexLock lock(&mutex_);
    if (followed_ != changes_) return;  // whoever asked wants nothing more to pass
  }
  const absl::Time now = absl::Now();
  const bool accepting = polled[static_cast<size_t>(listener_place)].revents != 0;
  for (auto link = links_.begin(); link != links_.end();) {
    const auto ready = [&](int place) { return polled[static_cast<size_t>(place)].revents; };
    bool lives = true;
    if ((ready(link->near_place) & ~POLLOUT) != 0) {
      lives = link->out.Read(link->near, now + delay_);
    }
    if (lives && (ready(link->far_place) & ~POLLOUT) != 0) {
      lives = link->back.Read(link->far, now + delay_);
    }
    lives = lives && link->Move(now);
    if (lives && !link->over()) {
      ++link;
      continue;
    }
    link->End(lives);
    link = links_.erase(link);
  }
  if (accepting) Accept();
}

void Wire::Accept() {
  for (;;) {
    const int near = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (near < 0) return;
    const int far = NewSocket();
    const sockaddr_in address = Loopback(to_);
    if (connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 &&
        errno != EINPROGRESS) {
      Reset(near);
      Reset(far);
      continue;
    }
    NoDelay(near);
    NoDelay(far);
    links_.push_back({.near = near, .far = far});
  }
}

std::function<int(const std::string&, const std::string&, int)> Wires::Ports() {
  return [this](const std::string& from, const std::string& to, int port) {
    absl::MutexLock lock(&mutex_);
    std::unique_ptr<Wire>& wire = wires_[{from, to}];
    if (wire == nullptr) wire = std::make_unique<Wire>(port);
    return wire->port();
  };
}

Wire& Wires::Between(const std::string& from, const std::string& to) {
  absl::MutexLock lock(&mutex_);
  const auto wire = wires_.find({from, to});
  if (wire == wires_.end()) std::abort();
  return *wire->second;
}

}  // namespace shareway::testing
