// SPDX-License-Identifier: Apache-2.0
// Acts of consequence carry the person's own signature (architecture: identity).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/relying_party.h"
#include "libs/rpc/directory.h"
#include "shareway/evidence/v1/envelope.pb.h"

namespace shareway::rpc {

inline constexpr absl::Duration kActWindow = absl::Minutes(5);

// What was signed.
struct VerifiedAct {
  evidence::v1::SignedAct act;
  std::string request;  // the exact bytes that the handler is to parse
};

// Takes the act out of `request` (a message with the field signed_act, by name and whatever its
// number, and nothing else set) and verifies it: by `person`, for `method`, signed within
// kActWindow of `now` by a key that the directory lists as valid: a TLS one, or
// a WEBAUTHN one in an authenticator, on a page of `party`; null: these are refused.
// INVALID_ARGUMENT if anything but signed_act is set; PERMISSION_DENIED,
// ACT_INVALID, otherwise.
absl::StatusOr<VerifiedAct> VerifyAct(const google::protobuf::Message& request,
                                      absl::string_view method, absl::string_view person,
                                      const Directory& directory,
                                      const crypto::RelyingParty* party,
                                      crypto::BatchVerifier* verifier, absl::Time now);

// What an act says that another process took before, and filed when it could: for
// `method`, by the person whom it names, of any age. Its key was valid when it was
// signed and is ACTIVE today. One by an authenticator was made on a page of `party`, whoever
// took it first; null: these are refused. PERMISSION_DENIED, ACT_INVALID, otherwise. Whether the person may do it is the
// caller's to tell.
absl::StatusOr<evidence::v1::Act> VerifyTakenAct(const evidence::v1::SignedAct& signed_act,
                                                 absl::string_view method,
                                                 const Directory& directory,
                                                 const crypto::RelyingParty* party,
                                                 crypto::BatchVerifier* verifier);

}  // namespace shareway::rpc
