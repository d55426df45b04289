// SPDX-License-Identifier: Apache-2.0
// People and the roles they hold.
#include "services/console/domain/person.h"

#include <algorithm>

namespace shareway::console {

bool Has(const Roles& roles, Role role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool OfTheThree(Role role) {
  return role == Role::kSystemAdministrator || role == Role::kSecurityAdministrator ||
         role == Role::kAuditAdministrator;
}

int CountOfTheThree(const Roles& roles) {
  int count = 0;
  for (const Role role :
       {Role::kSystemAdministrator, Role::kSecurityAdministrator, Role::kAuditAdministrator}) {
    if (Has(roles, role)) ++count;
  }
  return count;
}

bool IsAdministrator(const Roles& roles) {
  return CountOfTheThree(roles) > 0 || Has(roles, Role::kAccountAdministrator);
}

absl::string_view RoleName(Role role) {
  switch (role) {
    case Role::kUnspecified:
      break;
    case Role::kApplicant:
      return "APPLICANT";
    case Role::kClerk:
      return "CLERK";
    case Role::kDataSteward:
      return "DATA_STEWARD";
    case Role::kCatalogueEditor:
      return "CATALOGUE_EDITOR";
    case Role::kDepartmentHead:
      return "DEPARTMENT_HEAD";
    case Role::kSharingHead:
      return "SHARING_HEAD";
    case Role::kProviderReviewer:
      return "PROVIDER_REVIEWER";
    case Role::kSharingAuthority:
      return "SHARING_AUTHORITY";
    case Role::kAuditor:
      return "AUDITOR";
    case Role::kSystemAdministrator:
      return "SYSTEM_ADMINISTRATOR";
    case Role::kSecurityAdministrator:
      return "SECURITY_ADMINISTRATOR";
    case Role::kAuditAdministrator:
      return "AUDIT_ADMINISTRATOR";
    case Role::kAccountAdministrator:
      return "ACCOUNT_ADMINISTRATOR";
    case Role::kOutsideSupervisor:
      return "OUTSIDE_SUPERVISOR";
    case Role::kRecordingOfficer:
      return "RECORDING_OFFICER";
  }
  return "ROLE_UNSPECIFIED";
}

}  // namespace shareway::console
