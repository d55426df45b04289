// SPDX-License-Identifier: Apache-2.0
// Names as they are compared: what differs in form only is the same.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::codes {

// `name` after NFKC and case folding (full-width and compatibility forms become the plain ones),
// without blanks, punctuation, signs and control characters. Bytes that are not UTF-8 become
// U+FFFD first, which stays. Empty for a name of nothing else.
std::string FoldName(absl::string_view name);

// The characters of well-formed UTF-8, as parts of `text`.
std::vector<absl::string_view> Characters(absl::string_view text);

}  // namespace shareway::codes
