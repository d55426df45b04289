// SPDX-License-Identifier: Apache-2.0
#include "libs/codes/pattern.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/codes/quote.h"
#include "re2/re2.h"

namespace shareway::codes {

absl::StatusOr<Pattern> Pattern::Compile(absl::string_view text) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<const RE2>(std::string(text), options);
  if (!compiled->ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quote(text), " is no pattern: ", compiled->error()));
  }
  return Pattern(std::move(compiled));
}

bool Pattern::Matches(absl::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace shareway::codes
