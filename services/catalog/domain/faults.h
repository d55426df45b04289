// SPDX-License-Identifier: Apache-2.0
// Collects the rules that a request breaks, so that a person sees all at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"

namespace shareway::catalog {

class Faults {
 public:
  // `prefix` goes before every field, for example "agency.".
  explicit Faults(absl::string_view prefix = "") : prefix_(prefix) {}

  // `rule` names value and limit, and the article where the law says so.
  void Add(absl::string_view field, absl::string_view rule) {
    list_.push_back({absl::StrCat(prefix_, field), std::string(rule)});
  }
  // A status of libs/codes, as a fault of `field`; nothing for OK.
  void Add(absl::string_view field, const absl::Status& status) {
    if (!status.ok()) Add(field, status.message());
  }
  // Adds unless `value` is clean UTF-8 of `min` to `max` characters.
  void Text(absl::string_view field, absl::string_view value, int min, int max) {
    if (!IsText(value)) {
      return Add(field, absl::StrCat(codes::Quote(value), " is not text in UTF-8"));
    }
    const int length = CodePoints(value);
    if (length >= min && length <= max) return;
    Add(field, absl::StrCat("has ", length, " characters, want ", min, " to ", max));
  }

  bool empty() const { return list_.empty(); }
  std::vector<FieldViolation> Take() { return std::move(list_); }

 private:
  const std::string prefix_;
  std::vector<FieldViolation> list_;
};

}  // namespace shareway::catalog
