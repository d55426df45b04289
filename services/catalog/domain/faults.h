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

// "RULE (ARTICLE, PROFILE)"; what is empty is left out.
inline std::string Cited(absl::string_view rule, absl::string_view article,
                         absl::string_view profile) {
  if (article.empty() && profile.empty()) return std::string(rule);
  const absl::string_view between = article.empty() || profile.empty() ? "" : ", ";
  return absl::StrCat(rule, " (", article, between, profile, ")");
}

class Faults {
 public:
  // `prefix` goes before every field, for example "agency.".
  explicit Faults(absl::string_view prefix = "") : prefix_(prefix) {}

  // From now on each rule is followed by the article that it rests on and by the legal text as
  // profile@version, so that who is refused can look it up.
  void Under(absl::string_view article, absl::string_view profile) {
    article_ = std::string(article);
    profile_ = std::string(profile);
  }

  // `rule` names value and limit.
  void Add(absl::string_view field, absl::string_view rule) { Add(field, rule, article_); }
  // The same for a rule that rests on another article than the rules around it.
  void Add(absl::string_view field, absl::string_view rule, absl::string_view article) {
    list_.push_back({absl::StrCat(prefix_, field), Cited(rule, article, profile_)});
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
  std::string article_;
  std::string profile_;
  std::vector<FieldViolation> list_;
};

}  // namespace shareway::catalog
