// SPDX-License-Identifier: Apache-2.0
// The change of a live grant: what may be asked for, and what an approval makes of the grant.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// What the grant lets through from `today` on.
Scope ScopeOf(const Grant& grant, absl::CivilDay today);

// What is asked to change. `scope` is the whole new scope, unset for THIRD_PARTY, which passes on
// what is granted; `third` is the agency that `change` names, as the directory knows it.
struct ChangeAsked {
  ScopeChange change = {};
  std::string legal_basis = {};
  std::string scenario = {};
  std::optional<Scope> scope = {};
  Agency third = {};
};

// Drafts a request for the change (R25 25(1)); `grant` is of the actor's agency.
// PERMISSION_DENIED unless the actor is an applicant of the consumer; FAILED_PRECONDITION as
// CheckLive; INVALID_ARGUMENT naming each part that breaks a rule: WIDER_SCOPE goes beyond the
// grant in something else than purposes, NEW_PURPOSE has one that the grant lacks, both from today
// on; THIRD_PARTY names an active agency that is neither side and has no consent yet.
absl::StatusOr<Request> DraftChange(const ChangeAsked& asked, const Grant& grant,
                                    const Actor& actor, const Parties& parties,
                                    const Resource& resource, const StatuteText& text,
                                    std::string name, absl::Time now);

// FAILED_PRECONDITION, STATE_FORBIDS, unless the grant is ACTIVE and its period not over.
absl::Status CheckLive(const Grant& grant, absl::Time now);

// FAILED_PRECONDITION, GROUND_REQUIRED, if a decision on a change would take away what the grant
// gives and the consumer asked to keep: that is a revocation, which needs a ground (R25 27(3)).
absl::Status CheckKeeps(const Scope& granted, const Scope& asked, const Grant& grant,
                        absl::Time now);

// The grant after the APPROVED change of it: ended as replaced by the request's own grant, or with
// the third party. A consent to pass on is to what was granted then: the new grant starts without.
Grant Changed(const Grant& grant, const Request& approved);

// FAILED_PRECONDITION, CONSENT_REQUIRED, naming grant, agency, article and what to do, unless the
// agency is a side of the grant or the grant bears the provider's consent to pass the data on to it
// (M16 14; R25 25(1)). `item`, if any, is named with them.
absl::Status MayPassOn(const Grant& grant, absl::string_view agency, const StatuteText& text,
                       absl::string_view item = "");

}  // namespace shareway::sharing
