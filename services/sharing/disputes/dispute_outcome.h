// SPDX-License-Identifier: Apache-2.0
// What a closed dispute leaves behind, in the batch that closes it: the grant that it gives, the
// one that this replaces, supply that is due anew.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Who closes a dispute, and by what.
struct Closing {
  const Errand& errand;
  const Parties& parties;
  const StatuteText& text;  // that the dispute cites
  std::string act = {};     // exact bytes of the SignedAct that a grant rests on
  std::optional<Scope> scope = {};  // what is granted, if it was stated
  bool scope_sent = true;           // in this very call; false: it was settled on before
  absl::Time now = {};
};

// The name of the grant that outcome GRANT gives: a fresh one, but for data that are to be passed
// on under a grant that there is.
absl::StatusOr<std::string> GrantNameFor(const Desk& desk, const DisputeSubject& subject);

// The scope that outcome GRANT gives: the stated one, or the most there is. INVALID_ARGUMENT
// naming what is missing or goes too far in what was `sent` in this call; FAILED_PRECONDITION,
// PROPOSAL_OUTDATED, for what was not and can no longer be granted, for example because its period
// is over; FAILED_PRECONDITION unless the resource is PUBLISHED, or NOT_SHARED where it must be
// reclassified first.
absl::StatusOr<Scope> GrantedScope(const Desk& desk, const DisputeSubject& subject,
                                   const std::optional<Scope>& stated, const StatuteText& text,
                                   absl::Time now, bool sent = true);

// Adds to the change what follows of the outcome of `closed`: for GRANT an APPROVED request with
// its grant, and the end of the one that it replaces; for SUPPLY over late supply the request,
// whose supply is owed anew. RECLASSIFY is the catalogue's to carry out, SUPPLY over other matters
// the provider's: they are told by the dispute's own event. FAILED_PRECONDITION if the grant that
// is to be changed or replaced does not stand so that it can be, or without the consent that data
// which the provider received itself are passed on (grants/passing_on.h).
absl::Status AddConsequences(const Desk& desk, const Dispute& closed, const Closing& closing,
                             Change* change);

}  // namespace shareway::sharing
