// SPDX-License-Identifier: Apache-2.0
// What the operator says at the start.
#include "services/console/flags.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/console/oidc_flags.h"

namespace shareway::console {

absl::StatusOr<Desk::Parts> PartsFrom(const Flags& flags) {
  Desk::Parts parts;
  SHAREWAY_ASSIGN_OR_RETURN(parts.factor_key, ReadFactorKey(flags.factor_key));
  if (flags.protection != "mlps3" && flags.protection != "basic") {
    return absl::InvalidArgumentError(
        absl::StrCat("--protection is ", flags.protection, ", want mlps3 or basic"));
  }
  parts.protection = flags.protection == "basic" ? Protection::kBasic : Protection::kMlps3;
  for (const std::string& origin : flags.origins) {
    if (std::find(flags.act_origins.begin(), flags.act_origins.end(), origin) !=
        flags.act_origins.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--webauthn_origins and --act_origins both have ", origin,
                       "; want an origin of its own for acts, so that no sign-in is an act"));
    }
  }
  if (!flags.webauthn_id.empty() && !flags.origins.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(parts.party,
                              crypto::RelyingParty::From(flags.webauthn_id, flags.origins));
  }
  SHAREWAY_ASSIGN_OR_RETURN(parts.oidc, OidcFromFlags());
  return parts;
}

absl::Status FirstStart(const Accounts& accounts, const std::string& path) {
  if (!path.empty()) {
    return accounts.FirstStart([&](const std::array<Accounts::FirstCode, 3>& codes) {
      return WriteFirstCodes(path, codes);
    });
  }
  SHAREWAY_ASSIGN_OR_RETURN(const bool started, accounts.Started());
  if (!started) log::Warn("no-account", {{"remedy", "start with --first_codes FILE"}});
  return absl::OkStatus();
}

}  // namespace shareway::console
