// SPDX-License-Identifier: Apache-2.0
// Changes of service and return flow, as cases (case_row.h).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/return_flow.h"
#include "services/sharing/domain/service_change.h"
#include "services/sharing/store/case_row.h"

namespace shareway::sharing {

// A change of service is its provider's, the consumers' that are consulted, and the authority's in
// charge of the provider; a return flow is everybody's, a request for one its parties' and the
// authority's in charge.

std::string Encode(const ServiceChange& value);
absl::Status Decode(absl::string_view bytes, ServiceChange* value);
CaseRow RowOf(const ServiceChange& value, uint64_t version);
bool Visible(const ServiceChange& value, const Actor& actor, const Parties& parties);

std::string Encode(const ReturnFlow& value);
absl::Status Decode(absl::string_view bytes, ReturnFlow* value);
CaseRow RowOf(const ReturnFlow& value, uint64_t version);
bool Visible(const ReturnFlow& value, const Actor& actor, const Parties& parties);

std::string Encode(const ReturnRequest& value);
absl::Status Decode(absl::string_view bytes, ReturnRequest* value);
CaseRow RowOf(const ReturnRequest& value, uint64_t version);
bool Visible(const ReturnRequest& value, const Actor& actor, const Parties& parties);

}  // namespace shareway::sharing
