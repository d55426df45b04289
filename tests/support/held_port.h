// SPDX-License-Identifier: Apache-2.0
// A port of loopback that belongs to one test.
#pragma once

namespace shareway::testing {

// A port that the system gave, and that it gives to nobody else while this object lives: a socket
// stays bound to it, but never listens, so that a server which allows the reuse of addresses (as
// gRPC's do) can take the port, end, and take it again. Until it listens, connections are refused.
class HeldPort {
 public:
  HeldPort();  // aborts if no port is left
  ~HeldPort();
  HeldPort(HeldPort&& other) noexcept;
  HeldPort& operator=(HeldPort&&) = delete;

  int number() const { return number_; }

 private:
  int socket_;
  int number_;
};

}  // namespace shareway::testing
