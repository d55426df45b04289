// SPDX-License-Identifier: Apache-2.0
// A small HTTP server for tests: one request a connection, whatever answer the test likes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace shareway::exchange {

class TestHttpServer {
 public:
  // Gets the request as it came, head and body; returns the exact bytes of the answer. Runs on a
  // thread of its own for each.
  using Answer = std::function<std::string(const std::string& request)>;

  explicit TestHttpServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    if (bind(listener_, any, size) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, any, &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~TestHttpServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    close(listener_);
  }

  std::string url(absl::string_view path = "/") const {
    return absl::StrCat("http://127.0.0.1:", port_, path);
  }
  std::vector<std::string> requests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }

  // A whole answer.
  static std::string Ok(absl::string_view type, absl::string_view body) {
    return absl::StrCat("HTTP/1.1 200 OK\r\ncontent-type: ", type, "\r\ncontent-length: ",
                        body.size(), "\r\nconnection: close\r\n\r\n", body);
  }

 private:
  void Accept() {
    for (;;) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      threads_.emplace_back([this, connection] {
        const std::string request = ReadRequest(connection);
        {
          const std::lock_guard<std::mutex> lock(mutex_);
          requests_.push_back(request);
        }
        const std::string answer = answer_(request);
        for (size_t sent = 0; sent < answer.size();) {
          const ssize_t n =
              send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
          if (n <= 0) break;
          sent += static_cast<size_t>(n);
        }
        close(connection);
      });
    }
  }
  static std::string ReadRequest(int connection) {
    std::string request;
    char buffer[65536];
    for (;;) {
      const size_t head = request.find("\r\n\r\n");
      if (head != std::string::npos) {
        const size_t at = request.find("Content-Length: ");
        const size_t body = at == std::string::npos ? 0 : std::stoul(request.substr(at + 16));
        if (request.size() >= head + 4 + body) return request;
      }
      const ssize_t n = recv(connection, buffer, sizeof(buffer), 0);
      if (n <= 0) return request;
      request.append(buffer, static_cast<size_t>(n));
    }
  }

  const Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace shareway::exchange
