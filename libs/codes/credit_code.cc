// SPDX-License-Identifier: Apache-2.0
#include "libs/codes/credit_code.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"

namespace shareway::codes {
namespace {

constexpr absl::string_view kKind = "credit code";
// GB 32100: no I, O, S, V, Z.
constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// GB 32100 annex: weights 3^i mod 31 over places 1 to 17.
char CreditCheck(absl::string_view first17) {
  uint32_t sum = 0;
  uint32_t weight = 1;
  for (char c : first17) {
    sum += static_cast<uint32_t>(kAlphabet.find(c)) * weight;
    weight = weight * 3 % 31;
  }
  return kAlphabet[(31 - sum % 31) % 31];
}

// GB 11714: letters count from A = 10 without gaps; 10 is written X, 11 is 0.
char OrganizationCheck(absl::string_view first8) {
  constexpr int kWeights[] = {3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (size_t i = 0; i < first8.size(); ++i) {
    const char c = first8[i];
    sum += kWeights[i] * (absl::ascii_isdigit(c) ? c - '0' : c - 'A' + 10);
  }
  const int check = 11 - sum % 11;
  return check == 10 ? 'X' : static_cast<char>('0' + check % 11);
}

BodyKind KindOf(char registering, char type) {
  if (registering == '9') return BodyKind::kEnterprise;
  if (registering != '1') return BodyKind::kOther;
  switch (type) {
    case '1':
      return BodyKind::kGovernmentOrgan;
    case '2':
      return BodyKind::kPublicInstitution;
    case '3':
      return BodyKind::kMassOrganization;
    default:
      return BodyKind::kOther;
  }
}

}  // namespace

absl::string_view BodyKindName(BodyKind kind) {
  switch (kind) {
    case BodyKind::kGovernmentOrgan:
      return "government organ";
    case BodyKind::kPublicInstitution:
      return "public institution";
    case BodyKind::kMassOrganization:
      return "mass organization";
    case BodyKind::kEnterprise:
      return "enterprise";
    case BodyKind::kOther:
      break;
  }
  return "other body";
}

absl::StatusOr<CreditCode> ParseCreditCode(absl::string_view text) {
  if (text.size() != 18) {
    return BadCode(kKind, text, 0, absl::StrCat("has ", text.size(), " bytes, want 18 characters"));
  }
  for (size_t i = 0; i < text.size(); ++i) {
    if (!absl::StrContains(kAlphabet, text[i])) {
      return BadCode(kKind, text, i + 1,
                     absl::StrCat("not one of ", kAlphabet, " (GB 32100-2015; capitals only)"));
    }
    if (i >= 2 && i < 8 && !absl::ascii_isdigit(text[i])) {
      return BadCode(kKind, text, i + 1, "places 3 to 8 are the digits of a GB/T 2260 division");
    }
  }
  if (const char want = OrganizationCheck(text.substr(8, 8)); text[16] != want) {
    return BadCode(kKind, text, 17,
                   absl::StrCat("the organisation code's check character (GB 11714) is ",
                                text.substr(16, 1), ", want ", std::string(1, want)));
  }
  if (const char want = CreditCheck(text.substr(0, 17)); text[17] != want) {
    return BadCode(kKind, text, 18,
                   absl::StrCat("the check character (GB 32100-2015) is ", text.substr(17, 1),
                                ", want ", std::string(1, want)));
  }
  CreditCode code;
  code.text = std::string(text);
  code.registering = text[0];
  code.type = text[1];
  code.division = std::string(text.substr(2, 6));
  code.organization = std::string(text.substr(8, 9));
  code.check = text[17];
  code.kind = KindOf(text[0], text[1]);
  return code;
}

absl::StatusOr<CreditCode> MakeCreditCode(char registering, char type, absl::string_view division6,
                                          absl::string_view organization8) {
  if (division6.size() != 6) return BadCode("division", division6, 0, "want 6 digits");
  if (organization8.size() != 8) {
    return BadCode("organisation code", organization8, 0, "want 8 characters");
  }
  for (size_t i = 0; i < organization8.size(); ++i) {
    if (!absl::StrContains(kAlphabet, organization8[i])) {
      return BadCode("organisation code", organization8, i + 1,
                     absl::StrCat("not one of ", kAlphabet));
    }
  }
  std::string text = absl::StrCat(std::string(1, registering), std::string(1, type), division6,
                                  organization8, std::string(1, OrganizationCheck(organization8)));
  // A place outside the alphabet makes a meaningless check; the parse names that place first.
  text += CreditCheck(text);
  return ParseCreditCode(text);
}

absl::StatusOr<AgencyId> ParseAgencyId(absl::string_view text, absl::string_view authorizing_law) {
  AgencyId id;
  id.text = std::string(text);
  if (text.size() > 18 && text[18] == '-') {
    const absl::string_view office = text.substr(19);
    const bool fits = !office.empty() && office.size() <= 16 &&
                      std::all_of(office.begin(), office.end(), [](char c) {
                        return absl::ascii_islower(c) || absl::ascii_isdigit(c);
                      });
    if (!fits) {
      return BadCode("agency id", text, 20,
                     "an internal office's suffix is 1 to 16 of a-z and 0-9");
    }
    id.office = std::string(office);
    text = text.substr(0, 18);
  }
  SHAREWAY_ASSIGN_OR_RETURN(id.code, ParseCreditCode(text));
  if (id.code.kind == BodyKind::kEnterprise && authorizing_law.empty()) {
    return Error(Reason::kFieldInvalid, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("agency id ", Quote(id.text),
                              " is an enterprise's code (it starts with 9); an agency is a body "
                              "with public duties, or cites the law that authorises it"))
        .With("value", id.text)
        .With("place", "1");
  }
  return id;
}

}  // namespace shareway::codes
