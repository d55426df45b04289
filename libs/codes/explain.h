// SPDX-License-Identifier: Apache-2.0
// Tells a person what a code is, for `shareway code check`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::codes {

// A code's kind and its parts, label and value, in the order of the code.
struct Explanation {
  std::string kind;  // "credit code", "agency id", "division code", "resource code"
  std::vector<std::pair<std::string, std::string>> parts;
};

// The kind is read from the shape: a `/` (or digits, `-`, digits) is a resource
// code, 18 characters or a `-` after them an agency's, digits of another length
// a division. INVALID_ARGUMENT with that kind's rule, or naming the three shapes.
absl::StatusOr<Explanation> Explain(absl::string_view code);

}  // namespace shareway::codes
