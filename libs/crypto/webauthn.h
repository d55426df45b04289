// SPDX-License-Identifier: Apache-2.0
// What an authenticator says when a person proves to hold it: an assertion of Web Authentication
// (W3C, Level 2, section 7.2), verified.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/key.h"
#include "libs/crypto/relying_party.h"

namespace shareway::crypto {

inline constexpr size_t kMinChallengeBytes = 16;
inline constexpr size_t kMaxAuthenticatorDataBytes = 512;
inline constexpr size_t kMaxClientDataBytes = 8192;

// As navigator.credentials.get() answers: AuthenticatorAssertionResponse, exact bytes.
struct Assertion {
  std::string authenticator_data;
  std::string client_data_json;
  std::string signature;  // ES256: DER; EdDSA: 64 bytes
};

struct VerifiedAssertion {
  // The authenticator's count of its signatures; 0 if it keeps none. See CounterAdvanced.
  uint32_t sign_count = 0;
  // The key may be copied to other devices of the person's account with a vendor (a synced
  // passkey). Profiles that want the key in one device refuse it.
  bool backup_eligible = false;
};

// OK if the assertion is by `key` (P-256 for ES256, or Ed25519 for EdDSA) over exactly these
// `challenge` bytes (at least kMinChallengeBytes), for `party`, from a page of one of its origins
// that is embedded in no other, and the authenticator knew the person (user verification), not
// only felt a touch. PERMISSION_DENIED, ACT_INVALID, saying which is wrong, otherwise. That a
// challenge is good once, and whose the key is, is the caller's to see to.
//
// A new credential is taken by the same call: the browser hands its public key out as a
// SubjectPublicKeyInfo, and an assertion over a challenge proves that it is held. Attestation,
// the word of the device's maker, is not asked.
absl::StatusOr<VerifiedAssertion> VerifyAssertion(const RelyingParty& party, const PublicKey& key,
                                                  absl::string_view challenge,
                                                  const Assertion& assertion);

// False if two authenticators may hold one key: the count did not rise since the last assertion,
// and one of the two is kept at all (section 7.2 step 21).
bool CounterAdvanced(uint32_t last, uint32_t now);

}  // namespace shareway::crypto
