// SPDX-License-Identifier: Apache-2.0
// What an account keeps secret, and one-time codes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/console/domain/person.h"

namespace shareway::console {

// Secrets of an account. Never in an event, an answer or a log line.
struct Secrets {
  std::string password = {};              // PHC string; empty: none
  std::vector<std::string> history = {};  // PHC strings, newest first, the present one among them
  std::string totp_nonce = {};
  std::string totp_sealed = {};                   // empty: none
  int64_t totp_step = -1;                         // the last one taken
  std::map<std::string, uint32_t> counters = {};  // by key id: an authenticator's last count
  std::string code = {};  // digest of the one-time code that is open; empty: none

  friend bool operator==(const Secrets&, const Secrets&) = default;
};

// A one-time code that is open.
struct OpenCode {
  std::string account = {};        // accounts/{p}; empty: of a first start
  Role role = Role::kUnspecified;  // of a first start
  absl::Time end = {};
  friend bool operator==(const OpenCode&, const OpenCode&) = default;
};

}  // namespace shareway::console
