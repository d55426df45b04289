// SPDX-License-Identifier: Apache-2.0
// A person's signature of an act, in either form: by a key of the person's own, or by an
// authenticator in front of a browser (proto/FORMATS.md section 3).
#pragma once

#include "absl/status/status.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/key.h"
#include "libs/crypto/relying_party.h"
#include "shareway/evidence/v1/envelope.pb.h"

namespace shareway::evidence {

// OK if `key` signed exactly these bytes of `signed_act.act`. With `webauthn` set: an authenticator
// that knew the person answered a challenge which is SHA-256 of the act. No JSON is parsed: what
// browsers write has one beginning (W3C Web Authentication, Level 2, section 5.8.1.2), so that all
// verifiers read the same. For which installation is not asked: see CheckParty.
// DATA_LOSS, ENVELOPE_INVALID, or INVALID_ARGUMENT as Verify.
absl::Status VerifyAct(crypto::BatchVerifier* verifier, const crypto::PublicKey& key,
                       const v1::SignedAct& signed_act);

// OK if what VerifyAct took was made for `party`, on a page of one of its origins that is embedded
// in no other. DATA_LOSS, ENVELOPE_INVALID, otherwise.
absl::Status CheckParty(const crypto::RelyingParty& party, const v1::SignedAct& signed_act);

}  // namespace shareway::evidence
