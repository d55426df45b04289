// SPDX-License-Identifier: Apache-2.0
// For tests: a timestamp authority (`openssl ts`) behind HTTP, as far as a stamper needs it.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "libs/crypto/test_authority.h"
#include "services/audit/http/test_http.h"

namespace shareway::audit {

// Answers each POST of a TimeStampReq as the authority does, one after another.
class TestResponder {
 public:
  explicit TestResponder(const crypto::TestAuthority* authority) : authority_(authority) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener_, 4) == 0);
    REQUIRE(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url_ = absl::StrCat("http://127.0.0.1:", ntohs(address.sin_port), "/tsr");
    thread_ = std::thread([this] { Run(); });
  }
  ~TestResponder() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  const std::string& url() const { return url_; }

  std::atomic<int> status = 200;
  std::atomic<int> asked = 0;

 private:
  void Run() {
    for (int fd = accept(listener_, nullptr, nullptr); fd >= 0;
         fd = accept(listener_, nullptr, nullptr)) {
      Answer(fd);
      close(fd);
    }
  }
  void Answer(int fd) {
    ++asked;
    std::string request;
    std::array<char, 4096> buffer;
    size_t body = std::string::npos, length = 0;
    while (body == std::string::npos || request.size() < body + length) {
      const ssize_t n = recv(fd, buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      request.append(buffer.data(), static_cast<size_t>(n));
      body = request.find("\r\n\r\n");
      if (body == std::string::npos) continue;
      body += 4;
      const size_t field = request.find("Content-Length: ") + 16;
      (void)absl::SimpleAtoi(request.substr(field, request.find('\r', field) - field), &length);
    }
    const bool typed = absl::StrContains(request, "Content-Type: application/timestamp-query\r\n");
    const std::string reply = typed ? authority_->Reply(request.substr(body)) : "";
    const std::string answer =
        absl::StrCat("HTTP/1.1 ", status.load(), " X\r\nContent-Type: application/timestamp-reply",
                     "\r\nContent-Length: ", reply.size(), "\r\n\r\n", reply);
    (void)send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }

  const crypto::TestAuthority* const authority_;
  int listener_ = -1;
  std::string url_;
  std::thread thread_;
};

}  // namespace shareway::audit
