// SPDX-License-Identifier: Apache-2.0
// What a reader may ask: the shape of searches and exports.
#pragma once

#include "absl/status/status.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// Entries that one pack holds at most, and that one request may name.
inline constexpr int kMaxPackEntries = 1000;

// INVALID_ARGUMENT naming each field that no search can mean: names of another
// shape, an exchange id that is none, times that are none, an unknown result, a
// reason that is no reason's name. What is asked together, Query::Check judges.
absl::Status CheckSearch(const v1::SearchEntriesRequest& request);

// INVALID_ARGUMENT naming each field: not exactly one of exchange, indices,
// case_object and agency; an agency without both times, or times without agency;
// malformed names; more than kMaxPackEntries indices.
absl::Status CheckExport(const v1::ExportEvidenceRequest& request);

}  // namespace shareway::audit
