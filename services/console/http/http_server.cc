// SPDX-License-Identifier: Apache-2.0
// Listens, and hands connections on.
#include "services/console/http/http_server.h"

#include "services/console/http/connection.h"

#include <signal.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "services/console/http/shared.h"

namespace shareway::console {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

constexpr int kThreads = 2;
constexpr std::chrono::milliseconds kAcceptPause(100);  // when descriptors run out
// TLS 1.2: what GB/T 39786-2021 and browsers still in use both have.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

absl::StatusOr<tcp::endpoint> ParseAddress(absl::string_view address) {
  const absl::Status wrong = absl::InvalidArgumentError(absl::StrCat(
      "the HTTP address is \"", address, "\", want an IP address, ':' and a port 0 to 65535"));
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port > 65535) {
    return wrong;
  }
  absl::string_view host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  Code error;
  const asio::ip::address ip = asio::ip::make_address(std::string(host), error);
  if (error) return wrong;
  return tcp::endpoint(ip, static_cast<uint16_t>(port));
}

using Tls = asio::ssl::context;

absl::StatusOr<std::shared_ptr<Tls>> TlsOf(const crypto::TlsFiles& files, bool ask_certificate,
                                           bool need_certificate) {
  const auto wrong = [](const std::string& file, const Code& error) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": ", error.message()));
  };
  auto tls = std::make_shared<Tls>(Tls::tls_server);
  Code error;
  tls->set_options(Tls::default_workarounds | Tls::no_tlsv1 | Tls::no_tlsv1_1 |
                       Tls::no_compression,
                   error);
  if (!error) tls->use_certificate_chain_file(files.certificate, error);
  if (error) return wrong(files.certificate, error);
  tls->use_private_key_file(files.key, Tls::pem, error);
  if (error) return wrong(files.key, error);
  if (SSL_CTX_check_private_key(tls->native_handle()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(files.key, " is not the key of ", files.certificate));
  }
  if (SSL_CTX_set_cipher_list(tls->native_handle(), kCiphers) != 1) {
    return absl::InternalError("this OpenSSL has none of our ciphers");
  }
  // A connection at rest keeps no buffers: thousands may rest.
  SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(tls->native_handle(), 1);  // a record by one read of the socket
  SSL_CTX_set_options(tls->native_handle(), SSL_OP_NO_RENEGOTIATION);
  if (!ask_certificate) return tls;
  // Without a context of its own OpenSSL refuses to resume a session that showed a certificate.
  static constexpr unsigned char kContext[] = "shareway-console";
  SSL_CTX_set_session_id_context(tls->native_handle(), kContext, sizeof(kContext) - 1);
  tls->load_verify_file(files.ca, error);
  if (!error) {
    tls->set_verify_mode(asio::ssl::verify_peer |
                             (need_certificate ? asio::ssl::verify_fail_if_no_peer_cert : 0),
                         error);
  }
  if (error) return wrong(files.ca, error);
  return tls;
}

}  // namespace

class HttpServer::Listener {
 public:
  Listener(Options options, HandleHttp handle)
      : acceptor_(contexts_[0]), pause_(acceptor_.get_executor()) {
    metrics::Registry* const registry = options.metrics;
    const auto counters =
        registry->AddCounters("shareway_console_http_requests_total",
                              "HTTP requests and connections by what became of them.", {"outcome"});
    shared_.figures = {.answered = counters.With("answered"),
                       .refused = counters.With("refused"),
                       .cut = counters.With("cut"),
                       .turned_away = counters.With("turned_away"),
                       .connections = registry->AddGauge("shareway_console_http_connections",
                                                         "Open HTTP connections.")};
    shared_.options = std::move(options);
    shared_.handle = std::move(handle);
  }

  ~Listener() { Stop(); }

  absl::Status Start() {
    SHAREWAY_RETURN_IF_ERROR(LookAtTls());
    SHAREWAY_ASSIGN_OR_RETURN(const tcp::endpoint endpoint, ParseAddress(shared_.options.address));
    Code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot serve HTTP on ", shared_.options.address, ": ", error.message()));
    }
    Accept();
    for (asio::io_context& context : contexts_) {
      threads_.emplace_back([&context] {
        sigset_t pipe;  // what OpenSSL writes to a socket that the peer left
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        const auto stay = asio::make_work_guard(context);  // without a connection, too
        context.run();
      });
    }
    return absl::OkStatus();
  }

  void Stop() {
    for (asio::io_context& context : contexts_) context.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  int port() const { return port_; }

 private:
  // Takes the files if they are other than those in use and good together; what is not leaves those
  // in use. Errors: why they are not good.
  absl::Status LookAtTls() {
    SHAREWAY_ASSIGN_OR_RETURN(const crypto::TlsPems pems,
                              crypto::ReadTlsFiles(shared_.options.tls));
    const Hash32 now = crypto::Sha256(absl::StrCat(pems.certificate, pems.key, pems.ca));
    if (tls_ != nullptr && now == seen_) return absl::OkStatus();
    seen_ = now;  // what is not good is told once
    SHAREWAY_ASSIGN_OR_RETURN(tls_, TlsOf(shared_.options.tls, shared_.options.ask_certificate,
                                          shared_.options.need_certificate));
    return absl::OkStatus();
  }

  // Before a connection is served, now and then.
  void LookAgain() {
    const auto now = std::chrono::steady_clock::now();
    if (now < look_) return;
    look_ = now + absl::ToChronoMilliseconds(shared_.options.look_every);
    const absl::Status taken = LookAtTls();
    if (!taken.ok()) log::Error("web-tls-files-refused", {{"status", taken}});
  }

  void Accept() {
    next_ = (next_ + 1) % kThreads;
    acceptor_.async_accept(contexts_[next_], [this](Code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([this](Code waited) {
          if (!waited) Accept();
        });
        return;
      }
      Code gone;
      const tcp::endpoint peer = socket.remote_endpoint(gone);
      if (gone || !shared_.Add(SourceOf(peer.address()))) {
        shared_.figures.turned_away.Add();
      } else {
        socket.set_option(tcp::no_delay(true), gone);
        LookAgain();
        ServeConnection(std::move(socket), peer.address(), tls_, &shared_);
      }
      Accept();
    });
  }

  HttpShared shared_;  // outlives the connections, which `contexts_` own
  std::shared_ptr<Tls> tls_;  // from the start on, the acceptor's alone
  Hash32 seen_;               // the files that were looked at last, by digest
  std::chrono::steady_clock::time_point look_ = std::chrono::steady_clock::now();
  // One a thread: a connection stays on its own, and needs no lock and no waking of another.
  std::array<asio::io_context, kThreads> contexts_ = {asio::io_context(1), asio::io_context(1)};
  int next_ = 0;  // whose the next connection is
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  int port_ = 0;
  std::vector<std::thread> threads_;
};

HttpServer::HttpServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
HttpServer::~HttpServer() = default;
void HttpServer::Stop() { listener_->Stop(); }
int HttpServer::port() const { return listener_->port(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Open(Options options, HandleHttp handle) {
  auto listener = std::make_unique<Listener>(std::move(options), std::move(handle));
  SHAREWAY_RETURN_IF_ERROR(listener->Start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
}

}  // namespace shareway::console
