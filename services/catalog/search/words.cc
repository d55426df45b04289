// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/words.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <cstdint>
#include <exception>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "opencc/SimpleConverter.hpp"

namespace shareway::catalog::search {
namespace {

using Table = absl::flat_hash_map<char32_t, char32_t>;

constexpr char32_t kNone = 0xFFFFFFFF;

// Tokens of text are folded, so upper-case letters are free for marks. kAgain stands between two
// equal tokens, kBegin before the character that begins a run, kOnce before what a stream has once.
constexpr char kAgain[] = "R";
constexpr char kBegin[] = "B";
constexpr char kOnce[] = "S";

// The character at `*i`, which is moved behind it; kNone for bytes that are none.
char32_t Next(absl::string_view text, size_t* i) {
  const auto byte = [text](size_t at) { return static_cast<uint8_t>(text[at]); };
  const uint8_t first = byte(*i);
  ++*i;
  if (first < 0x80) return first;
  const size_t more = first >= 0xF8   ? 0
                      : first >= 0xF0 ? 3
                      : first >= 0xE0 ? 2
                      : first >= 0xC0 ? 1
                                      : 0;
  if (more == 0 || *i + more > text.size()) return kNone;
  char32_t c = first & (0x3Fu >> more);
  for (size_t k = 0; k < more; ++k) {
    if ((byte(*i + k) & 0xC0u) != 0x80u) return kNone;
    c = c << 6 | (byte(*i + k) & 0x3Fu);
  }
  *i += more;
  return c <= 0x10FFFF ? c : kNone;
}

void AppendUtf8(char32_t c, std::string* to) {
  const auto put = [to](char32_t byte) { to->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// What OpenCC makes of each ideograph alone: lines, so that it sees no phrases, whose
// characters it would convert by their company.
absl::StatusOr<Table> ReadTable() {
  std::string all;
  const std::pair<char32_t, char32_t> blocks[] = {{0x3400, 0x9FFF}, {0x20000, 0x2A6DF}};
  for (const auto& [first, last] : blocks) {
    for (char32_t c = first; c <= last; ++c) {
      AppendUtf8(c, &all);
      all.push_back('\n');
    }
  }
  std::string simplified;
  try {
    simplified = opencc::SimpleConverter("t2s.json").Convert(all);
  } catch (const std::exception& e) {
    return absl::FailedPreconditionError(
        absl::StrCat("OpenCC's t2s.json cannot be read, so Traditional characters cannot be "
                     "folded: ",
                     e.what()));
  }
  Table table;
  size_t i = 0;
  size_t j = 0;
  while (i < all.size() && j < simplified.size()) {
    const char32_t from = Next(all, &i);
    const char32_t to = Next(simplified, &j);
    if (from != to && to != kNone && to != U'\n') table[from] = to;
    i = all.find('\n', i) + 1;
    j = simplified.find('\n', j) + 1;
    if (j == 0) break;
  }
  if (table.empty()) return absl::FailedPreconditionError("OpenCC's t2s.json converts nothing");
  return table;
}

const absl::StatusOr<Table>& Simplified() {
  static const auto& table = *new absl::StatusOr<Table>(ReadTable());
  return table;
}

bool IsHan(char32_t c) {
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_IDEOGRAPHIC) != 0 ||
         (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) || (c >= 0x31F0 && c <= 0x31FF);
}

bool IsLetter(char32_t c) {
  return c < 0x80 ? (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9')
                  : u_isalnum(static_cast<UChar32>(c)) != 0;
}

bool IsMark(char32_t c) {
  const int8_t type = u_charType(static_cast<UChar32>(c));
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
}

char32_t FoldOne(char32_t c) {
  c = static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT));
  if (c < 0x3400 || !Simplified().ok()) return c;
  const auto it = Simplified()->find(c);
  return it == Simplified()->end() ? c : it->second;
}

// The folded characters of `c`; none for a combining mark.
std::u32string Fold(char32_t c) {
  if (c < 0x80) return std::u32string(1, c >= U'A' && c <= U'Z' ? c + 32 : c);
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* nfkd = unorm2_getNFKDInstance(&error);
  UChar units[64];
  const int32_t length =
      U_FAILURE(error) ? -1
                       : unorm2_getDecomposition(nfkd, static_cast<UChar32>(c), units, 64, &error);
  std::u32string folded;
  if (length < 0 || U_FAILURE(error)) {
    if (!IsMark(c)) folded.push_back(FoldOne(c));
    return folded;
  }
  for (int32_t i = 0; i < length; ++i) {
    char32_t one = units[i];
    if (one >= 0xD800 && one <= 0xDBFF && i + 1 < length) {
      ++i;
      one = 0x10000 + ((one - 0xD800) << 10) + (static_cast<char32_t>(units[i]) - 0xDC00);
    }
    if (!IsMark(one)) folded.push_back(FoldOne(one));
  }
  return folded;
}

// The beginnings of `letters`, each a number of whole characters.
std::vector<std::string> Beginnings(const std::string& letters) {
  std::vector<std::string> beginnings;
  for (size_t i = 0; i < letters.size();) {
    Next(letters, &i);
    beginnings.push_back(letters.substr(0, i));
  }
  return beginnings;
}

// True for two Chinese characters that stand next to each other.
bool IsPair(const Unit& first, const Unit& second) {
  return first.han && second.han && !second.gap;
}

// The end of the run of Chinese characters that begins at `i`.
size_t RunEnd(const std::vector<Unit>& units, size_t i) {
  size_t end = i + 1;
  while (end < units.size() && units[end].han && !units[end].gap) ++end;
  return end;
}

// Tokens in order. With `inner`, the first run begins and the last ends inside of runs, as those
// of a query may. The character that begins a run is not the token of one that ends it: else one
// alone, which does both, would be found as two with something between them. Two equal ones in a row would be one to Groonga's phrases, so kAgain parts them:
// in texts and phrases alike, for it depends on nothing but the two.
std::string Tokens(const std::vector<Unit>& units, bool inner) {
  std::string tokens;
  std::string last;
  const auto put = [&tokens, &last](absl::string_view a, absl::string_view b) {
    std::string token = absl::StrCat(a, b);
    if (token == last) absl::StrAppend(&tokens, " ", kAgain);
    absl::StrAppend(&tokens, tokens.empty() ? "" : " ", token);
    last = std::move(token);
  };
  for (size_t i = 0; i < units.size();) {
    if (!units[i].han) {
      put(units[i].text, "");
      ++i;
      continue;
    }
    const size_t end = RunEnd(units, i);
    if (!inner || i > 0) put(kBegin, units[i].text);
    for (size_t k = i; k + 1 < end; ++k) put(units[k].text, units[k + 1].text);
    if (!inner || end < units.size()) put(units[end - 1].text, "");
    i = end;
  }
  return tokens;
}

bool Same(const Unit& unit, const Word& word, size_t k) {
  const Unit& wanted = word.units[k];
  if (unit.han != wanted.han) return false;
  if (k > 0 && unit.han && word.units[k - 1].han && unit.gap != wanted.gap) return false;
  if (word.units.size() == 1 && !word.quoted && !unit.han) {
    return absl::StartsWith(unit.text, wanted.text);
  }
  return unit.text == wanted.text;
}

}  // namespace

absl::Status CheckFolding() { return Simplified().status(); }

std::vector<Unit> UnitsOf(absl::string_view text) {
  std::vector<Unit> units;
  bool open = false;     // the last unit is letters that may go on
  bool gap = false;      // something separates what comes from the last unit
  size_t letters = 0;    // of the last unit
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    const char32_t c = Next(text, &i);
    if (c == kNone) {
      open = false;
      gap = true;
      continue;
    }
    const std::u32string folded = Fold(c);
    if (folded.empty() && !units.empty()) units.back().end = i;  // its combining mark
    for (char32_t one : folded) {
      if (IsHan(one)) {
        Unit unit = {.han = true, .gap = gap, .begin = begin, .end = i};
        AppendUtf8(one, &unit.text);
        units.push_back(std::move(unit));
        open = gap = false;
      } else if (!IsLetter(one)) {
        open = false;
        gap = true;
      } else {
        if (!open) {
          units.push_back({.gap = gap, .begin = begin});
          letters = 0;
        }
        if (letters < kMaxLetters) AppendUtf8(one, &units.back().text);
        ++letters;
        units.back().end = i;
        open = true;
        gap = false;
      }
    }
  }
  return units;
}

