// SPDX-License-Identifier: Apache-2.0
// Division codes: GB/T 2260 to the county, statistical codes below it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::codes {

enum class DivisionLevel { kNation, kProvince, kPrefecture, kCounty, kTownship, kVillage };

// English, lower case.
absl::string_view DivisionLevelName(DivisionLevel level);

// One division: province 2, prefecture 2, county 2, township 3, village 3 digits.
struct DivisionCode {
  std::string text;  // as given
  // The digits that carry meaning: 2, 4, 6, 9 or 12; none for the nation. The
  // codes of all divisions inside start with them.
  std::string prefix;
  DivisionLevel level = DivisionLevel::kNation;

  // Parts, zeros where the level has none.
  std::string province() const { return Padded(12).substr(0, 2); }
  std::string prefecture() const { return Padded(12).substr(2, 2); }
  std::string county() const { return Padded(12).substr(4, 2); }
  std::string township() const { return Padded(12).substr(6, 3); }
  std::string village() const { return Padded(12).substr(9, 3); }

  // `prefix` filled with zeros to `digits` (6, 9 or 12), cut if it is longer.
  std::string Padded(size_t digits) const;

  // True if `inner` is this division or lies within it.
  bool Covers(const DivisionCode& inner) const;
};

// Takes 2, 4, 6, 9 or 12 digits; zero groups at the end are padding. 100000 is
// the nation, as in credit codes of central bodies. A zero group before a
// non-zero one is refused, except the county's: a prefecture may have townships
// directly (441900003). Form only: whether a code is in use is for the division
// table to say, since codes are retired and merged.
// INVALID_ARGUMENT naming the code, the place (from 1) and the rule.
absl::StatusOr<DivisionCode> ParseDivisionCode(absl::string_view text);

}  // namespace shareway::codes
