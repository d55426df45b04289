// SPDX-License-Identifier: Apache-2.0
// For tests: a connection to the web server that sends any bytes and reads what comes.
#pragma once

#include "services/console/http/boost_config.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "catch2/catch.hpp"
#include "libs/crypto/identity.h"

namespace shareway::console {

class TestClient {
 public:
  using Code = boost::system::error_code;

  struct Options {
    bool handshake = true;
    const crypto::TlsFiles* shows = nullptr;  // the client's own certificate; null: none
    int receive_buffer = 0;                   // bytes; 0: the system's
    const char* from = nullptr;               // a loopback address; null: the system's choice
  };
  TestClient(int port, const std::string& ca, Options options)
      : tls_(Context(ca, options)), stream_(context_, tls_) {
    namespace asio = boost::asio;
    auto& socket = boost::beast::get_lowest_layer(stream_).socket();
    socket.open(asio::ip::tcp::v4());
    if (options.receive_buffer > 0) {
      socket.set_option(asio::socket_base::receive_buffer_size(options.receive_buffer));
    }
    if (options.from != nullptr) socket.bind({asio::ip::make_address_v4(options.from), 0});
    socket.connect({asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
    if (!options.handshake) return;
    Limit();
    stream_.async_handshake(asio::ssl::stream_base::client, [&](Code error) { greeted_ = !error; });
    Run();
  }
  TestClient(int port, const std::string& ca) : TestClient(port, ca, Options()) {}

  // True if the handshake was done.
  bool greeted() const { return greeted_; }

  // SHA-256 of the server's public key.
  std::string key() {
    X509* const certificate = SSL_get_peer_certificate(stream_.native_handle());
    REQUIRE(certificate != nullptr);
    std::string digest(32, '\0');
    unsigned size = 0;
    X509_pubkey_digest(certificate, EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()),
                       &size);
    X509_free(certificate);
    return digest;
  }

  // What the server did not take any more is not sent.
  void Send(absl::string_view bytes) {
    Limit();
    boost::asio::async_write(stream_, boost::asio::buffer(bytes.data(), bytes.size()),
                             [](Code, size_t) {});
    Run();
  }
  // All up to the server's end; fails the test if that does not come within 10 s.
  std::string Rest() {
    while (More()) {
    }
    return std::exchange(seen_, "");
  }
  // True if the server ends the connection, without TLS, too.
  bool Ended() {
    Code code;
    Limit();
    std::array<char, 256> buffer;
    boost::beast::get_lowest_layer(stream_).async_read_some(
        boost::asio::buffer(buffer), [&](Code error, size_t) { code = error; });
    Run();
    return code && code != boost::beast::error::timeout;
  }
  // One answer: its head, and as much body as the head announces unless `head_only`.
  std::string Answer(bool head_only = false) {
    size_t end = std::string::npos;
    while ((end = seen_.find("\r\n\r\n")) == std::string::npos && More()) {
    }
    if (end == std::string::npos) return std::exchange(seen_, "");
    size_t length = 0;
    const std::string head = absl::AsciiStrToLower(seen_.substr(0, end + 2));
    const size_t field = head.find("\r\ncontent-length: ");
    if (field != std::string::npos && !head_only) {
      const size_t from = field + 18;
      REQUIRE(absl::SimpleAtoi(head.substr(from, head.find('\r', from) - from), &length));
    }
    while (seen_.size() < end + 4 + length && More()) {
    }
    std::string answer = seen_.substr(0, end + 4 + length);
    seen_.erase(0, answer.size());
    return answer;
  }
  // All up to `text` and with it, or to the server's end.
  std::string Until(const std::string& text) {
    size_t at = std::string::npos;
    while ((at = seen_.find(text)) == std::string::npos && More()) {
    }
    std::string out = seen_.substr(0, at == std::string::npos ? at : at + text.size());
    seen_.erase(0, out.size());
    return out;
  }
  std::string Ask(absl::string_view request) {
    Send(request);
    return Answer();
  }

 private:
  static boost::asio::ssl::context Context(const std::string& ca, const Options& options) {
    boost::asio::ssl::context tls(boost::asio::ssl::context::tls_client);
    tls.load_verify_file(ca);
    tls.set_verify_mode(boost::asio::ssl::verify_peer);
    if (options.shows != nullptr) {
      tls.use_certificate_chain_file(options.shows->certificate);
      tls.use_private_key_file(options.shows->key, boost::asio::ssl::context::pem);
    }
    return tls;
  }
  void Limit() {
    boost::beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(10));
  }
  void Run() {
    context_.restart();
    context_.run();
  }
  // False at the end, orderly or not.
  bool More() {
    std::array<char, 16384> buffer;
    Code code;
    size_t size = 0;
    Limit();
    stream_.async_read_some(boost::asio::buffer(buffer), [&](Code error, size_t n) {
      code = error;
      size = n;
    });
    Run();
    REQUIRE(code != boost::beast::error::timeout);
    seen_.append(buffer.data(), size);
    return size > 0;
  }

  boost::asio::io_context context_;
  boost::asio::ssl::context tls_;
  boost::beast::ssl_stream<boost::beast::tcp_stream> stream_;
  bool greeted_ = false;
  std::string seen_;
};

inline int StatusOf(const std::string& answer) {
  int status = 0;
  if (!absl::StartsWith(answer, "HTTP/1.") || answer.size() < 12) return 0;
  return absl::SimpleAtoi(answer.substr(9, 3), &status) ? status : 0;
}

inline std::string BodyOf(const std::string& answer) {
  const size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

// The value of the first field of that name; empty if there is none.
inline std::string FieldIn(const std::string& answer, absl::string_view name) {
  const std::string head = answer.substr(0, answer.find("\r\n\r\n") + 2);
  const size_t at = absl::AsciiStrToLower(head).find(
      absl::StrCat("\r\n", absl::AsciiStrToLower(name), ": "));
  if (at == std::string::npos) return "";
  const size_t from = at + name.size() + 4;
  return head.substr(from, head.find('\r', from) - from);
}

// The content of a body that came in chunks (RFC 9112, 7.1); nothing unless it came to its end.
inline std::optional<std::string> Unchunked(absl::string_view body) {
  std::string content;
  for (;;) {
    const size_t line = body.find("\r\n");
    size_t size = 0;
    if (line == absl::string_view::npos || !absl::SimpleHexAtoi(body.substr(0, line), &size)) {
      return std::nullopt;
    }
    body.remove_prefix(line + 2);
    if (body.size() < size + 2 || body.substr(size, 2) != "\r\n") return std::nullopt;
    if (size == 0) return content;
    absl::StrAppend(&content, body.substr(0, size));
    body.remove_prefix(size + 2);
  }
}

}  // namespace shareway::console
