// SPDX-License-Identifier: Apache-2.0
// How a refused code looks inside a message.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::codes {

// `value` in quotes, printable, cut after 64 bytes at a character boundary.
std::string Quote(absl::string_view value);

// INVALID_ARGUMENT, reason FIELD_INVALID: "KIND "VALUE", place N: RULE". Place 0
// means the whole code and is left out.
absl::Status BadCode(absl::string_view kind, absl::string_view value, size_t place,
                     absl::string_view rule);

}  // namespace shareway::codes
