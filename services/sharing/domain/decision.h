// SPDX-License-Identifier: Apache-2.0
// The provider's answer to a request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/sharing/domain/scope.h"

namespace shareway::sharing {

// What the provider says, and why.
struct Decision {
  enum class Verdict { kUnspecified = 0, kApprove, kApproveReduced, kRefuse };
  // What a refusal rests on: a published condition that is not met, a legal bar, neither, or
  // missing material, which never is a ground (R25 21).
  enum class Ground { kUnspecified = 0, kCondition, kLegalBar, kOther, kIncomplete };
  Verdict verdict = Verdict::kUnspecified;
  std::optional<Scope> scope = {};  // kApproveReduced: what is granted
  std::vector<Cut> cuts = {};       // kApproveReduced: one for each part cut
  std::string reason = {};          // kRefuse: 1 to 1000 characters
  std::string condition = {};       // kRefuse: the published condition not met, by id
  std::string citation = {};        // kRefuse: the legal bar, up to 500 characters
  bool case_required = false;       // each call must name a case
  Ground ground = Ground::kUnspecified;  // kRefuse; unspecified: as condition and citation say

  // A refusal that names neither a published condition nor a legal bar: it holds,
  // and supervision hears of it (R25 39(2)).
  bool WithoutGround() const;
  // With the ground that condition and citation say, if it is a refusal that states none.
  Decision WithGround() const;

  friend bool operator==(const Decision&, const Decision&) = default;
};

// INVALID_ARGUMENT naming each part of `decision` that breaks a rule: a verdict; for
// APPROVE_REDUCED a true narrowing of `asked` that fits the resource, with its cuts, or
// SCOPE_WIDENED naming what goes beyond what was asked;
// for REFUSE a reason, a condition that the resource has published, if any, and a ground that
// agrees with condition and citation. FAILED_PRECONDITION, INCOMPLETE_IS_NO_GROUND, for a refusal
// because material is missing (R25 21).
absl::Status Check(const Decision& decision, const Scope& asked, const Resource& resource,
                   absl::CivilDay today);

}  // namespace shareway::sharing
