// SPDX-License-Identifier: Apache-2.0
// Checks a second factor that a person shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/crypto/webauthn.h"
#include "services/console/desk.h"

namespace shareway::console {

// What is shown: exactly one, or the client certificate.
struct ShownFactor {
  std::string totp_code = {};
  std::optional<crypto::Assertion> assertion = {};

  Factor kind() const {
    if (assertion) return Factor::kWebAuthn;
    return totp_code.empty() ? Factor::kCertificate : Factor::kTotp;
  }
};

// Thread-safe. `desk` must outlive it.
class SecondFactors {
 public:
  explicit SecondFactors(const Desk* desk) : desk_(desk) {}

  // Those that the person can show from there now and that will be taken.
  std::vector<Factor> Possible(const Person& person, const Client& client,
                               const Secrets& secrets) const;
  // True if the installation takes this factor of this person: in profile mlps3 administrators
  // need a cryptographic one.
  bool StrongEnough(const Person& person, Factor factor) const;

  // A factor that was taken.
  struct Taken {
    Secrets secrets = {};
    std::string authenticator = {};  // of an assertion: its key's id, 32 bytes
  };
  // The secrets after the factor was taken: a TOTP step, or an authenticator's count, is taken
  // once, so they are stored with what it opens. UNAUTHENTICATED: FACTOR_REPLAYED for a TOTP step
  // that was taken, SIGN_IN_REFUSED for everything else that is wrong.
  absl::StatusOr<Taken> Take(const Person& person, const Client& client, const ShownFactor& shown,
                             absl::string_view challenge, const Secrets& secrets) const;

 private:
  absl::StatusOr<Taken> TakeTotp(const Person& person, const std::string& code,
                                 const Secrets& secrets) const;
  absl::StatusOr<Taken> TakeAssertion(const Person& person, const crypto::Assertion& assertion,
                                      absl::string_view challenge, const Secrets& secrets) const;

  const Desk* const desk_;
};

// UNAUTHENTICATED, SIGN_IN_REFUSED: the one answer to all that is wrong with a sign-in.
absl::Status SignInRefused();
// FAILED_PRECONDITION, FACTOR_TOO_WEAK.
absl::Status FactorTooWeak(Factor factor);

}  // namespace shareway::console
