// SPDX-License-Identifier: Apache-2.0
// One question over HTTP: to an identity provider, or for the pages of the audit log.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::console {

inline constexpr size_t kMaxFetchedBytes = 512 << 10;

struct Question {
  std::string url = {};
  std::string form = {};      // application/x-www-form-urlencoded; empty: a GET
  std::string user = {};      // with `password`: HTTP Basic, both as they go on the wire
  std::string password = {};
  std::string ca = {};        // PEM file of authorities; empty: those of the system
  bool vouched = false;       // http to any host will do: the answer vouches for itself
};

struct Told {
  int status = 0;  // of HTTP
  std::string body = {};
};

// INVALID_ARGUMENT unless the URL is https, without credentials and fragment; http, too, if its
// host is a loopback address.
absl::Status CheckEndpoint(const std::string& url);

// Blocks for 10 s at most, follows no redirect, uses no proxy, checks the certificate.
// INVALID_ARGUMENT as CheckEndpoint, unless `vouched`; UNAVAILABLE if there is no whole answer of at
// most kMaxFetchedBytes.
absl::StatusOr<Told> Fetch(const Question& question);

// Text as a value of a query or a form (RFC 3986, 2.3: all but unreserved characters escaped).
std::string Escaped(absl::string_view text);

}  // namespace shareway::console
