// SPDX-License-Identifier: Apache-2.0
// Steps that each run until they are done or the time is over.
#include "services/audit/http/http_client.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Code = boost::system::error_code;

class Steps {
 public:
  explicit Steps(absl::Duration timeout)
      : end_(std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(timeout)) {}

  asio::io_context& context() { return context_; }

  // `start` gets a handler that takes the step's error.
  template <typename Start>
  absl::Status Run(absl::string_view what, const Start& start) {
    std::optional<Code> result;
    start([&result](Code error) { result = error; });
    context_.restart();
    context_.run_until(end_);
    if (!result) {
      context_.stop();
      return absl::DeadlineExceededError(absl::StrCat("no answer in time, while to ", what));
    }
    if (*result) {
      return absl::UnavailableError(absl::StrCat("cannot ", what, ": ", result->message()));
    }
    return absl::OkStatus();
  }

 private:
  const std::chrono::steady_clock::time_point end_;
  asio::io_context context_{1};
};

// What a step that was left behind still writes to lives as long as its context: one object.
struct Exchange {
  explicit Exchange(absl::Duration timeout)
      : steps(timeout), resolver(steps.context()), socket(steps.context()) {}

  Steps steps;
  tcp::resolver resolver;
  tcp::socket socket;
  tcp::resolver::results_type found;
  beast::flat_buffer buffer{128 << 10};
  http::request<http::string_body> request;
  http::response_parser<http::string_body> parser;
};

}  // namespace

absl::StatusOr<HttpAddress> HttpAddress::Parse(absl::string_view url) {
  HttpAddress address;
  absl::string_view rest = url;
  const bool http = absl::ConsumePrefix(&rest, "http://");
  if (const size_t slash = rest.find('/'); slash != absl::string_view::npos) {
    address.path = std::string(rest.substr(slash));
    rest = rest.substr(0, slash);
  }
  const size_t colon = rest.rfind(':');
  uint32_t port = 80;
  bool good = http;
  if (colon != absl::string_view::npos && !absl::EndsWith(rest, "]")) {
    good = good && absl::SimpleAtoi(rest.substr(colon + 1), &port) && port > 0 && port < 65536;
    address.port = absl::StrCat(port);
    rest = rest.substr(0, colon);
  }
  address.host = std::string(rest);
  for (const char c : absl::StrCat(address.host, address.path)) {
    good = good && c > ' ' && c <= '~' && c != '@' && c != '#';
  }
  if (!good || address.host.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", url.substr(0, 300), "\" is no address, want http://HOST[:PORT][/PATH]"));
  }
  return address;
}

absl::StatusOr<std::string> Post(const HttpQuestion& question) {
  Exchange exchange(question.timeout);
  Steps& steps = exchange.steps;
  const std::string& host = question.to.host;
  // An IPv6 address stands in brackets in the URL alone.
  const std::string bare(absl::StripSuffix(absl::StripPrefix(host, "["), "]"));
  SHAREWAY_RETURN_IF_ERROR(steps.Run(absl::StrCat("find ", host), [&](auto done) {
    exchange.resolver.async_resolve(bare, question.to.port,
                                    [&exchange, done](Code error, auto found) {
                                      if (!error) exchange.found = std::move(found);
                                      done(error);
                                    });
  }));
  SHAREWAY_RETURN_IF_ERROR(steps.Run(absl::StrCat("reach ", host), [&](auto done) {
    asio::async_connect(exchange.socket, exchange.found,
                        [done](Code error, const tcp::endpoint&) { done(error); });
  }));
  exchange.request = {http::verb::post, question.to.path, 11, question.body};
  exchange.request.set(http::field::host, absl::StrCat(host, ":", question.to.port));
  exchange.request.set(http::field::content_type, question.content_type);
  exchange.request.set(http::field::connection, "close");
  exchange.request.prepare_payload();
  const auto ended = [](auto done) { return [done](Code error, size_t) { done(error); }; };
  SHAREWAY_RETURN_IF_ERROR(steps.Run(absl::StrCat("ask ", host), [&](auto done) {
    http::async_write(exchange.socket, exchange.request, ended(done));
  }));
  exchange.parser.body_limit(question.max_answer);
  SHAREWAY_RETURN_IF_ERROR(steps.Run(absl::StrCat("hear ", host), [&](auto done) {
    http::async_read(exchange.socket, exchange.buffer, exchange.parser, ended(done));
  }));
  if (exchange.parser.get().result() != http::status::ok) {
    return absl::UnavailableError(absl::StrCat(host, " answered with the HTTP status ",
                                               exchange.parser.get().result_int(), ", want 200"));
  }
  return std::move(exchange.parser.get().body());
}

}  // namespace shareway::audit
