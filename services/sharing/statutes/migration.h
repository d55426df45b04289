// SPDX-License-Identifier: Apache-2.0
// The migration report from one legal text to another (D14, R25 in force from 2025-08-01).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/migration.h"

namespace shareway::sharing {

// Up to `limit` matters after `cursor`: changed terms, then resources, grants and requests of the
// providers that the actor's authority is in charge of. A page may be short or empty before the last
// one: each call reads at most a few thousand objects. INVALID_ARGUMENT naming `from` or `to` if it is
// not loaded, or both are the same.
absl::StatusOr<Page<MigrationItem>> CompareProfiles(const Desk& desk, const Actor& actor,
                                             const std::string& from, const std::string& to,
                                             const std::string& cursor, int limit);

}  // namespace shareway::sharing
