// SPDX-License-Identifier: Apache-2.0
// The refusals that the rules of sharing share, each in one wording.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"

namespace shareway::sharing {

// FAILED_PRECONDITION, STATE_FORBIDS: `name` is `now`, the act needs `want`.
absl::Status WrongState(absl::string_view name, absl::string_view now, absl::string_view want);

// PERMISSION_DENIED, POLICY_DENIED: a party or officer who may see the object, but
// not do this. `who` says who may, with the article.
absl::Status WrongPerson(absl::string_view name, absl::string_view who);

// FAILED_PRECONDITION, OWN_REQUEST: `person` took part as `part`.
absl::Status OwnRequest(absl::string_view name, absl::string_view person, absl::string_view part);

// Adds a violation unless `text` is well-formed and has `min` to `max` characters.
void CheckText(absl::string_view text, int min, int max, absl::string_view field,
               std::vector<FieldViolation>* out);

}  // namespace shareway::sharing
