// SPDX-License-Identifier: Apache-2.0
// One question by HTTP POST. Hides Boost.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::audit {

// Where to ask: http://HOST[:PORT][/PATH]. There is no TLS: what is asked is no secret
// and the answer must vouch for itself.
struct HttpAddress {
  std::string host = {};
  std::string port = "80";
  std::string path = "/";

  // INVALID_ARGUMENT for anything else.
  static absl::StatusOr<HttpAddress> Parse(absl::string_view url);
};

struct HttpQuestion {
  HttpAddress to = {};
  std::string content_type = {};
  std::string body = {};
  size_t max_answer = 64 << 10;  // bytes
  absl::Duration timeout = absl::Seconds(10);
};

// The body of the answer, if its status is 200. DEADLINE_EXCEEDED after `timeout` over
// all; UNAVAILABLE for any other failure. Blocks.
absl::StatusOr<std::string> Post(const HttpQuestion& question);

}  // namespace shareway::audit
