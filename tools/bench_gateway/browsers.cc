// SPDX-License-Identifier: Apache-2.0
// By OpenSSL and blocking sockets alone: what the clients cost is taken from the same processors.
#include "tools/bench_gateway/browsers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace shareway::bench {

struct Browsers::Context {
  int port = 0;
  SSL_CTX* tls = nullptr;
};

Browsers::Browsers(int port, const std::string& ca) : context_(std::make_unique<Context>()) {
  context_->port = port;
  context_->tls = SSL_CTX_new(TLS_client_method());
  SSL_CTX_load_verify_locations(context_->tls, ca.c_str(), nullptr);
  SSL_CTX_set_verify(context_->tls, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context_->tls, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context_->tls, 1);  // a record by one read of the socket
}

Browsers::~Browsers() { SSL_CTX_free(context_->tls); }

struct Browsers::Connection::Tls {
  int socket = -1;
  SSL* ssl = nullptr;
  bool greeted = false;
};

Browsers::Connection::Connection(Browsers* browsers) : tls_(std::make_unique<Tls>()) {
  tls_->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(browsers->context_->port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(tls_->socket, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) return;
  const int on = 1;
  setsockopt(tls_->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  tls_->ssl = SSL_new(browsers->context_->tls);
  SSL_set_fd(tls_->ssl, tls_->socket);
  tls_->greeted = SSL_connect(tls_->ssl) == 1;
}

Browsers::Connection::~Connection() {
  if (tls_->ssl != nullptr) SSL_free(tls_->ssl);
  if (tls_->socket >= 0) close(tls_->socket);
}

absl::StatusOr<std::unique_ptr<Browsers::Connection>> Browsers::Open() {
  auto connection = std::make_unique<Connection>(this);
  if (!connection->tls_->greeted) return absl::UnavailableError("the console does not greet");
  return connection;
}

absl::StatusOr<std::string> Browsers::Connection::Ask(const std::string& request) {
  if (SSL_write(tls_->ssl, request.data(), static_cast<int>(request.size())) <= 0) {
    return absl::UnavailableError("the console takes nothing");
  }
  std::string answer;
  while (!Whole(answer)) {
    char buffer[16384];
    const int n = SSL_read(tls_->ssl, buffer, sizeof(buffer));
    if (n <= 0) return absl::UnavailableError("the console ended the connection");
    answer.append(buffer, static_cast<size_t>(n));
  }
  return answer;
}

SSL* Browsers::Connection::ssl() { return tls_->ssl; }
int Browsers::Connection::socket() const { return tls_->socket; }

bool Whole(const std::string& bytes) {
  const size_t head = bytes.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  static constexpr absl::string_view kLength = "\r\nContent-Length: ";
  const size_t said = bytes.find(kLength.data(), 0, kLength.size());
  size_t length = 0;
  if (said >= head) return true;  // none is said: the head is all that can be waited for
  const size_t from = said + kLength.size();
  return absl::SimpleAtoi(bytes.substr(from, bytes.find('\r', from) - from), &length) &&
         bytes.size() >= head + 4 + length;
}

int StatusOf(const std::string& answer) {
  int status = 0;
  return answer.size() > 12 && absl::SimpleAtoi(answer.substr(9, 3), &status) ? status : 0;
}

std::string FieldIn(const std::string& answer, const std::string& name) {
  const std::string head = answer.substr(0, answer.find("\r\n\r\n") + 2);
  const std::string wanted = absl::StrCat("\r\n", absl::AsciiStrToLower(name), ": ");
  const size_t at = absl::AsciiStrToLower(head).find(wanted);
  if (at == std::string::npos) return "";
  const size_t from = at + wanted.size();
  return head.substr(from, head.find('\r', from) - from);
}

std::string BodyOf(const std::string& answer) {
  const size_t head = answer.find("\r\n\r\n");
  return head == std::string::npos ? "" : answer.substr(head + 4);
}

}  // namespace shareway::bench
