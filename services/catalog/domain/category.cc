// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/category.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/division_code.h"
#include "libs/codes/quote.h"

namespace shareway::catalog {
namespace {

constexpr size_t kSection = 6;  // digits of 目
constexpr size_t kMaxCategory = 40;
constexpr size_t kDivisionDigits = 6;
constexpr size_t kMaxOrganisation = 12;
constexpr size_t kMaxCode = 50;
constexpr uint32_t kMaxDigits = 10;

bool Digits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c); });
}

bool IsCode(absl::string_view code) {
  return (code.size() == 1 || code.size() == 3 || code.size() >= kSection) &&
         code.size() <= kMaxCategory && code[0] >= '1' && code[0] <= '3' && Digits(code);
}

absl::Status Wrong(absl::string_view what, absl::string_view code, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(what, " ", codes::Quote(code), " ", why));
}

absl::Status CheckRule(const CodeRule& rule) {
  if (!Digits(rule.category)) return Wrong("the code rule of", rule.category, "is not of digits");
  if (rule.strategy < CodeRule::Strategy::kSequence ||
      rule.strategy > CodeRule::Strategy::kOrganisation) {
    return Wrong("the code rule of", rule.category, "names no strategy");
  }
  if (rule.digits >= 1 && rule.digits <= kMaxDigits) return absl::OkStatus();
  return Wrong("the code rule of", rule.category,
               absl::StrCat("has sequences of ", rule.digits, " digits, want 1 to ", kMaxDigits));
}

absl::Status NoCodes(absl::string_view category, absl::string_view why) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("no code is given out under ", category, ": ", why))
      .With("category", category);
}

}  // namespace

absl::StatusOr<Categories> Categories::Make(Parts parts) {
  Categories made;
  made.version_ = std::move(parts.version);
  for (Category& category : parts.categories) {
    const std::string code = category.code;
    if (!IsCode(code)) {
      return Wrong("category", code, "is none: 类 1 to 3, 项 2 more digits, 目 3 more, 细目 any");
    }
    if (!category.label.whole()) return Wrong("category", code, "lacks a label in some language");
    if (!made.by_code_.emplace(code, std::move(category)).second) {
      return Wrong("category", code, "is given twice");
    }
  }
  for (const auto& [code, category] : made.by_code_) {
    if (code.size() > 1 && made.ParentOf(code).empty()) {
      return Wrong("category", code, "has no parent in the tree");
    }
  }
  std::set<std::string> seen;
  for (const CodeRule& rule : parts.rules) {
    SHAREWAY_RETURN_IF_ERROR(CheckRule(rule));
    if (!seen.insert(rule.category).second) {
      return Wrong("the code rule of", rule.category, "is given twice");
    }
  }
  made.rules_ = std::move(parts.rules);
  std::set<std::string> numbers;
  for (const auto& [agency, number] : parts.organisations) {
    if (number.empty() || number.size() > kMaxOrganisation || !Digits(number)) {
      return Wrong("the organisation code of", agency, "is not of 1 to 12 digits");
    }
    if (!numbers.insert(number).second) {
      return Wrong("the organisation code of", agency, "is another agency's, too");
    }
    if (number.size() != parts.organisations.begin()->second.size()) {
      return Wrong("the organisation code of", agency, "is not as long as the others");
    }
  }
  made.organisations_ = std::move(parts.organisations);
  return made;
}

const Category* Categories::Find(absl::string_view code) const {
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : &found->second;
}

std::string Categories::ParentOf(absl::string_view code) const {
  if (code.size() == 3) return Find(code.substr(0, 1)) ? std::string(code.substr(0, 1)) : "";
  if (code.size() == kSection) return Find(code.substr(0, 3)) ? std::string(code.substr(0, 3)) : "";
  for (size_t size = code.size(); size-- > kSection;) {
    if (Find(code.substr(0, size)) != nullptr) return std::string(code.substr(0, size));
  }
  return "";
}

std::vector<const Category*> Categories::List(absl::string_view under, absl::string_view code,
                                              size_t limit) const {
  std::vector<const Category*> page;
  auto at = code < under ? by_code_.lower_bound(under) : by_code_.upper_bound(code);
  for (; at != by_code_.end() && page.size() < limit && absl::StartsWith(at->first, under); ++at) {
    page.push_back(&at->second);
  }
  return page;
}

void Categories::Check(const Entry& entry, Faults* faults) const {
  if (empty() || entry.category.empty()) return;
  if (Find(entry.category) == nullptr) {
    return faults->Add("category", absl::StrCat(codes::Quote(entry.category),
                                                " is not in the tree of categories, version ",
                                                version_));
  }
  const absl::string_view classification =
      absl::string_view(entry.code).substr(0, entry.code.find('/'));
  if (!absl::StartsWith(classification, entry.category)) {
    faults->Add("category", absl::StrCat(entry.category, " is not where the code ",
                                         codes::Quote(entry.code), " is classified"));
  }
}

absl::StatusOr<Categories::Space> Categories::SpaceFor(absl::string_view category,
                                                       const Agency& agency) const {
  if (Find(category) == nullptr) {
    return Error::Field("category",
                        absl::StrCat(codes::Quote(category), " is not in the tree of categories"));
  }
  if (category.size() < kSection) {
    return Error::Field("category", absl::StrCat(category, " is above 目: codes have 类 1, 项 2 and "
                                                           "目 3 digits at least"));
  }
  const CodeRule* rule = nullptr;
  for (const CodeRule& one : rules_) {
    if (!absl::StartsWith(category, one.category)) continue;
    if (rule == nullptr || one.category.size() > rule->category.size()) rule = &one;
  }
  if (rule == nullptr) return NoCodes(category, "the installation has no rule for it");
  Space space = {.classification = std::string(category), .digits = rule->digits};
  if (rule->strategy == CodeRule::Strategy::kDivision) {
    SHAREWAY_ASSIGN_OR_RETURN(const codes::DivisionCode division,
                              codes::ParseDivisionCode(agency.division));
    space.classification += division.Padded(kDivisionDigits);
  }
  if (rule->strategy == CodeRule::Strategy::kOrganisation) {
    const auto number = organisations_.find(agency.name);
    if (number == organisations_.end()) {
      return NoCodes(category, absl::StrCat(agency.name, " has no organisation code"));
    }
    space.classification += number->second;
  }
  if (space.classification.size() + 1 + space.digits > kMaxCode) {
    return NoCodes(category, "it would be longer than 50 characters");
  }
  return space;
}

}  // namespace shareway::catalog
