// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/words.h"

#include <algorithm>
#include <cstdint>

namespace shareway::catalog::search {
namespace {

// The character at `*i`, which is moved behind it; 0 for a byte that begins none.
char32_t Next(absl::string_view text, size_t* i) {
  const auto byte = [text](size_t at) { return static_cast<uint8_t>(text[at]); };
  const uint8_t first = byte(*i);
  ++*i;
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0 || *i + static_cast<size_t>(more) > text.size()) return 0;
  char32_t c = first & (0x3Fu >> more);
  for (int k = 0; k < more; ++k) c = c << 6 | (byte((*i)++) & 0x3Fu);
  return c;
}

bool IsLatin(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9'); }

bool Separates(char32_t c) {
  if (c < 0x80) return !IsLatin(c) && c != U'_';
  return (c >= 0x2000 && c <= 0x206F) ||  // general punctuation
         (c >= 0x3000 && c <= 0x303F) ||  // Chinese punctuation: 、。《》「」【】〔〕
         (c >= 0xFE30 && c <= 0xFE4F) || c == 0xA0 || c == 0xB7;
}

char32_t FoldCharacter(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full-width forms
  if (c >= U'A' && c <= U'Z') c += 32;
  return c;
}

}  // namespace

std::u32string Fold(absl::string_view text) {
  std::u32string folded;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = FoldCharacter(Next(text, &i));
    if (c == 0) continue;
    if (!Separates(c)) {
      folded.push_back(c);
    } else if (!folded.empty() && folded.back() != kGap) {
      folded.push_back(kGap);
    }
  }
  if (!folded.empty() && folded.back() == kGap) folded.pop_back();
  return folded;
}

std::vector<std::u32string> Words(const std::u32string& folded) {
  std::vector<std::u32string> words;
  for (size_t begin = 0; begin < folded.size();) {
    const size_t end = std::min(folded.find(kGap, begin), folded.size());
    if (end > begin) words.push_back(folded.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

int Count(const std::u32string& folded, const std::u32string& word) {
  int count = 0;
  for (size_t at = folded.find(word); at != std::u32string::npos;
       at = folded.find(word, at + word.size())) {
    const bool inside = at > 0 && IsLatin(word[0]) && IsLatin(folded[at - 1]);
    if (!inside) ++count;
  }
  return count;
}

}  // namespace shareway::catalog::search
