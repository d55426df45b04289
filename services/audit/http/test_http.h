// SPDX-License-Identifier: Apache-2.0
// For this folder's tests: a connection that sends any bytes and reads what comes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "catch2/catch.hpp"

namespace shareway::audit {

class TestConnection {
 public:
  explicit TestConnection(int port, int receive_buffer = 0) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  ~TestConnection() { close(fd_); }
  TestConnection(const TestConnection&) = delete;
  TestConnection& operator=(const TestConnection&) = delete;

  // What the server did not take any more is not sent.
  void Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  // No more will be sent.
  void End() { shutdown(fd_, SHUT_WR); }

  // All up to the server's end; fails the test if that does not come within 10 s.
  std::string Rest() {
    while (More()) {
    }
    return std::exchange(seen_, "");
  }
  // One answer: its head, and as much body as the head announces unless `head_only`.
  std::string Answer(bool head_only = false) {
    size_t end = std::string::npos;
    while ((end = seen_.find("\r\n\r\n")) == std::string::npos && More()) {
    }
    if (end == std::string::npos) return std::exchange(seen_, "");
    size_t length = 0;
    const size_t field = seen_.find("Content-Length: ");
    if (field < end && !head_only) {
      const size_t from = field + 16;
      REQUIRE(absl::SimpleAtoi(seen_.substr(from, seen_.find('\r', from) - from), &length));
    }
    while (seen_.size() < end + 4 + length && More()) {
    }
    std::string answer = seen_.substr(0, end + 4 + length);
    seen_.erase(0, answer.size());
    return answer;
  }

 private:
  // False at the end, orderly or not.
  bool More() {
    pollfd waiting = {.fd = fd_, .events = POLLIN, .revents = 0};
    REQUIRE(poll(&waiting, 1, 10000) == 1);
    std::array<char, 16384> buffer;
    const ssize_t n = recv(fd_, buffer.data(), buffer.size(), 0);
    if (n > 0) seen_.append(buffer.data(), static_cast<size_t>(n));
    return n > 0;
  }

  int fd_ = -1;
  std::string seen_;
};

inline std::string Get(absl::string_view path) {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: log.example\r\n\r\n");
}

inline int StatusOf(const std::string& answer) {
  int status = 0;
  if (!absl::StartsWith(answer, "HTTP/1.") || answer.size() < 12) return 0;
  return absl::SimpleAtoi(answer.substr(9, 3), &status) ? status : 0;
}

inline std::string BodyOf(const std::string& answer) {
  const size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace shareway::audit
