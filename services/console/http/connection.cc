// SPDX-License-Identifier: Apache-2.0
// Boost.Beast: a connection runs on one thread.
#include "services/console/http/connection.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/console/http/tls_stream.h"

namespace shareway::console {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Code = boost::system::error_code;

constexpr uint32_t kMaxHead = 16 << 10;
constexpr size_t kMaxBuffered = 32 << 10;  // a head, and the start of what follows it
constexpr std::chrono::seconds kGoodbye(2);

template <typename Text>
absl::string_view View(const Text& text) { return {text.data(), text.size()}; }

std::chrono::milliseconds Millis(absl::Duration duration) {
  return absl::ToChronoMilliseconds(duration);
}

HttpAnswer Refusal(int status, absl::string_view why) {
  HttpAnswer answer{.status = status};
  answer.With("Content-Type", "text/plain; charset=utf-8").With("Cache-Control", "no-store");
  answer.body = std::make_shared<const std::string>(absl::StrCat(why, "\n"));
  return answer;
}

// What the certificate that the peer showed tells; empty if there is none, or it is no identity of
// ours. The handshake has checked who issued it.
struct Shown {
  std::string key_id = {}, identity = {};
};
Shown CertificateOf(SSL* ssl) {
  X509* const certificate = SSL_get_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  BIO* const bio = BIO_new(BIO_s_mem());
  Shown shown;
  if (bio != nullptr && PEM_write_bio_X509(bio, certificate) == 1) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    const auto facts = crypto::ReadCertificate({data, static_cast<size_t>(size)});
    if (facts.ok()) shown = {facts->key_id, facts->identity.uri()};
  }
  BIO_free(bio);
  X509_free(certificate);
  return shown;
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const asio::ip::address& peer,
             std::shared_ptr<asio::ssl::context> tls, HttpShared* shared)
      : tls_(std::move(tls)),
        stream_(std::move(socket), *tls_),
        goodbye_(stream_.get_executor()),
        peer_(peer),
        source_(SourceOf(peer)),
        shared_(shared),
        buffer_(kMaxBuffered) {}
  ~Connection() {
    StopAnswer();
    ReleaseBody();
    shared_->Remove(source_);
  }

  void Start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->Handshake(); });
  }

 private:
  using Parser = http::request_parser<http::string_body>;
  using PieceParser = http::request_parser<http::buffer_body>;
  using Body = http::span_body<const char>;

  // A body whose handler asks for it piece by piece.
  class BodyPieces final : public HttpPieces {
   public:
    explicit BodyPieces(std::shared_ptr<Connection> of)
        : of_(std::move(of)), request_(of_->request_) {}
    void Next(Give give) override {
      asio::post(of_->stream_.get_executor(),
                 [of = of_, request = request_, give = std::move(give)]() mutable {
                   of->ReadPiece(request, std::move(give));
                 });
    }
    // Not asked for again, the rest is dropped with the connection.
    void Stop() override {}

   private:
    const std::shared_ptr<Connection> of_;
    const uint64_t request_;  // whose body it is
  };

  void Expire(absl::Duration after) { stream_.ExpiresAfter(Millis(after)); }

  void Handshake() {
    Expire(shared_->options.handshake_timeout);
    stream_.async_handshake([self = shared_from_this()](Code error) {
      if (error) return self->Cut();
      self->shown_ = CertificateOf(self->stream_.ssl());
      self->Wait(self->shared_->options.request_timeout);
    });
  }

  // For the first byte of a request: a connection at rest holds no parser.
  void Wait(absl::Duration at_most) {
    if (buffer_.size() > 0) return ReadHead();
    buffer_.shrink_to_fit();
    Expire(at_most);
    stream_.async_wait_readable([self = shared_from_this()](Code error) {
      // At rest nobody is owed an answer.
      if (error) return self->Close();
      self->ReadHead();
    });
  }

  void ReadHead() {
    ++request_;
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(kMaxHead);
    // OnHead checks the length that is said. (With no limit at all Beast 1.81 refuses every length.)
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    Expire(shared_->options.request_timeout);  // for head and body
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](Code error, size_t) {
                              self->OnHead(error);
                            });
  }

  void OnHead(Code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Send(Refusal(431, absl::StrCat("a request's head has at most ", kMaxHead, " bytes")),
                  false);
    }
    // What Beast's parser finds wrong with a request, it calls by its own category.
    if (error && error.category() == http::make_error_code(http::error::bad_version).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return Send(Refusal(400, "this is no HTTP/1.1 request"), false);
    }
    if (error) return Cut();
    const auto& head = parser_->get();
    head_ = head.method() == http::verb::head;
    version_ = head.version() == 10 ? 10 : 11;
    if (head.count(http::field::transfer_encoding) > 0) {
      return Send(Refusal(411, "want Content-Length, and no Transfer-Encoding"), false);
    }
    if (head.count(http::field::host) != 1 || head.count(http::field::content_length) > 1) {
      return Send(Refusal(400, "want one Host, and one Content-Length"), false);
    }
    // Beast takes a list of equal lengths for one.
    const absl::string_view said = View(head[http::field::content_length]);
    if (!std::all_of(said.begin(), said.end(), [](char c) { return absl::ascii_isdigit(c); })) {
      return Send(Refusal(400, "want digits as Content-Length"), false);
    }
    const http::verb method = head.method();
    if (method != http::verb::get && method != http::verb::head && method != http::verb::post) {
      return Send(Refusal(405, "want GET, HEAD or POST").With("Allow", "GET, HEAD, POST"), false);
    }
    const uint64_t length = parser_->content_length() ? *parser_->content_length() : 0;
    if (length > 0 && method != http::verb::post) {
      return Send(Refusal(413, "want no body here"), false);
    }
    size_t holds = length, most = shared_->options.max_body;
    bool by_piece = false;
    if (length > 0 && shared_->options.in_pieces) {
      if (const size_t limit = shared_->options.in_pieces(RequestOf(head)); limit > 0) {
        by_piece = true;
        most = limit;
        holds = std::min<size_t>(length, shared_->options.max_piece);
      }
    }
    if (length > most) return TooLarge(most);
    if (!shared_->TakeBody(source_, holds)) {
      return Send(Refusal(503, "too many bodies are being read").With("Retry-After", "1"), false);
    }
    body_ = holds;
    by_piece_ = by_piece;
    if (method == http::verb::post && View(head[http::field::expect]) == "100-continue" &&
        head.version() == 11) {
      return Continue();
    }
    ReadBody();
  }

  void TooLarge(size_t most) {
    Send(Refusal(413, absl::StrCat("a body has at most ", most, " bytes")), false);
  }

  // The client waits with its body until it is told that it may send it.
  void Continue() {
    static constexpr char kGoOn[] = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kGoOn, sizeof(kGoOn) - 1),
                      [self = shared_from_this()](Code error, size_t) {
                        if (error) return self->Cut();
                        self->ReadBody();
                      });
  }

  void ReadBody() {
    if (by_piece_) {
      HttpRequest request = RequestOf(parser_->get());
      request.pieces = std::make_shared<BodyPieces>(shared_from_this());
      keep_ = parser_->get().keep_alive();
      pieces_ = std::make_unique<PieceParser>(std::move(*parser_));
      return Handle(std::move(request));
    }
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](Code error, size_t) {
      if (error) return self->Cut();
      self->keep_ = self->parser_->get().keep_alive();
      HttpRequest request = self->RequestOf(self->parser_->get());
      request.body = std::move(self->parser_->get().body());
      self->Handle(std::move(request));
    });
  }

  // The next piece, full unless it is the last, which must come within the time of a request.
  void ReadPiece(uint64_t request, HttpPieces::Give give) {
    if (request != request_ || answered_ || reading_) {
      return give(absl::CancelledError("the body is not read any more"));
    }
    if (pieces_->is_done()) return give(std::optional<std::string>());
    piece_.resize(shared_->options.max_piece);
    pieces_->get().body().data = piece_.data();
    pieces_->get().body().size = piece_.size();
    pieces_->get().body().more = true;
    reading_ = true;
    Expire(shared_->options.request_timeout);
    http::async_read(stream_, buffer_, *pieces_,
                     [self = shared_from_this(), give = std::move(give)](Code error, size_t) {
                       self->OnPiece(error, give);
                     });
  }

  void OnPiece(Code error, const HttpPieces::Give& give) {
    reading_ = false;
    if (error == http::error::need_buffer) error = {};
    if (error) {
      give(absl::CancelledError("the body broke off"));
      return Cut();
    }
    if (!answered_) stream_.ExpiresNever();
    piece_.resize(piece_.size() - pieces_->get().body().size);
    give(std::optional<std::string>(std::exchange(piece_, {})));
    if (written_) SayGoodbye();
  }

  template <typename Head>
  HttpRequest RequestOf(const Head& head) const {
    HttpRequest request{.method = std::string(View(head.method_string())),
                        .target = std::string(View(head.target())),
                        .address = peer_.to_string(),
                        .source = source_.to_string(),
                        .certificate = shown_.key_id,
                        .identity = shown_.identity};
    for (const auto& field : head) {
      const std::string name = absl::AsciiStrToLower(View(field.name_string()));
      if (std::find(request.repeated.begin(), request.repeated.end(), name) !=
          request.repeated.end()) {
        continue;
      }
      if (!request.fields.emplace(name, std::string(View(field.value()))).second) {
        request.fields.erase(name);
        request.repeated.push_back(name);
      }
    }
    return request;
  }

  void Handle(HttpRequest request) {
    answered_ = false;
    // The call has a deadline of its own; nothing is read or written meanwhile.
    stream_.ExpiresNever();
    shared_->handle(std::move(request), [self = shared_from_this()](HttpAnswer answer) {
      asio::post(self->stream_.get_executor(), [self, answer = std::move(answer)]() mutable {
        self->ReleaseBody();
        self->Send(std::move(answer), self->keep_);
      });
    });
  }

  void Send(HttpAnswer given, bool keep) {
    answered_ = true;
    ReleaseBody();
    (given.status < 400 ? shared_->figures.answered : shared_->figures.refused).Add();
    given_ = std::move(given);
    const bool streams = given_.pieces != nullptr;
    // Of a body that was not read to its end, the rest would be taken for a request.
    if (streams || (pieces_ && !pieces_->is_done())) keep = false;
    const size_t size = given_.body == nullptr ? 0 : given_.body->size();
    answer_ = std::make_unique<http::response<Body>>();
    answer_->result(static_cast<unsigned>(given_.status));
    answer_->version(version_);
    answer_->set(http::field::date,
                 absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", shared_->options.clock->Now(),
                                  absl::UTCTimeZone()));
    for (const auto& [name, value] : given_.fields) answer_->insert(name, value);
    answer_->keep_alive(keep);
    if (streams) {
      if (version_ == 11) answer_->chunked(true);  // else the end of the connection is its end
    } else if (given_.status != 304) {
      answer_->content_length(size);
    }
    // A head announces the body's length and has none.
    if (size > 0 && !head_) answer_->body() = Body::value_type(given_.body->data(), size);
    serializer_ = std::make_unique<http::response_serializer<Body>>(*answer_);
    if (streams) return SendPieces();
    Expire(shared_->options.answer_timeout);
    const auto written = [self = shared_from_this(), keep](Code error, size_t) {
      self->OnWritten(error, keep);
    };
    if (head_ || given_.status == 304) {
      http::async_write_header(stream_, *serializer_, written);
    } else {
      http::async_write(stream_, *serializer_, written);
    }
  }

  void SendPieces() {
    if (!reading_) Watch();
    Expire(shared_->options.answer_timeout);  // of the write alone: the read has begun
    http::async_write_header(stream_, *serializer_,
                             [self = shared_from_this()](Code error, size_t) {
                               if (error || self->head_) return self->Cut();
                               self->NextPiece();
                             });
  }

  // Notices the client's end, for as long as the answer takes.
  void Watch() {
    stream_.ExpiresNever();
    drained_.resize(1024);
    watching_ = true;
    stream_.async_read_some(asio::buffer(drained_), [self = shared_from_this()](Code error,
                                                                               size_t n) {
      self->watching_ = false;
      if (self->written_) return self->SayGoodbye();
      self->left_ -= std::min(self->left_, n);
      if (!error && self->left_ > 0) return self->Watch();
      self->Cut();
    });
  }

  void NextPiece() {
    if (given_.pieces == nullptr) return;  // cut meanwhile
    given_.pieces->Next(
        [self = shared_from_this()](absl::StatusOr<std::optional<std::string>> next) {
          asio::post(self->stream_.get_executor(), [self, next = std::move(next)]() mutable {
            self->WritePiece(std::move(next));
          });
        });
  }

  void WritePiece(absl::StatusOr<std::optional<std::string>> next) {
    if (given_.pieces == nullptr) return;
    if (!next.ok()) return Cut();  // the client must not take it for whole
    const bool last = !next->has_value();
    piece_.clear();
    if (!last && (*next)->empty()) return NextPiece();  // an empty chunk would be the end
    if (!last) piece_ = **std::move(next);
    if (version_ == 11) {
      piece_ = last ? "0\r\n\r\n"
                    : absl::StrCat(absl::Hex(piece_.size()), "\r\n", piece_, "\r\n");
    }
    if (piece_.empty()) return EndPieces();  // a write of nothing would read beside Watch
    Expire(shared_->options.answer_timeout);
    asio::async_write(stream_, asio::buffer(piece_),
                      [self = shared_from_this(), last](Code error, size_t) {
                        if (error) return self->Cut();
                        if (last) return self->EndPieces();
                        self->piece_ = {};
                        self->NextPiece();
                      });
  }

  // One read at a time: goodbye, which reads the client's, comes when Watch's or the piece's is over.
  void EndPieces() {
    StopAnswer();
    written_ = true;
    if (watching_) return stream_.Cancel();
    if (!reading_) SayGoodbye();
  }

  // Nobody takes what still comes.
  void StopAnswer() {
    if (const auto pieces = std::exchange(given_.pieces, nullptr)) pieces->Stop();
  }

  void OnWritten(Code error, bool keep) {
    serializer_.reset();
    answer_.reset();
    given_ = {};
    parser_.reset();
    if (error) return Cut();
    if (keep) {
      pieces_.reset();
      return Wait(shared_->options.idle_timeout);
    }
    // The piece that is being read comes first, or its time ends.
    written_ = true;
    if (!reading_) SayGoodbye();
  }

  // Closed with bytes unread, a connection is reset and the peer loses the answer: our side ends
  // first, and what the peer still sends is taken for a moment.
  void SayGoodbye() {
    stream_.ExpiresAfter(kGoodbye);
    stream_.async_shutdown([self = shared_from_this()](Code) { self->Drain(); });
  }

  void Drain() {
    Code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    drained_.resize(16 << 10);
    goodbye_.expires_after(kGoodbye);
    goodbye_.async_wait([self = shared_from_this()](Code error) {
      if (!error) self->Close();
    });
    DrainSome();
  }

  void DrainSome() {
    stream_.socket().async_read_some(
        asio::buffer(drained_), [self = shared_from_this()](Code error, size_t n) {
          self->left_ -= std::min(self->left_, n);
          if (!error && self->left_ > 0) return self->DrainSome();
          self->goodbye_.cancel();
          self->Close();
        });
  }

  void ReleaseBody() { shared_->GiveBody(source_, std::exchange(body_, 0)); }

  void Close() { stream_.Close(); }
  void Cut() {
    if (!std::exchange(cut_, true)) shared_->figures.cut.Add();
    StopAnswer();
    Close();
  }

  const std::shared_ptr<asio::ssl::context> tls_;
  TlsStream stream_;
  asio::steady_timer goodbye_;  // until the peer ends, too
  const asio::ip::address peer_, source_;
  HttpShared* const shared_;
  Shown shown_;
  beast::flat_buffer buffer_;
  // What is held while a request is read and answered, and not at rest.
  std::unique_ptr<Parser> parser_;
  size_t body_ = 0;  // bytes that are counted in shared_ for this request
  std::unique_ptr<PieceParser> pieces_;  // in the place of parser_, while its body is read by piece
  std::string piece_;                  // that is read, or written
  bool keep_ = false;
  bool head_ = false;      // of the request: HEAD
  unsigned version_ = 11;  // of the request
  uint64_t request_ = 0;   // counts them
  bool by_piece_ = false;
  bool reading_ = false;   // a piece of the body
  bool answered_ = false;  // or being answered
  bool written_ = false;   // the last answer of this connection is out
  bool watching_ = false;  // for the client's end, while an answer comes in pieces
  bool cut_ = false;
  HttpAnswer given_;
  std::unique_ptr<http::response<Body>> answer_;
  std::unique_ptr<http::response_serializer<Body>> serializer_;
  std::string drained_;
  size_t left_ = 1 << 20;  // bytes that are drained at most
};

}  // namespace

void ServeConnection(tcp::socket socket, const asio::ip::address& peer,
                     std::shared_ptr<asio::ssl::context> tls, HttpShared* shared) {
  std::make_shared<Connection>(std::move(socket), peer, std::move(tls), shared)->Start();
}

}  // namespace shareway::console
