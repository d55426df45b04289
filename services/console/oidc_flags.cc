// SPDX-License-Identifier: Apache-2.0
#include "services/console/oidc_flags.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "services/console/oidc/provider.h"

ABSL_FLAG(std::string, oidc_issuer, "",
          "OpenID provider where people may sign in, by its issuer URL. Empty: none.");
ABSL_FLAG(std::string, oidc_client_id, "", "Our id there.");
ABSL_FLAG(std::string, oidc_client_secret, "", "File with our secret there.");
ABSL_FLAG(std::string, oidc_redirect, "", "Our page that it sends people back to.");
ABSL_FLAG(std::string, oidc_ca, "", "PEM file of its authorities. Empty: those of the system.");
ABSL_FLAG(std::string, oidc_claim, "sub", "Claim of its ID tokens that is the person's id here.");

namespace shareway::console {

absl::StatusOr<std::optional<Oidc>> OidcFromFlags() {
  OidcClient client{.issuer = absl::GetFlag(FLAGS_oidc_issuer),
                    .client_id = absl::GetFlag(FLAGS_oidc_client_id),
                    .redirect = absl::GetFlag(FLAGS_oidc_redirect),
                    .ca = absl::GetFlag(FLAGS_oidc_ca)};
  if (client.issuer.empty()) return std::optional<Oidc>();
  SHAREWAY_ASSIGN_OR_RETURN(const std::string secret,
                            crypto::ReadFile(absl::GetFlag(FLAGS_oidc_client_secret)));
  client.client_secret = std::string(absl::StripAsciiWhitespace(secret));
  SHAREWAY_RETURN_IF_ERROR(OidcProvider::Check(client));
  // Shared by both, and as long as they last.
  const auto provider = std::make_shared<OidcProvider>(std::move(client));
  return std::optional<Oidc>(
      Oidc{.begin = [provider] { return provider->Begin(); },
           .finish = [provider](const OidcVisit& visit, absl::string_view code,
                                absl::Time now) { return provider->Finish(visit, code, now); },
           .claim = absl::GetFlag(FLAGS_oidc_claim)});
}

}  // namespace shareway::console
