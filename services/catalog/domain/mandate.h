// SPDX-License-Identifier: Apache-2.0
// When a mandate of outside supervisors (监督检查人员) may be registered and ended, and who sees it.
#pragma once

#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/catalog/domain/register.h"

namespace shareway::catalog {

// The mandate as it is to be stored, from an officer of `officer_agency`: created at `now` and not
// ended, whatever `mandate` says of it. Errors, in this order:
//   INVALID_ARGUMENT     all fields that break a rule, at once (directory_rules.h); also a
//                        period that is over
//   NOT_FOUND            REFERENCE_MISSING: a supervisor or an agency does not exist
//   FAILED_PRECONDITION  STATE_FORBIDS: a supervisor or an agency is retired
//   INVALID_ARGUMENT     a supervisor without the role, or of an agency in scope
//   ALREADY_EXISTS       there is a mandate of that name, in force or not
//   FAILED_PRECONDITION  NOT_COMPETENT: `officer_agency` does not act for an authority in charge
//                        of an agency in scope, directly or from above
absl::StatusOr<DirectoryObject> NewMandate(const Register& all, Mandate mandate,
                                           absl::string_view officer_agency, absl::Time now);

// The mandate, ended at `now`. Whoever is in charge of one agency in scope may end it, so that
// none is kept open by an agency that moved to another authority. NOT_VISIBLE if there is none;
// INVALID_ARGUMENT for a reason of not 1 to 500 characters; FAILED_PRECONDITION:
// NOT_COMPETENT, or STATE_FORBIDS if it has ended or is over.
absl::StatusOr<DirectoryObject> EndedMandate(const Register& all, absl::string_view name,
                                             absl::string_view reason,
                                             absl::string_view officer_agency, absl::Time now);

// True if the mandate is shown to the person: an officer of an authority, one of the three
// administrators, one of its supervisors, or anybody of an agency in its scope.
bool Sees(absl::string_view person, absl::string_view agency, const std::set<Role>& roles,
          const Mandate& mandate);

}  // namespace shareway::catalog