std::vector<Word> WordsOf(absl::string_view query) {
  std::vector<Word> words;
  std::string part;
  bool quoted = false;
  const auto close = [&] {
    Word word = {.quoted = quoted};
    for (Unit& unit : UnitsOf(part)) {
      if (!quoted && unit.gap && !word.units.empty()) {
        words.push_back(std::move(word));
        word = {.quoted = quoted};
      }
      word.units.push_back(std::move(unit));
    }
    if (!word.units.empty()) words.push_back(std::move(word));
    part.clear();
  };
  for (size_t i = 0; i < query.size();) {
    const size_t begin = i;
    const char32_t c = Next(query, &i);
    if (c == U'"' || c == 0x201C || c == 0x201D || c == 0xFF02) {
      close();
      quoted = !quoted;
    } else {
      absl::StrAppend(&part, query.substr(begin, i - begin));
    }
  }
  close();
  return words;
}

std::vector<std::pair<size_t, size_t>> Occurrences(const std::vector<Unit>& units,
                                                   const Word& word) {
  std::vector<std::pair<size_t, size_t>> found;
  const size_t size = word.units.size();
  for (size_t i = 0; size > 0 && i + size <= units.size();) {
    size_t k = 0;
    while (k < size && Same(units[i + k], word, k)) ++k;
    if (k < size) {
      ++i;
      continue;
    }
    found.emplace_back(i, i + size);
    i += size;
  }
  return found;
}

std::string Stream(absl::string_view text) {
  const std::vector<Unit> units = UnitsOf(text);
  std::string stream = Tokens(units, /*inner=*/false);
  std::set<std::string> once;
  for (size_t i = 0; i < units.size(); ++i) {
    for (std::string& beginning : Beginnings(units[i].text)) once.insert(std::move(beginning));
    if (i > 0 && IsPair(units[i - 1], units[i])) once.insert(units[i - 1].text + units[i].text);
  }
  for (const std::string& token : once) absl::StrAppend(&stream, " ", kOnce, token);
  return stream;
}

std::string Phrase(const Word& word) {
  if (word.units.size() == 1 && (word.units[0].han || !word.quoted)) {
    return absl::StrCat(kOnce, word.units[0].text);
  }
  if (word.units.size() == 2 && IsPair(word.units[0], word.units[1])) {
    return absl::StrCat(kOnce, word.units[0].text, word.units[1].text);
  }
  return Tokens(word.units, /*inner=*/true);
}

bool OccursOnce(absl::string_view phrase) {
  return absl::StartsWith(phrase, kOnce) && !absl::StrContains(phrase, ' ');
}

}  // namespace shareway::catalog::search
