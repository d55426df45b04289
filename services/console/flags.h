// SPDX-License-Identifier: Apache-2.0
// What the operator says at the start, as the use cases need it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/console/accounts.h"
#include "services/console/desk.h"

namespace shareway::console {

struct Flags {
  std::string factor_key = {};  // path
  std::string protection = {};  // mlps3 or basic
  std::string webauthn_id = {};
  std::vector<std::string> origins = {};      // of pages on which people sign in
  std::vector<std::string> act_origins = {};  // of pages on which people sign acts
};

// Factor key, protection and relying party; the rest is unset. INVALID_ARGUMENT or NOT_FOUND,
// naming the flag or path. INVALID_ARGUMENT, too, for an origin that is one of both kinds: what
// an authenticator answers there to a challenge of the console's could be an act.
absl::StatusOr<Desk::Parts> PartsFrom(const Flags& flags);

// Accounts::FirstStart into the file; without one, a log line while there is no account.
absl::Status FirstStart(const Accounts& accounts, const std::string& path);

}  // namespace shareway::console
