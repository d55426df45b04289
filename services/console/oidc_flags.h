// SPDX-License-Identifier: Apache-2.0
// Whether people sign in at a provider, as the operator says at the start: --oidc_*.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "services/console/desk.h"

namespace shareway::console {

// The provider of --oidc_issuer; nothing if that is empty. INVALID_ARGUMENT or NOT_FOUND for flags
// that do not fit.
absl::StatusOr<std::optional<Oidc>> OidcFromFlags();

}  // namespace shareway::console
