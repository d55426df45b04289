// SPDX-License-Identifier: Apache-2.0
// Where a person signs in from.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::console {

// A plain value.
struct Client {
  std::string source = {};       // whose failures are counted: one IPv4 address, or an IPv6 /64
  std::string network = {};      // what a session is bound to: an IPv4 /24, or an IPv6 /56
  std::string certificate = {};  // key id of the client certificate, 32 bytes; empty: none
  friend bool operator==(const Client&, const Client&) = default;
};

// A visitor of a front end. INVALID_ARGUMENT unless `address` is an IPv4 or IPv6 address (an IPv4
// one within IPv6 counts as what it is) and `certificate` has 32 bytes or none.
absl::StatusOr<Client> VisitorAt(absl::string_view address, absl::string_view certificate);

// A person who calls with the own certificate: that is source and network.
Client CallerWith(absl::string_view certificate);

}  // namespace shareway::console
