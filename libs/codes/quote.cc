// SPDX-License-Identifier: Apache-2.0
#include "libs/codes/quote.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"

namespace shareway::codes {

std::string Quote(absl::string_view value) {
  constexpr size_t kShown = 64;
  const bool text = IsText(value);
  absl::string_view shown = value.substr(0, kShown);
  while (text && !IsText(shown)) shown.remove_suffix(1);
  return absl::StrCat("\"", text ? absl::Utf8SafeCEscape(shown) : absl::CHexEscape(shown),
                      shown.size() < value.size() ? "…\"" : "\"");
}

absl::Status BadCode(absl::string_view kind, absl::string_view value, size_t place,
                     absl::string_view rule) {
  const std::string quoted = Quote(value);
  const std::string at = place == 0 ? "" : absl::StrCat(", place ", place);
  return Error(Reason::kFieldInvalid, absl::StatusCode::kInvalidArgument,
               absl::StrCat(kind, " ", quoted, at, ": ", rule))
      .With("value", quoted)
      .With("place", absl::StrCat(place))
      .With("rule", rule);
}

}  // namespace shareway::codes
