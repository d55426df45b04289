// SPDX-License-Identifier: Apache-2.0
// The person for whom the console calls, in the metadata of its calls (architecture: identity).
// Signed by nobody: a service believes it from the TLS identity services/console alone, and an act
// of consequence needs the person's own signature all the same.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/rpc/call.h"

namespace shareway::rpc {

inline constexpr char kActorKey[] = "shareway-actor";
// Never read, and refused from everybody: there is one way to say it.
inline constexpr char kActorBytesKey[] = "shareway-actor-bin";
// The agency, agencies/{a}, that a supervisor reads for under his mandate; see Gate::UnderMandate.
// Anybody may say it: the directory decides.
inline constexpr char kInspectedKey[] = "shareway-inspected";
// Who may name a person.
inline constexpr char kConsole[] = "services/console";

// One person, as the console's session knows him.
struct Actor {
  std::string person = {};  // people/{p}
  Factor factor = Factor::kNone;
  absl::Time factor_time = {};  // when the factor was shown last; whole seconds
};

// "people/{p} FACTOR SECONDS": FACTOR is TOTP, WEBAUTHN or CERTIFICATE, SECONDS since 1970 (UTC).
std::string ToMetadata(const Actor& actor);
// INVALID_ARGUMENT for anything else.
absl::StatusOr<Actor> ParseActor(absl::string_view metadata);

}  // namespace shareway::rpc
