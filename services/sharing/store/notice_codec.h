// SPDX-License-Identifier: Apache-2.0
// Notices as cases (case_row.h): to the parties, the authority in charge, and whom they were reported to.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/notice.h"
#include "services/sharing/store/case_row.h"

namespace shareway::sharing {

std::string Encode(const Notice& value);
absl::Status Decode(absl::string_view bytes, Notice* value);
CaseRow RowOf(const Notice& value, uint64_t version);
bool Visible(const Notice& value, const Actor& actor, const Parties& parties);

}  // namespace shareway::sharing
