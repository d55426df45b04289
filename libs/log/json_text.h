// SPDX-License-Identifier: Apache-2.0
// Text as a JSON string that cannot harm the reader of a log.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace shareway::log {

// Longer values are cut between characters and end in "…".
inline constexpr size_t kMaxValueBytes = 1024;

// Adds `text` to `line` in quotes. Escaped are control characters (C0, DEL, C1),
// line separators, and marks without width that turn the direction of writing
// (CVE-2021-42574); each byte that is not UTF-8 becomes U+FFFD.
void AppendJsonText(absl::string_view text, std::string* line);

}  // namespace shareway::log
