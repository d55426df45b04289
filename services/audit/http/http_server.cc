// SPDX-License-Identifier: Apache-2.0
// Boost.Beast: one strand a connection, two threads.
#include "services/audit/http/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Code = boost::system::error_code;

constexpr uint32_t kMaxHead = 8 << 10;
constexpr size_t kMaxBuffered = 16 << 10;  // a head, and the start of what is piped behind it
constexpr int kThreads = 2;
constexpr std::chrono::minutes kMaxAge(5);
constexpr std::chrono::seconds kDrain(2);
constexpr std::chrono::milliseconds kAcceptPause(100);  // when descriptors run out

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

absl::string_view View(boost::string_view text) { return {text.data(), text.size()}; }

HttpPage Refusal(int status, absl::string_view why) {
  return {.status = status, .body = absl::StrCat(why, "\n")};
}

// Where an absolute target has its path (RFC 9112 section 3.2.2).
absl::string_view PathOfTarget(absl::string_view target) {
  if (!absl::StartsWithIgnoreCase(target, "http://")) return target;
  const size_t slash = target.find('/', 7);
  return slash == absl::string_view::npos ? "/" : target.substr(slash);
}

struct Figures {
  metrics::Counter answered, refused, cut, turned_away;
  metrics::Gauge connections;
};

// What all connections share.
struct Shared {
  HttpServer::Options options;
  HttpServer::Pages pages;
  Figures figures;
  std::atomic<size_t> connections = 0;
  absl::Mutex mutex;
  std::map<asio::ip::address, size_t> of_one ABSL_GUARDED_BY(mutex);

  bool Full(const asio::ip::address& address) {
    absl::MutexLock lock(&mutex);
    auto own = of_one.find(address);
    return connections >= options.max_connections ||
           (own != of_one.end() && own->second >= options.max_of_one);
  }
  void Add(const asio::ip::address& address) {
    absl::MutexLock lock(&mutex);
    ++of_one[address];
    figures.connections.Set(static_cast<double>(++connections));
  }
  void Remove(const asio::ip::address& address) {
    absl::MutexLock lock(&mutex);
    if (--of_one[address] == 0) of_one.erase(address);
    figures.connections.Set(static_cast<double>(--connections));
  }
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const asio::ip::address& peer, Shared* shared)
      : stream_(std::move(socket)), peer_(peer), shared_(shared), buffer_(kMaxBuffered) {
    shared_->Add(peer_);
  }
  ~Connection() { shared_->Remove(peer_); }

  // Once.
  void Start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->Read(); });
  }

 private:
  using Steady = std::chrono::steady_clock;
  using Parser = http::request_parser<http::empty_body>;

  void Read() {
    parser_.emplace();
    parser_->header_limit(kMaxHead);
    stream_.expires_after(absl::ToChronoMilliseconds(shared_->options.request_timeout));
    http::async_read_header(stream_, buffer_, *parser_,
                            beast::bind_front_handler(&Connection::OnRead, shared_from_this()));
  }

  void OnRead(Code error, size_t) {
    if (error == http::error::end_of_stream || error == asio::error::connection_reset) {
      return Close();
    }
    if (error == beast::error::timeout || error == asio::error::operation_aborted) return Cut();
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Answer(Refusal(431, absl::StrCat("a request's head has at most ", kMaxHead, " bytes")),
                    false);
    }
    if (error) return Answer(Refusal(400, "this is no HTTP/1.1 request"), false);
    const bool keep = parser_->get().keep_alive() && Steady::now() - born_ < kMaxAge;
    const std::optional<HttpPage> refusal = Refuse();
    if (refusal) return Answer(*refusal, false);
    Answer(shared_->pages(PathOfTarget(View(parser_->get().target()))), keep);
  }

  // Why this server does not look at the path at all.
  std::optional<HttpPage> Refuse() const {
    const auto& request = parser_->get();
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      return Refusal(405, "want GET or HEAD");
    }
    if (parser_->chunked() || parser_->content_length().value_or(0) > 0) {
      return Refusal(413, "want a request without body");
    }
    if (request.version() == 11 && request.count(http::field::host) != 1) {
      return Refusal(400, "want one Host field");
    }
    return std::nullopt;
  }

  void Answer(HttpPage page, bool keep) {
    (page.status == 200 ? shared_->figures.answered : shared_->figures.refused).Add();
    const bool head = parser_->get().method() == http::verb::head;
    const size_t size = page.body.size();
    answer_.emplace();
    answer_->result(static_cast<unsigned>(page.status));
    answer_->version(parser_->get().version() == 10 ? 10 : 11);
    answer_->set(http::field::date,
                 absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", shared_->options.clock->Now(),
                                  absl::UTCTimeZone()));
    answer_->set(http::field::content_type, page.content_type);
    answer_->set(http::field::cache_control, page.cache_control);
    answer_->set("X-Content-Type-Options", "nosniff");
    if (page.status == 405) answer_->set(http::field::allow, "GET, HEAD");
    if (page.status == 503) answer_->set(http::field::retry_after, "1");
    answer_->keep_alive(keep);
    answer_->content_length(size);
    // A head announces the body's length and has none.
    if (!head) answer_->body() = std::move(page.body);
    serializer_.emplace(*answer_);
    stream_.expires_after(absl::ToChronoMilliseconds(shared_->options.answer_timeout));
    const auto written = [self = shared_from_this(), keep](Code error, size_t) {
      self->OnWritten(error, keep);
    };
    if (head) {
      http::async_write_header(stream_, *serializer_, written);
    } else {
      http::async_write(stream_, *serializer_, written);
    }
  }

  void OnWritten(Code error, bool keep) {
    if (error) return Cut();
    if (keep) return Read();
    // Closed with bytes unread, a connection is reset and the peer loses the answer: our side ends
    // first, and what the peer still sends is taken for a moment.
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    stream_.expires_after(kDrain);
    drained_.resize(kMaxHead);
    Drain();
  }

  void Drain() {
    stream_.async_read_some(asio::buffer(drained_),
                            [self = shared_from_this()](Code error, size_t n) {
                              self->left_ -= std::min(self->left_, n);
                              if (!error && self->left_ > 0) return self->Drain();
                              self->Close();
                            });
  }

  void Close() {
    Code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  void Cut() {
    shared_->figures.cut.Add();
    stream_.close();
  }

  beast::tcp_stream stream_;
  const asio::ip::address peer_;
  Shared* const shared_;
  const Steady::time_point born_ = Steady::now();
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<http::response<http::string_body>> answer_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::string drained_;
  size_t left_ = 64 << 10;  // bytes that are drained at most
};

}  // namespace

