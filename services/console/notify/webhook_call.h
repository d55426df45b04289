// SPDX-License-Identifier: Apache-2.0
// Calls an agency's webhook: a JSON POST over HTTPS, signed as Standard Webhooks 1.0 says.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/console/notify/sending.h"

namespace shareway::console {

struct WebhookCall {
  std::string url = {};
  std::string id = {};
  absl::Time time = {};
  std::string body = {};
  std::vector<std::string> keys = {};  // raw bytes, the present one first
};

// The value of webhook-signature: for each key "v1," and base64 of HMAC-SHA256 over
// ID.UNIX-SECONDS.BODY, separated by blanks.
std::string WebhookSignature(const WebhookCall& call);

// A key as people get it: whsec_ and base64.
std::string SecretText(absl::string_view key);

// Thread-safe; blocks for up to 15 s. Follows no redirect, uses no proxy and no cookies, checks the
// certificate and its host, connects to no special address (SpecialAddress) unless the host is listed,
// reads at most 64 KiB of an answer and keeps none of it.
class WebhookCaller {
 public:
  struct Options {
    std::vector<std::string> hosts = {};  // listed by the operator, HOST or HOST:PORT
    std::string ca = {};                  // PEM file of authorities; empty: those of the system
    absl::Duration timeout = absl::Seconds(15);
    StopSign stop = {};
  };
  explicit WebhookCaller(Options options) : options_(std::move(options)) {}

  // Taken at 2xx. Refused at 410: whoever was there is gone.
  Sending Call(const WebhookCall& call) const;

 private:
  const Options options_;
};

}  // namespace shareway::console
