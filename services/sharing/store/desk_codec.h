// SPDX-License-Identifier: Apache-2.0
// Comments, attachments, delegations and loaded calendars as bytes, and as rows of a change
// (case_row.h).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/comment.h"
#include "services/sharing/domain/delegation.h"
#include "services/sharing/domain/loaded_calendar.h"
#include "services/sharing/store/case_row.h"

namespace shareway::sharing {

std::string Encode(const Comment& comment);
std::string Encode(const Attachment& attachment);
std::string Encode(const Delegation& delegation);
std::string Encode(const LoadedCalendar& calendar);

absl::Status Decode(absl::string_view bytes, Comment* comment);
absl::Status Decode(absl::string_view bytes, Attachment* attachment);
absl::Status Decode(absl::string_view bytes, Delegation* delegation);
// Without its name, which is its key.
absl::Status Decode(absl::string_view bytes, LoadedCalendar* calendar);

CaseRow RowOf(const Comment& comment, uint64_t version);        // in the list of its request, alone
CaseRow RowOf(const Attachment& attachment, uint64_t version);  // in the list of its subject, alone
CaseRow RowOf(const Delegation& delegation, uint64_t version);  // in those of giver and delegate
CaseRow RowOf(const LoadedCalendar& calendar, uint64_t version);

}  // namespace shareway::sharing
