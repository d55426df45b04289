// SPDX-License-Identifier: Apache-2.0
// Corrections, recalls and demands as bytes and rows (case_row.h). Encodings are canonical: equal
// values have equal bytes. Decode answers DATA_LOSS for what does not read.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/correction.h"
#include "services/sharing/domain/demand.h"
#include "services/sharing/domain/recall.h"
#include "services/sharing/store/case_row.h"

namespace shareway::sharing {

// The log of corrections, for nodes.
inline constexpr char kCorrectionLog[] = "corrections";

// The list of a provider's corrections that its nodes have to know: open ones, and those recalled.
std::string WatchedList(absl::string_view provider);

std::string Encode(const Correction& correction);
absl::Status Decode(absl::string_view bytes, Correction* correction);
CaseRow RowOf(const Correction& correction, uint64_t version);

// What a correction proposes. Its name is proposals/ and the correction's id; no event names it, so
// that it enters no evidence.
struct Proposal {
  std::string value = {};
};
std::string ProposalName(absl::string_view correction);
absl::Status Decode(absl::string_view bytes, Proposal* proposal);
CaseRow ProposalRow(const Correction& correction, const Proposal& proposal, uint64_t version);

std::string Encode(const Recall& recall);
absl::Status Decode(absl::string_view bytes, Recall* recall);
CaseRow RowOf(const Recall& recall, uint64_t version);

std::string Encode(const Demand& demand);
absl::Status Decode(absl::string_view bytes, Demand* demand);
CaseRow RowOf(const Demand& demand, uint64_t version);

}  // namespace shareway::sharing
