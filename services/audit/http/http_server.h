// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server for pages that anyone may read. Hides Boost.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/metrics/registry.h"

namespace shareway::audit {

// A page, or a refusal with its reason as text.
struct HttpPage {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string cache_control = "no-store";
  std::string body = {};
};

// Answers GET and HEAD from two threads of its own, requests on one connection one
// after another. Plain HTTP, no identity: what it serves must vouch for itself.
//
// What is asked is not trusted. A request's head has at most 8 KiB and no body; it must
// be complete within `request_timeout` of the last answer, and the answer taken within
// `answer_timeout`, or the connection is cut. Beyond `max_connections`, and `max_of_one`
// of one address, new ones are closed at once; none lives longer than five minutes.
class HttpServer {
 public:
  struct Options {
    std::string address = {};              // IP address:port; port 0: any
    metrics::Registry* metrics = nullptr;  // required; must outlive the server
    const Clock* clock = &SystemClock();   // of the Date field
    size_t max_connections = 256;
    size_t max_of_one = 64;  // connections of one address, so that no one takes all
    absl::Duration request_timeout = absl::Seconds(10);
    absl::Duration answer_timeout = absl::Seconds(20);
  };
  // The page of a path, as sent: nothing is decoded, a query is part of it. Called on
  // both threads; may read a store, must not wait for anything else.
  using Pages = std::function<HttpPage(absl::string_view path)>;

  // INVALID_ARGUMENT for another address; UNAVAILABLE if it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Open(Options options, Pages pages);
  // Cuts all connections.
  ~HttpServer();

  // The port that is listened on.
  int port() const;

 private:
  class Listener;
  explicit HttpServer(std::unique_ptr<Listener> listener);
  const std::unique_ptr<Listener> listener_;
};

}  // namespace shareway::audit
