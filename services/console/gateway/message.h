// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its answer, as the gateway sees them: no socket, no Boost.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::console {

// A plain value. The server that read it has checked its framing.
struct HttpRequest {
  std::string method = {};  // GET, HEAD, POST; as sent
  std::string target = {};  // as sent, nothing decoded: path, and a query after '?'
  // By lower-case name. A field that came twice is in `repeated` and not here.
  std::map<std::string, std::string, std::less<>> fields = {};
  std::vector<std::string> repeated = {};
  std::string body = {};
  std::string address = {};      // the peer's IP address
  std::string source = {};       // whose share it is of: an IPv4 address, or an IPv6 /64
  std::string certificate = {};  // key id of the peer's certificate, 32 bytes; empty: none shown

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