class HttpServer::Listener {
 public:
  Listener(Options options, Pages pages)
      : acceptor_(asio::make_strand(context_)), pause_(acceptor_.get_executor()) {
    metrics::Registry* const registry = options.metrics;
    const auto counters =
        registry->AddCounters("shareway_audit_http_requests_total",
                              "HTTP requests and connections by what became of them.", {"outcome"});
    shared_.figures = {.answered = counters.With("answered"),
                       .refused = counters.With("refused"),
                       .cut = counters.With("cut"),
                       .turned_away = counters.With("turned_away"),
                       .connections = registry->AddGauge("shareway_audit_http_connections",
                                                         "Open HTTP connections.")};
    shared_.options = std::move(options);
    shared_.pages = std::move(pages);
  }

  ~Listener() {
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  absl::Status Start() {
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
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { context_.run(); });
    return absl::OkStatus();
  }

  int port() const { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept(asio::make_strand(context_), [this](Code error, tcp::socket socket) {
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
      if (gone || shared_.Full(peer.address())) {
        shared_.figures.turned_away.Add();
      } else {
        auto connection =
            std::make_shared<Connection>(std::move(socket), peer.address(), &shared_);
        connection->Start();
      }
      Accept();
    });
  }

  Shared shared_;  // outlives the connections, which `context_` owns
  asio::io_context context_{kThreads};
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  int port_ = 0;
  std::vector<std::thread> threads_;
};

HttpServer::HttpServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
HttpServer::~HttpServer() = default;
int HttpServer::port() const { return listener_->port(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Open(Options options, Pages pages) {
  auto listener = std::make_unique<Listener>(std::move(options), std::move(pages));
  SHAREWAY_RETURN_IF_ERROR(listener->Start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
}

}  // namespace shareway::audit
