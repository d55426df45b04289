// SPDX-License-Identifier: Apache-2.0
// What each directory object must look like by itself, whatever else is registered.
#pragma once

#include <vector>

#include "libs/base/error.h"
#include "services/catalog/domain/register.h"

namespace shareway::catalog {

inline constexpr size_t kMaxHostedAgencies = 200;
inline constexpr size_t kMaxSupervisors = 50;               // of one mandate
inline constexpr size_t kMaxMandateAgencies = 500;          // of one mandate
inline constexpr absl::civil_diff_t kMaxMandateDays = 366;  // its first and last day included

// Every rule that `object` breaks, fields as in the Put requests (agency.division).
std::vector<FieldViolation> Violations(const DirectoryObject& object, const ProfileIds& profiles);

// True for host:port, the host a DNS name, an IPv4 or a bracketed IPv6 address.
bool IsHostPort(absl::string_view address);

}  // namespace shareway::catalog
