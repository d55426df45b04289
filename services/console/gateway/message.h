// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its answer, as the gateway sees them: no socket, no Boost.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::console {

// A body that comes piece by piece, each when it is asked for, and is never here as a whole.
class HttpPieces {
 public:
  using Give = std::function<void(absl::StatusOr<std::optional<std::string>>)>;
  virtual ~HttpPieces() = default;
  // Asks for the next piece, once the one before came. `give` runs once, on any thread, now or
  // later, and must not block: a piece, nothing at the end, or an error where no end will come.
  virtual void Next(Give give) = 0;
  // No more is wanted; a `give` that waits may never run. At any time, more than once; must not
  // block.
  virtual void Stop() = 0;
};

// A plain value. The server that read it has checked its framing.
struct HttpRequest {
  std::string method = {};  // GET, HEAD, POST; as sent
  std::string target = {};  // as sent, nothing decoded: path, and a query after '?'
  // By lower-case name. A field that came twice is in `repeated` and not here.
  std::map<std::string, std::string, std::less<>> fields = {};
  std::vector<std::string> repeated = {};
  std::string body = {};
  // In the place of `body` where the server was told to (HttpServer::Options::in_pieces).
  std::shared_ptr<HttpPieces> pieces = {};
  std::string address = {};      // the peer's IP address
  std::string source = {};       // whose share it is of: an IPv4 address, or an IPv6 /64
  std::string certificate = {};  // key id of the peer's certificate, 32 bytes; empty: none shown
  std::string identity = {};     // whose certificate it is, a shareway:// URI; empty with that one

  // The field of this lower-case name; empty if it is absent.
  absl::string_view field(absl::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? absl::string_view() : found->second;
  }
  absl::string_view path() const {
    return absl::string_view(target).substr(0, target.find('?'));
  }
};

// A plain value.
struct HttpAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields = {};  // besides length, date, connection
  std::shared_ptr<const std::string> body = {};                  // null: empty
  // In the place of `body`; the connection ends with it. Stopped when nobody takes it any more.
  std::shared_ptr<HttpPieces> pieces = {};
  // Ends with the answer: what it holds of somebody's share is held until it is taken or cut.
  std::shared_ptr<void> held = {};

  HttpAnswer& With(absl::string_view name, absl::string_view value) {
    fields.emplace_back(name, value);
    return *this;
  }
};

// Answers once, from any thread, now or later; must not block.
using AnswerHttp = std::function<void(HttpAnswer)>;
using HandleHttp = std::function<void(HttpRequest, AnswerHttp)>;

}  // namespace shareway::console
