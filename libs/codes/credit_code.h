// SPDX-License-Identifier: Apache-2.0
// The unified social credit code (GB 32100-2015) and the agency ids made of it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::codes {

// What kind of body a code was issued to, by its first two places.
enum class BodyKind {
  kGovernmentOrgan,    // 11
  kPublicInstitution,  // 12
  kMassOrganization,   // 13: its posts are managed as a government organ's are
  kEnterprise,         // 9, whatever follows: registered by market regulation
  kOther,
};

// English, lower case, for messages and tables.
absl::string_view BodyKindName(BodyKind kind);

// 18 characters of 0123456789ABCDEFGHJKLMNPQRTUWXY, both check characters right.
struct CreditCode {
  std::string text;          // all 18
  char registering = 0;      // place 1: the registering authority, 1 is 机构编制
  char type = 0;             // place 2: the type of body under that authority
  std::string division;      // places 3-8: six digits, GB/T 2260 of the registering authority
  std::string organization;  // places 9-17: GB 11714, its last place a check of its own
  char check = 0;            // place 18
  BodyKind kind = BodyKind::kOther;
};

// INVALID_ARGUMENT naming the code, the place (from 1) and the rule: length,
// alphabet (all places, the first two too), digits in places 3-8, then the check
// characters in places 17 (GB 11714) and 18 (GB 32100). Lower case is refused.
absl::StatusOr<CreditCode> ParseCreditCode(absl::string_view text);

// Completes both check characters, for generated test data. `organization8` is
// the organisation code without its check. INVALID_ARGUMENT as ParseCreditCode.
absl::StatusOr<CreditCode> MakeCreditCode(char registering, char type, absl::string_view division6,
                                          absl::string_view organization8);

// The id of an agency: a credit code, or that of the parent body with `-` and a
// suffix for an internal office that has no code of its own.
struct AgencyId {
  std::string text;
  CreditCode code;
  std::string office;  // the suffix, [a-z0-9]{1,16}; empty for the body itself
};

// INVALID_ARGUMENT as ParseCreditCode, and for a suffix of another form.
// FAILED_PRECONDITION for an enterprise's code unless `authorizing_law` names the
// law that gives the body public duties (R25 第二条 reaches no one else).
absl::StatusOr<AgencyId> ParseAgencyId(absl::string_view text,
                                       absl::string_view authorizing_law = "");

}  // namespace shareway::codes
