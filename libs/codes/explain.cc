// SPDX-License-Identifier: Apache-2.0
#include "libs/codes/explain.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/codes/credit_code.h"
#include "libs/codes/division_code.h"
#include "libs/codes/quote.h"
#include "libs/codes/resource_code.h"

namespace shareway::codes {
namespace {

// GB 32100-2015 table of registering authorities, as far as sharing meets them.
absl::string_view RegisteringName(char place1) {
  switch (place1) {
    case '1':
      return " 机构编制";
    case '5':
      return " 民政";
    case '9':
      return " 市场监督管理";
    case 'Y':
      return " 其他";
    default:
      return "";
  }
}

absl::StatusOr<Explanation> ExplainCredit(absl::string_view text) {
  const size_t dash = text.find('-');
  // Any law: whether an enterprise may be an agency is not a question of form.
  SHAREWAY_ASSIGN_OR_RETURN(const AgencyId id, ParseAgencyId(text, "any"));
  const CreditCode& code = id.code;
  Explanation told;
  told.kind = dash == absl::string_view::npos ? "credit code" : "agency id";
  told.parts = {
      {"registering authority",
       absl::StrCat(std::string(1, code.registering), RegisteringName(code.registering))},
      {"type", absl::StrCat(std::string(1, code.type), " ", BodyKindName(code.kind))},
      {"division", code.division},
      {"organisation code", code.organization},
      {"check character", std::string(1, code.check)},
  };
  if (!id.office.empty()) told.parts.emplace_back("internal office", id.office);
  return told;
}

absl::StatusOr<Explanation> ExplainDivision(absl::string_view text) {
  SHAREWAY_ASSIGN_OR_RETURN(const DivisionCode code, ParseDivisionCode(text));
  Explanation told;
  told.kind = "division code";
  told.parts.emplace_back("level", DivisionLevelName(code.level));
  if (code.level >= DivisionLevel::kProvince) told.parts.emplace_back("province", code.province());
  if (code.level >= DivisionLevel::kPrefecture) {
    told.parts.emplace_back("prefecture", code.prefecture());
  }
  if (code.level >= DivisionLevel::kCounty) told.parts.emplace_back("county", code.county());
  if (code.level >= DivisionLevel::kTownship) told.parts.emplace_back("township", code.township());
  if (code.level >= DivisionLevel::kVillage) told.parts.emplace_back("village", code.village());
  told.parts.emplace_back("padded", code.Padded(12));
  return told;
}

absl::StatusOr<Explanation> ExplainResource(absl::string_view text) {
  SHAREWAY_ASSIGN_OR_RETURN(const ResourceCode code, absl::StrContains(text, '/')
                                                         ? ParseResourceCode(text)
                                                         : ResourceCodeFromId(text));
  Explanation told;
  told.kind = "resource code";
  told.parts = {
      {"category", absl::StrCat(std::string(1, code.category), " ", CategoryName(code.category))},
      {"item", code.item},
      {"sub-item", code.sub_item},
      {"detail", code.detail.empty() ? "none" : code.detail},
      {"sequence", code.sequence},
      {"id", code.id()},
  };
  return told;
}

}  // namespace

absl::StatusOr<Explanation> Explain(absl::string_view code) {
  const size_t dash = code.find('-');
  if (absl::StrContains(code, '/')) return ExplainResource(code);
  if (code.size() == 18 || dash == 18) return ExplainCredit(code);
  const bool digits = !code.empty() && std::all_of(code.begin(), code.end(), [](char c) {
    return absl::ascii_isdigit(c) || c == '-';
  });
  if (digits && dash != absl::string_view::npos) return ExplainResource(code);
  if (digits) return ExplainDivision(code);
  return BadCode("code", code, 0,
                 absl::StrCat("has ", code.size(),
                              " bytes; want a credit code of 18 characters, a division code of 2, "
                              "4, 6, 9 or 12 digits, or a resource code with '/'"));
}

}  // namespace shareway::codes
