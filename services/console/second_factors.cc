// SPDX-License-Identifier: Apache-2.0
// Checks a second factor that a person shows.
#include "services/console/second_factors.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/secret.h"
#include "libs/crypto/totp.h"

namespace shareway::console {

absl::Status SignInRefused() {
  return Error(Reason::kSignInRefused, absl::StatusCode::kUnauthenticated,
               "the person, the password or the second factor is wrong, or the account is closed");
}

absl::Status FactorTooWeak(Factor factor) {
  return Error(Reason::kFactorTooWeak, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("an administrator needs a certificate or WebAuthn here, not ",
                            FactorName(factor), " (GB/T 22239-2019, 8.1.4.1 d)"))
      .With("factor", FactorName(factor));
}

bool SecondFactors::StrongEnough(const Person& person, Factor factor) const {
  return desk_->protection() == Protection::kBasic || !IsAdministrator(person.roles) ||
         Cryptographic(factor);
}

std::vector<Factor> SecondFactors::Possible(const Person& person, const Client& client,
                                            const Secrets& secrets) const {
  std::vector<Factor> possible;
  if (!secrets.totp_sealed.empty() && StrongEnough(person, Factor::kTotp)) {
    possible.push_back(Factor::kTotp);
  }
  if (desk_->party() && !desk_->people().authenticators(person.name).empty()) {
    possible.push_back(Factor::kWebAuthn);
  }
  if (!client.certificate.empty() &&
      desk_->people().has_certificate(person.name, client.certificate)) {
    possible.push_back(Factor::kCertificate);
  }
  return possible;
}

absl::StatusOr<SecondFactors::Taken> SecondFactors::Take(const Person& person,
                                                         const Client& client,
                                                         const ShownFactor& shown,
                                                         absl::string_view challenge,
                                                         const Secrets& secrets) const {
  switch (shown.kind()) {
    case Factor::kUnspecified:
      break;
    case Factor::kTotp:
      return TakeTotp(person, shown.totp_code, secrets);
    case Factor::kWebAuthn:
      return TakeAssertion(person, *shown.assertion, challenge, secrets);
    case Factor::kCertificate:
      if (client.certificate.empty() ||
          !desk_->people().has_certificate(person.name, client.certificate)) {
        break;
      }
      return Taken{.secrets = secrets};
  }
  return SignInRefused();
}

absl::StatusOr<SecondFactors::Taken> SecondFactors::TakeTotp(const Person& person,
                                                             const std::string& code,
                                                             const Secrets& secrets) const {
  if (secrets.totp_sealed.empty()) return SignInRefused();
  SHAREWAY_ASSIGN_OR_RETURN(std::string secret, desk_->OpenTotp(AccountOf(person.name), secrets));
  const std::optional<int64_t> step = crypto::VerifyTotp(secret, code, desk_->time().Wall());
  crypto::Cleanse(&secret);
  if (!step) return SignInRefused();
  if (*step <= secrets.totp_step) {
    return Error(Reason::kFactorReplayed, absl::StatusCode::kUnauthenticated,
                 "this code, or a later one, was taken before; wait for the next");
  }
  Secrets next = secrets;
  next.totp_step = *step;
  return Taken{.secrets = std::move(next)};
}

absl::StatusOr<SecondFactors::Taken> SecondFactors::TakeAssertion(
    const Person& person, const crypto::Assertion& assertion, absl::string_view challenge,
    const Secrets& secrets) const {
  if (!desk_->party() || challenge.empty()) return SignInRefused();
  for (const crypto::PublicKey& key : desk_->people().authenticators(person.name)) {
    const absl::StatusOr<crypto::VerifiedAssertion> verified =
        crypto::VerifyAssertion(*desk_->party(), key, challenge, assertion);
    if (!verified.ok()) continue;
    Secrets next = secrets;
    uint32_t& count = next.counters[key.id().str()];
    // Two authenticators hold one key: neither can be believed.
    if (!crypto::CounterAdvanced(count, verified->sign_count)) return SignInRefused();
    count = verified->sign_count;
    return Taken{.secrets = std::move(next), .authenticator = key.id().str()};
  }
  return SignInRefused();
}

}  // namespace shareway::console
