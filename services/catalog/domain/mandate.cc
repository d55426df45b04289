// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/mandate.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/secret_mark.h"
#include "libs/statute/calendar.h"
#include "services/catalog/domain/directory_rules.h"
#include "services/catalog/domain/faults.h"

namespace shareway::catalog {
namespace {

bool Has(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// True if `officer_agency` acts for the authority in charge of the agency, or for one above it.
// Levels strictly rise (Register), so the walk ends.
bool InCharge(const Register& all, absl::string_view officer_agency, absl::string_view agency) {
  const Agency* below = all.Find<Agency>(agency);
  if (below == nullptr || officer_agency.empty()) return false;
  const Authority* authority = all.Find<Authority>(below->authority);
  while (authority != nullptr && authority->agency != officer_agency) {
    authority = all.Find<Authority>(authority->superior);
  }
  return authority != nullptr;
}

absl::Status NotCompetent(absl::string_view officer_agency, absl::string_view agency) {
  return Error(Reason::kNotCompetent, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(officer_agency, " acts for no authority in charge of ", agency))
      .With("name", agency);
}

absl::Status Over(absl::string_view name, absl::string_view why) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " ", why))
      .With("name", name);
}

}  // namespace

absl::StatusOr<DirectoryObject> NewMandate(const Register& all, Mandate mandate,
                                           absl::string_view officer_agency, absl::Time now) {
  std::vector<FieldViolation> violations = Violations(mandate, {});
  const absl::CivilDay today = statute::LawDay(now);
  if (mandate.end && *mandate.end < today) {
    violations.push_back({"mandate.end_date", absl::StrCat("is over: today is ",
                                                           absl::FormatCivilTime(today))});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(violations));
  mandate.created = now;
  mandate.ended.reset();
  mandate.ended_reason.clear();
  const std::vector<std::string> agencies = mandate.agencies;
  SHAREWAY_ASSIGN_OR_RETURN(DirectoryObject stored, all.Put(std::move(mandate), {}));
  for (const std::string& agency : agencies) {
    if (!InCharge(all, officer_agency, agency)) return NotCompetent(officer_agency, agency);
  }
  return stored;
}

absl::StatusOr<DirectoryObject> EndedMandate(const Register& all, absl::string_view name,
                                             absl::string_view reason,
                                             absl::string_view officer_agency, absl::Time now) {
  Faults faults;
  faults.Text("reason", reason, 1, 500);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults.Take()));
  if (codes::IsMarkedSecret(reason)) {
    return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
                 "reason is marked as a state or work secret and is refused (R25 第三条)")
        .With("field", "reason");
  }
  const Mandate* found = all.Find<Mandate>(name);
  if (found == nullptr) return Error::NotVisible(name);
  const bool competent = std::any_of(
      found->agencies.begin(), found->agencies.end(),
      [&](const std::string& agency) { return InCharge(all, officer_agency, agency); });
  if (!competent) return NotCompetent(officer_agency, "any agency in the mandate's scope");
  if (found->ended) return Over(name, "was ended, for good");
  if (found->end && *found->end < statute::LawDay(now)) return Over(name, "is over");
  Mandate ended = *found;
  ended.ended = now;
  ended.ended_reason = std::string(reason);
  return DirectoryObject(std::move(ended));
}

bool Sees(absl::string_view person, absl::string_view agency, const std::set<Role>& roles,
          const Mandate& mandate) {
  for (Role role : {Role::kSharingAuthority, Role::kSystemAdministrator,
                    Role::kSecurityAdministrator, Role::kAuditAdministrator}) {
    if (roles.count(role) > 0) return true;
  }
  return Has(mandate.supervisors, person) || Has(mandate.agencies, agency);
}

}  // namespace shareway::catalog
