// SPDX-License-Identifier: Apache-2.0
#include "libs/codes/division_code.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/codes/quote.h"

namespace shareway::codes {
namespace {

constexpr absl::string_view kKind = "division code";
constexpr absl::string_view kNation = "100000";

struct Group {
  size_t begin;
  size_t end;
  DivisionLevel level;
};
constexpr std::array<Group, 5> kGroups = {{{0, 2, DivisionLevel::kProvince},
                                           {2, 4, DivisionLevel::kPrefecture},
                                           {4, 6, DivisionLevel::kCounty},
                                           {6, 9, DivisionLevel::kTownship},
                                           {9, 12, DivisionLevel::kVillage}}};

bool AllZero(absl::string_view digits) {
  return digits.find_first_not_of('0') == absl::string_view::npos;
}

}  // namespace

absl::string_view DivisionLevelName(DivisionLevel level) {
  constexpr std::array<absl::string_view, 6> kNames = {"nation", "province", "prefecture",
                                                       "county", "township", "village"};
  return kNames[static_cast<size_t>(level)];
}

std::string DivisionCode::Padded(size_t digits) const {
  std::string padded = level == DivisionLevel::kNation ? std::string(kNation) : prefix;
  padded.resize(digits, '0');
  return padded;
}

bool DivisionCode::Covers(const DivisionCode& inner) const {
  return absl::StartsWith(inner.prefix, prefix);
}

absl::StatusOr<DivisionCode> ParseDivisionCode(absl::string_view text) {
  for (size_t i = 0; i < text.size() && i < 12; ++i) {
    if (!absl::ascii_isdigit(text[i])) return BadCode(kKind, text, i + 1, "not a digit 0 to 9");
  }
  if (const size_t n = text.size(); n != 2 && n != 4 && n != 6 && n != 9 && n != 12) {
    return BadCode(kKind, text, 0, absl::StrCat("has ", n, " digits, want 2, 4, 6, 9 or 12"));
  }
  DivisionCode code;
  code.text = std::string(text);
  if (text.size() <= 12 && text.substr(0, 2) == "10" && AllZero(text.substr(2))) return code;

  size_t used = 0;
  size_t missing = 0;  // place of the first zero group, from 1
  for (const Group& group : kGroups) {
    if (group.end > text.size()) break;
    if (AllZero(text.substr(group.begin, group.end - group.begin))) {
      const bool may_be_absent = group.level == DivisionLevel::kCounty;
      if (missing == 0 && !may_be_absent) missing = group.begin + 1;
      continue;
    }
    if (missing != 0) {
      return BadCode(kKind, text, missing,
                     absl::StrCat("zeros above a ", DivisionLevelName(group.level),
                                  "; only the county may be left out"));
    }
    used = group.end;
    code.level = group.level;
  }
  if (used == 0) return BadCode(kKind, text, 1, "no province 00");
  code.prefix = std::string(text.substr(0, used));
  return code;
}

}  // namespace shareway::codes
