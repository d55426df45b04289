// SPDX-License-Identifier: Apache-2.0
// A pattern that texts match whole, in time linear in the text whatever the pattern is.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}

namespace shareway::codes {

// Copies share the pattern. Thread-safe.
class Pattern {
 public:
  // RE2's syntax over UTF-8, case-sensitive. INVALID_ARGUMENT naming what is wrong with it.
  static absl::StatusOr<Pattern> Compile(absl::string_view text);

  // True if the whole of `text`, clean UTF-8, matches.
  bool Matches(absl::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace shareway::codes
