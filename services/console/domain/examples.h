// SPDX-License-Identifier: Apache-2.0
// People and accounts that tests begin with.
#pragma once

#include <string>

#include "libs/base/error.h"
#include "services/console/domain/account.h"

namespace shareway::console {

inline constexpr char kTax[] = "agencies/11990100MB0000001X";
inline constexpr char kCivil[] = "agencies/11990100MB00000028";

// A morning in Shanghai.
inline absl::Time Morning() {
  return absl::FromCivil(absl::CivilHour(2025, 9, 30, 1), absl::UTCTimeZone());
}

inline Person With(const std::string& id, Roles roles, const std::string& agency = kTax) {
  return {
      .name = "people/" + id, .display_name = "张伟", .agency = agency, .roles = std::move(roles)};
}
inline Person Clerk() { return With("clerk", {Role::kClerk}); }
inline Person Keeper() { return With("keeper", {Role::kAccountAdministrator}); }
inline Person Stranger() { return With("stranger", {Role::kAccountAdministrator}, kCivil); }
inline Person System() { return With("system", {Role::kSystemAdministrator}, kCivil); }
inline Person Security() { return With("security", {Role::kSecurityAdministrator}, kCivil); }
inline Person Audit() { return With("audit", {Role::kAuditAdministrator}, kCivil); }

inline Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

}  // namespace shareway::console
