// SPDX-License-Identifier: Apache-2.0
// A server's side of TLS over a socket that does not block. For this folder alone.
//
// Asio's own stream holds four buffers of a record's size, 69 KiB, for as long as a connection lasts;
// of thousands at rest that is most of the memory. Here OpenSSL reads and writes the socket itself,
// and, with SSL_MODE_RELEASE_BUFFERS, holds none while nothing moves.
#pragma once

#include "services/console/http/boost_config.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace shareway::console {

// For one thread, which runs the socket's executor; destroyed on any thread. One read and one write at a
// time; a thread that runs them has SIGPIPE blocked. Meets Asio's AsyncReadStream and AsyncWriteStream.
class TlsStream {
  using Code = boost::system::error_code;
  using Socket = boost::asio::ip::tcp::socket;
  using Clock = std::chrono::steady_clock;

 public:
  using executor_type = Socket::executor_type;

  TlsStream(Socket socket, boost::asio::ssl::context& context)
      : state_(std::make_shared<State>(std::move(socket))) {
    Code error;
    state_->socket.non_blocking(true, error);
    state_->ssl = SSL_new(context.native_handle());
    if (state_->ssl == nullptr) return;
    SSL_set_mode(state_->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_fd(state_->ssl, state_->socket.native_handle());
    SSL_set_accept_state(state_->ssl);
  }

  executor_type get_executor() { return state_->socket.get_executor(); }
  SSL* ssl() { return state_->ssl; }
  Socket& socket() { return state_->socket; }

  // What begins from now on ends within so long, or the socket is closed. Forever: without an end.
  void ExpiresAfter(std::chrono::milliseconds after) { expiry_ = after; }
  void ExpiresNever() { expiry_ = kForever; }

  // Completes what waits with operation_aborted.
  void Cancel() {
    Code ignored;
    state_->socket.cancel(ignored);
  }
  void Close() { state_->Close(); }

  // void(Code)
  template <typename Token>
  auto async_handshake(Token&& token) {
    return boost::asio::async_compose<Token, void(Code)>(
        Step<Handshake>(state_, Arm(&State::read_end), {}), token, state_->socket);
  }
  // Tells the peer that nothing follows, without waiting for the same of it. void(Code)
  template <typename Token>
  auto async_shutdown(Token&& token) {
    return boost::asio::async_compose<Token, void(Code)>(
        Step<Shutdown>(state_, Arm(&State::write_end), {}), token, state_->socket);
  }
  // void(Code, size_t). At the peer's orderly end asio::error::eof, at any other stream_truncated.
  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    namespace asio = boost::asio;
    asio::mutable_buffer into;
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      into = *at;
      if (into.size() > 0) break;
    }
    return asio::async_compose<Token, void(Code, size_t)>(
        Step<Read>(state_, Arm(&State::read_end), {into}), token, state_->socket);
  }
  // Until there are bytes to read, or the end: a read that takes none. As a read's errors. void(Code)
  template <typename Token>
  auto async_wait_readable(Token&& token) {
    return boost::asio::async_compose<Token, void(Code)>(
        Step<Peek>(state_, Arm(&State::read_end), {}), token, state_->socket);
  }
  // void(Code, size_t)
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    namespace asio = boost::asio;
    const auto begin = asio::buffer_sequence_begin(buffers);
    const auto end = asio::buffer_sequence_end(buffers);
    Write write;
    if (begin != end && asio::const_buffer(*begin).size() >= kRecord) {
      write.from = asio::const_buffer(*begin);
    } else {  // one record of what is in pieces
      const size_t size = std::min(asio::buffer_size(buffers), kRecord);
      write.whole = std::make_shared<std::string>(size, '\0');
      asio::buffer_copy(asio::buffer(*write.whole), buffers);
      write.from = asio::buffer(*write.whole);
    }
    return asio::async_compose<Token, void(Code, size_t)>(
        Step<Write>(state_, Arm(&State::write_end), std::move(write)), token, state_->socket);
  }

 private:
  static constexpr size_t kRecord = 16 << 10;
  static constexpr std::chrono::milliseconds kForever = std::chrono::milliseconds::max();
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  struct State : std::enable_shared_from_this<State> {
    explicit State(Socket given) : socket(std::move(given)), timer(socket.get_executor()) {}
    ~State() { SSL_free(ssl); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void Close() {
      Code ignored;
      socket.close(ignored);
      timer.cancel();
    }
    // The timer runs to the first end that was asked for, and then looks which are left: so an
    // operation that is in time costs no timer.
    void Watch() {
      const Clock::time_point end = std::min(read_end, write_end);
      if (end >= fires) return;
      fires = end;
      timer.expires_at(end);
      timer.async_wait([weak = weak_from_this()](Code error) {
        const std::shared_ptr<State> self = weak.lock();
        if (error || self == nullptr) return;
        self->fires = kNever;
        const Clock::time_point now = Clock::now();
        if (std::min(self->read_end, self->write_end) <= now) return self->Close();
        self->Watch();
      });
    }

    Socket socket;
    SSL* ssl = nullptr;
    boost::asio::steady_timer timer;
    Clock::time_point read_end = kNever, write_end = kNever, fires = kNever;
  };
  using End = Clock::time_point State::*;

  End Arm(End end) {
    (*state_).*end = expiry_ == kForever ? kNever : Clock::now() + expiry_;
    state_->Watch();
    return end;
  }

  // What OpenSSL is asked; the result is as SSL_read's.
  struct Handshake {
    int Do(SSL* ssl) const { return SSL_do_handshake(ssl); }
  };
  struct Shutdown {
    int Do(SSL* ssl) const {
      const int done = SSL_shutdown(ssl);
      return done == 0 ? 1 : done;
    }
  };
  struct Peek {
    int Do(SSL* ssl) const {
      char byte;
      return SSL_peek(ssl, &byte, 1);
    }
  };
  struct Read {
    boost::asio::mutable_buffer into = {};
    int Do(SSL* ssl) const {
      return SSL_read(ssl, into.data(), static_cast<int>(std::min(into.size(), kRecord)));
    }
    bool empty() const { return into.size() == 0; }
  };
  struct Write {
    std::shared_ptr<std::string> whole = {};
    boost::asio::const_buffer from = {};
    int Do(SSL* ssl) const {
      return SSL_write(ssl, from.data(), static_cast<int>(std::min(from.size(), kRecord)));
    }
    bool empty() const { return from.size() == 0; }
  };

  // Tries, waits for the socket where it must, and tries again.
  template <typename What>
  class Step {
   public:
    Step(std::shared_ptr<State> state, End end, What what)
        : state_(std::move(state)), end_(end), what_(std::move(what)) {}

    template <typename Self>
    void operator()(Self& self, Code error = {}) {
      namespace asio = boost::asio;
      if (done_) return Complete(self, error_, bytes_);
      const bool first = !std::exchange(begun_, true);
      if (!error && !state_->socket.is_open()) error = asio::error::operation_aborted;
      if (error) return End(self, first, error, 0);
      if constexpr (requires { what_.empty(); }) {
        if (what_.empty()) return End(self, first, {}, 0);
      }
      if (state_->ssl == nullptr) return End(self, first, asio::error::no_memory, 0);
      ERR_clear_error();
      errno = 0;
      const int result = what_.Do(state_->ssl);
      const int system = errno;
      if (result > 0) return End(self, first, {}, static_cast<size_t>(result));
      switch (SSL_get_error(state_->ssl, result)) {
        case SSL_ERROR_WANT_READ:
          return state_->socket.async_wait(Socket::wait_read, std::move(self));
        case SSL_ERROR_WANT_WRITE:
          return state_->socket.async_wait(Socket::wait_write, std::move(self));
        case SSL_ERROR_ZERO_RETURN:
          return End(self, first, asio::error::eof, 0);
        case SSL_ERROR_SYSCALL:
          return End(self, first,
                     system == 0 ? Code(asio::ssl::error::stream_truncated)
                                 : Code(system, boost::system::system_category()),
                     0);
        default: {
          const unsigned long why = ERR_get_error();
          const bool cut = ERR_GET_REASON(why) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
          return End(self, first,
                     cut ? Code(asio::ssl::error::stream_truncated)
                         : Code(static_cast<int>(why), asio::error::get_ssl_category()),
                     0);
        }
      }
    }

   private:
    // Nothing completes within the call that began it.
    template <typename Self>
    void End(Self& self, bool first, Code error, size_t bytes) {
      (*state_).*end_ = kNever;
      if (!first) return Complete(self, error, bytes);
      done_ = true;
      error_ = error;
      bytes_ = bytes;
      const auto executor = state_->socket.get_executor();
      boost::asio::post(executor, std::move(self));
    }
    template <typename Self>
    static void Complete(Self& self, Code error, size_t bytes) {
      if constexpr (requires(What what) { what.empty(); }) {
        self.complete(error, bytes);
      } else {
        self.complete(error);
      }
    }

    std::shared_ptr<State> state_;
    TlsStream::End end_;
    What what_;
    bool begun_ = false, done_ = false;
    Code error_ = {};
    size_t bytes_ = 0;
  };

  const std::shared_ptr<State> state_;
  std::chrono::milliseconds expiry_ = kForever;
};

}  // namespace shareway::console
