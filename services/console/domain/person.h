// SPDX-License-Identifier: Apache-2.0
// People as the directory has them, and the roles they hold. The numbers are those of policy.proto.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::console {

enum class Role {
  kUnspecified = 0,
  kApplicant,
  kClerk,
  kDataSteward,
  kCatalogueEditor,
  kDepartmentHead,
  kSharingHead,
  kProviderReviewer,
  kSharingAuthority,
  kAuditor,
  kSystemAdministrator,
  kSecurityAdministrator,
  kAuditAdministrator,
  kAccountAdministrator,
  kOutsideSupervisor,
  kRecordingOfficer,
};
using Roles = std::vector<Role>;

bool Has(const Roles& roles, Role role);
// 三员: system, security and audit administrator, of which nobody holds two.
bool OfTheThree(Role role);
int CountOfTheThree(const Roles& roles);
// One of the three, or an account administrator: these need a cryptographic factor in profile
// mlps3 (GB/T 22239-2019, 8.1.4.1 d) and have one session at a time.
bool IsAdministrator(const Roles& roles);
// SYSTEM_ADMINISTRATOR and so on.
absl::string_view RoleName(Role role);

// A person as the directory has him now. Also who acts.
struct Person {
  std::string name = {};  // people/{p}
  std::string display_name = {};
  std::string agency = {};  // agencies/{a}
  Roles roles = {};
  bool stands = true;  // he and his agency are ACTIVE

  bool has(Role role) const { return Has(roles, role); }
  friend bool operator==(const Person&, const Person&) = default;
};

}  // namespace shareway::console
