// SPDX-License-Identifier: Apache-2.0
// Conditions of queries and verifications, from and to their messages.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/evidence/record.h"
#include "libs/filter/row_filter.h"

namespace shareway::exchange {

using ConditionMessages = google::protobuf::RepeatedPtrField<evidence::v1::Condition>;

void AppendConditions(const std::vector<filter::Condition>& conditions, ConditionMessages* out);

// INVALID_ARGUMENT under `field` for a comparison that this version does not know.
absl::StatusOr<std::vector<filter::Condition>> ReadConditions(const ConditionMessages& messages,
                                                              absl::string_view field);

}  // namespace shareway::exchange
