// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/sheet.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::catalog::files {
namespace {

// True if the text, without the apostrophes that it begins with, would be computed.
bool Computed(absl::string_view text) {
  const size_t first = text.find_first_not_of('\'');
  if (first == absl::string_view::npos) return false;
  text.remove_prefix(first);
  if (absl::string_view("=+-@\t\r\n").find(text.front()) != absl::string_view::npos) return true;
  // Full-width, as a Chinese keyboard writes them.
  for (const absl::string_view wide : {"＝", "＋", "－", "＠"}) {
    if (absl::StartsWith(text, wide)) return true;
  }
  return false;
}

}  // namespace

absl::Status Refused(absl::string_view why) {
  return Error(Reason::kFileRefused, absl::StatusCode::kInvalidArgument, why);
}

absl::Status TooLarge(absl::string_view why) {
  return Error(Reason::kFileTooLarge, absl::StatusCode::kResourceExhausted, why);
}

std::string Neutralized(absl::string_view text) {
  return Computed(text) ? absl::StrCat("'", text) : std::string(text);
}

std::string Restored(absl::string_view cell) {
  const bool neutralized = !cell.empty() && cell.front() == '\'' && Computed(cell);
  return std::string(neutralized ? cell.substr(1) : cell);
}

}  // namespace shareway::catalog::files
