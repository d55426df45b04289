// SPDX-License-Identifier: Apache-2.0
// Text as search sees it: folded units, the words of a query, and the tokens that the index keeps.
//
// Folding is by character, so that a part of a text folds as it does within the whole: NFKD without
// combining marks (full-width forms become half-width, ligatures their letters), lower case,
// Traditional characters made Simplified (OpenCC's t2s). It serves finding alone: what is shown is
// always the text as it was written.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::catalog::search {

// Letters of a unit beyond these are not looked at, in texts and in queries.
inline constexpr size_t kMaxLetters = 32;

// FAILED_PRECONDITION if OpenCC's tables cannot be read: without them Traditional
// characters would find nothing. Takes a moment the first time.
absl::Status CheckFolding();

// One Chinese character or kana, or a run of other letters and digits. All else separates.
struct Unit {
  std::string text = {};  // folded, UTF-8; never empty
  bool han = false;       // a Chinese character or kana
  bool gap = false;       // something separates it from the unit before
  size_t begin = 0;       // its bytes in the text
  size_t end = 0;
};
// The units of `text` in order. Bytes that are no UTF-8 separate.
std::vector<Unit> UnitsOf(absl::string_view text);

// What a query looks for: units next to one another. A single unit of letters finds
// units that begin so, unless it was quoted.
struct Word {
  std::vector<Unit> units = {};
  bool quoted = false;
};
// The words of a query. Blanks and punctuation separate words; within quotation marks
// (" or “ ”) all is one word, whose separators the text has, too.
std::vector<Word> WordsOf(absl::string_view query);

// Where `word` occurs in `units`: first unit and the one after the last, without overlap.
std::vector<std::pair<size_t, size_t>> Occurrences(const std::vector<Unit>& units,
                                                   const Word& word);

// What the index keeps of a text: tokens separated by blanks. For a run of Chinese
// characters abc: Ba ab bc c, for letters themselves, in order, with R between two equal ones;
// then each character, each pair of a run and each beginning of letters once, marked by S. So
// every word is found by tokens that follow one another, exactly, and no two neighbours are equal.
std::string Stream(absl::string_view text);
// The tokens of a word, separated by blanks: a part of Stream of each text that has it.
// Letters of any script, digits and blanks alone: no syntax of anything.
std::string Phrase(const Word& word);
// True if no stream has `phrase` twice: it is one token that is marked by S.
bool OccursOnce(absl::string_view phrase);

}  // namespace shareway::catalog::search
