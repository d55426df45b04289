// SPDX-License-Identifier: Apache-2.0
// Reads the file of aggregation rules.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/aggregation_rule.h"

namespace shareway::exchange {

// Reads JSON as deploy/aggregation/rules.json has it. INVALID_ARGUMENT naming line or rule for what
// does not read, a field that no rule has included.
absl::StatusOr<std::vector<AggregationRule>> ReadRules(absl::string_view json);

}  // namespace shareway::exchange
