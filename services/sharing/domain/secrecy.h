// SPDX-License-Identifier: Apache-2.0
// State and work secrets are refused in every text that people send (R25 第三条).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/filter/row_filter.h"

namespace shareway::sharing {

// INVALID_ARGUMENT, SECRET_REFUSED, for the first text that is marked as a secret, with its field,
// the article and the profile that governs; never with what stands there. Call it before
// anything that quotes or keeps the texts.
absl::Status RefuseSecrets(
    const std::vector<std::pair<std::string, absl::string_view>>& texts,
    absl::string_view profile);

// The same for the values of a row filter, as `field`.row_filter and `field`.row_expression.
absl::Status RefuseSecrets(const filter::RowFilter& rows, absl::string_view field,
                           absl::string_view profile);

}  // namespace shareway::sharing
