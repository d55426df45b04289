// SPDX-License-Identifier: Apache-2.0
// 预先同意: the provider's head agrees beforehand to requests for a resource.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/resource.h"

namespace shareway::sharing {

// A standing consent. At most one of a resource is not withdrawn.
struct Consent {
  std::string name = {};      // consents/{c}
  std::string resource = {};  // resources/{r}
  std::string provider = {};  // agencies/{a}
  std::string signer = {};    // people/{p}
  std::string act = {};       // exact bytes of the SignedAct
  absl::Time create_time = {};
  std::optional<absl::Time> withdraw_time = {};

  // True if it answers requests for `asked` now: not withdrawn, and the resource as a
  // whole is still UNCONDITIONAL, as it was when the head signed.
  bool Answers(const Resource& asked) const;

  friend bool operator==(const Consent&, const Consent&) = default;
};

// The head of the resource's provider consents. The caller checked that the resource
// is the actor's own agency's. FAILED_PRECONDITION unless it is PUBLISHED and UNCONDITIONAL.
absl::StatusOr<Consent> GiveConsent(const Actor& actor, const Resource& resource,
                                    std::string name, std::string act, absl::Time now);

// FAILED_PRECONDITION if it is withdrawn. Grants that cite it stay.
absl::StatusOr<Consent> WithdrawConsent(const Consent& consent, absl::Time now);

}  // namespace shareway::sharing
