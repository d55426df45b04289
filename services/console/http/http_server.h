// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TLS for people's browsers and scripts. Hides Boost.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/crypto/identity.h"
#include "libs/metrics/registry.h"
#include "services/console/gateway/message.h"

namespace shareway::console {

// Takes GET, HEAD and POST on a few threads of its own, requests on one connection one after
// another. It reads and frames; what a request means is its handler's.
//
// What comes is not trusted, and harms its sender alone. A handshake takes at most
// `handshake_timeout`. A request's head has at most 16 KiB, its body at most `max_body` by a
// Content-Length that is said before; bodies in pieces (Transfer-Encoding) are refused, since two
// readers of such framing may disagree. All of a request comes within `request_timeout` of the
// last answer, except that a connection may rest for `idle_timeout`; an answer is taken within
// `answer_timeout`. All bodies together hold at most `max_bodies`, those of
// one source a quarter of it, by what is announced. A body or an answer in pieces has
// these times for each piece, and holds one piece. While an answer comes in pieces, a client that
// ends is noticed at once; what it sends meanwhile is dropped, and the connection ends with the
// answer, as it does after a body of which not all was read. Beyond `max_connections`, and
// `max_of_one` of one IPv4 address or IPv6 /64, new connections are closed at once.
class HttpServer {
 public:
  struct Options {
    std::string address = {};              // IP address:port; port 0: any
    crypto::TlsFiles tls = {};             // certificate chain and key; ca, if clients may show one
    // Ask for a client's certificate, and take those of tls.ca with an identity of ours. Who shows
    // none is served all the same.
    bool ask_certificate = false;
    // With it: who shows none gets no connection.
    bool need_certificate = false;
    metrics::Registry* metrics = nullptr;  // required; must outlive the server
    const Clock* clock = &SystemClock();   // of the Date field
    size_t max_body = 8u << 20;
    size_t max_bodies = 64u << 20;
    // Of a request with no more than its head read: how many bytes its body may have, if the handler
    // takes it as HttpRequest::pieces; 0: as a whole, of at most `max_body`. Empty: always 0. Must not
    // block.
    std::function<size_t(const HttpRequest&)> in_pieces = {};
    size_t max_piece = 64u << 10;  // bytes of a body
    size_t max_connections = 6000;
    size_t max_of_one = 256;
    absl::Duration handshake_timeout = absl::Seconds(10);
    absl::Duration request_timeout = absl::Seconds(30);
    absl::Duration idle_timeout = absl::Seconds(75);
    absl::Duration answer_timeout = absl::Seconds(30);
    // How often the TLS files are looked at; renewed ones that are good together serve the
    // connections that come after.
    absl::Duration look_every = absl::Seconds(10);
  };

  // INVALID_ARGUMENT for another address and for files that are no key and certificate;
  // UNAVAILABLE if the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Open(Options options, HandleHttp handle);
  ~HttpServer();

  // Ends the threads: the handler is not called any more, and what is answered goes nowhere.
  // Whatever still holds an AnswerHttp must let go of it before the server is destroyed.
  void Stop();
  // The port that is listened on.
  int port() const;

 private:
  class Listener;
  explicit HttpServer(std::unique_ptr<Listener> listener);
  const std::unique_ptr<Listener> listener_;
};

}  // namespace shareway::console
