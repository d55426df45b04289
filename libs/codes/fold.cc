// SPDX-License-Identifier: Apache-2.0
#include "libs/codes/fold.h"

#include <cstdint>

#include "unicode/normalizer2.h"
#include "unicode/uchar.h"
#include "unicode/unistr.h"

namespace shareway::codes {
namespace {

// Categories that make no name different.
constexpr uint32_t kPassedOver =
    U_GC_Z_MASK | U_GC_P_MASK | U_GC_S_MASK | U_GC_CC_MASK | U_GC_CF_MASK;
constexpr UChar32 kReplacement = 0xFFFD;

}  // namespace

std::string FoldName(absl::string_view name) {
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<int32_t>(name.size())));
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
  icu::UnicodeString normal = text;
  if (nfkc != nullptr && U_SUCCESS(error)) normal = nfkc->normalize(text, error);
  icu::UnicodeString kept;
  for (int32_t i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
    const UChar32 c = normal.char32At(i);
    if (c == kReplacement || (U_GET_GC_MASK(c) & kPassedOver) == 0) kept.append(c);
  }
  std::string folded;
  kept.toUTF8String(folded);
  return folded;
}

std::vector<absl::string_view> Characters(absl::string_view text) {
  std::vector<absl::string_view> characters;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin + 1;
    while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0u) == 0x80u) ++end;
    characters.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return characters;
}

}  // namespace shareway::codes
