// SPDX-License-Identifier: Apache-2.0
// What follows a grant, as cases (case_row.h).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/domain/use_record.h"
#include "services/sharing/store/case_row.h"

namespace shareway::sharing {

// Disposals, inspections and offline deliveries are the parties' and the authority's in charge; use
// records are the consumer's own, and others read them by an inspection. Use records, inspections and
// deliveries stand in the list of their grant, too.

std::string Encode(const Disposal& value);
absl::Status Decode(absl::string_view bytes, Disposal* value);
CaseRow RowOf(const Disposal& value, uint64_t version);
bool Visible(const Disposal& value, const Actor& actor, const Parties& parties);

std::string Encode(const UseRecord& value);
absl::Status Decode(absl::string_view bytes, UseRecord* value);
CaseRow RowOf(const UseRecord& value, uint64_t version);
bool Visible(const UseRecord& value, const Actor& actor, const Parties& parties);
// The consumer: in evidence nobody else reads it either, for who reads there is in no inspection.
std::vector<std::string> EvidenceReaders(const UseRecord& value);

std::string Encode(const UseInspection& value);
absl::Status Decode(absl::string_view bytes, UseInspection* value);
CaseRow RowOf(const UseInspection& value, uint64_t version);
bool Visible(const UseInspection& value, const Actor& actor, const Parties& parties);

std::string Encode(const OfflineDelivery& value);
absl::Status Decode(absl::string_view bytes, OfflineDelivery* value);
CaseRow RowOf(const OfflineDelivery& value, uint64_t version);
bool Visible(const OfflineDelivery& value, const Actor& actor, const Parties& parties);

}  // namespace shareway::sharing
