// SPDX-License-Identifier: Apache-2.0
// A provider's system behind HTTP: JSON or opaque answers.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/source/backend.h"

namespace shareway::exchange {

// Where an operation is served. Nothing that a consumer sends reaches host or path.
struct HttpTarget {
  std::string url = {};            // https://…, or http://… to this machine alone
  bool post = false;               // arguments as a JSON object in the body, not in the URL
  std::string ca = {};             // PEM file; empty: the machine's authorities
  std::string certificate = {};    // PEM file of this node's own, or empty
  std::string key = {};            // with `certificate`
  std::string authorization = {};  // value of the Authorization header, or empty
};

// A typed operation is asked by GET with the arguments in the URL's query, or by POST; an opaque
// one by POST of the invocation's body. The call states itself in the headers
//   shareway-consumer, shareway-exchange, shareway-attempt, shareway-grant, traceparent.
// Only 200 is an answer: redirects are not followed, cookies not kept, proxies not used. Bodies are
// taken as they come, not decompressed, up to kMaxCallAnswer bytes. TLS is 1.2 or newer, and
// connections are kept. Thread-safe.
class HttpBackend final : public Backend {
 public:
  // INVALID_ARGUMENT if the URL has another form, or credentials or a fragment in it.
  static absl::StatusOr<std::unique_ptr<HttpBackend>> Open(HttpTarget target);
  ~HttpBackend() override;

  absl::StatusOr<BackendAnswer> Call(const BackendCall& call) const override;

 private:
  struct State;
  explicit HttpBackend(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace shareway::exchange
