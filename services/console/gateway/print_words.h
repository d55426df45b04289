// SPDX-License-Identifier: Apache-2.0
// The words of printed pages, in three languages.
#pragma once

#include "absl/strings/string_view.h"
#include "libs/base/reason.h"

namespace shareway::console {

// A label by its key, or the words for an enum's value by its name. What is not in the list is
// told as it is: a value that is newer than this list stays readable.
absl::string_view Word(absl::string_view key, Language language);

}  // namespace shareway::console
