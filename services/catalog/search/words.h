// SPDX-License-Identifier: Apache-2.0
// Text as search sees it: folded characters in runs.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::catalog::search {

// What separates runs in folded text.
inline constexpr char32_t kGap = U' ';

// The characters of well-formed UTF-8 with Latin letters in lower case and
// full-width forms made half-width; blanks and punctuation, Chinese and Western,
// become one gap. Other bytes are passed over.
std::u32string Fold(absl::string_view text);

// The runs between gaps, in order.
std::vector<std::u32string> Words(const std::u32string& folded);

// How often `word` occurs in `folded`. A word that begins with a Latin letter or
// a digit occurs only where one begins; Chinese is not written in words.
int Count(const std::u32string& folded, const std::u32string& word);

}  // namespace shareway::catalog::search
