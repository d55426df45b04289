// SPDX-License-Identifier: Apache-2.0
// Values of the console as bytes: equal values, equal bytes. Decode answers DATA_LOSS for what does
// not read.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/console/domain/account.h"
#include "services/console/domain/lockout.h"
#include "services/console/domain/role_proposal.h"
#include "services/console/domain/session.h"
#include "services/console/store/secrets.h"

namespace shareway::console {

std::string Encode(const Account& account);
absl::Status Decode(absl::string_view bytes, Account* account);
std::string Encode(const Secrets& secrets);
absl::Status Decode(absl::string_view bytes, Secrets* secrets);
std::string Encode(const OpenCode& code);
absl::Status Decode(absl::string_view bytes, OpenCode* code);
std::string Encode(const Failures& failures);
absl::Status Decode(absl::string_view bytes, Failures* failures);
std::string Encode(const Session& session);
absl::Status Decode(absl::string_view bytes, Session* session);
std::string Encode(const RoleProposal& proposal);
absl::Status Decode(absl::string_view bytes, RoleProposal* proposal);
std::string Encode(const PermissionEntry& entry);
absl::Status Decode(absl::string_view bytes, PermissionEntry* entry);
std::string Encode(const Roles& roles);
absl::Status Decode(absl::string_view bytes, Roles* roles);

}  // namespace shareway::console
