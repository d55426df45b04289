// SPDX-License-Identifier: Apache-2.0
// The provider's answer to a request.
#include "services/sharing/domain/decision.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 1000;
constexpr int kMaxCitation = 500;

void ForbidScope(const Decision& decision, std::vector<FieldViolation>* out) {
  if (decision.scope) out->push_back({"decision.scope", "is for APPROVE_REDUCED only"});
  if (!decision.cuts.empty()) out->push_back({"decision.cuts", "are for APPROVE_REDUCED only"});
}

void ForbidRefusal(const Decision& decision, std::vector<FieldViolation>* out) {
  if (!decision.reason.empty()) out->push_back({"decision.reason", "is for REFUSE only"});
  if (!decision.condition.empty()) out->push_back({"decision.condition", "is for REFUSE only"});
  if (!decision.citation.empty()) out->push_back({"decision.citation", "is for REFUSE only"});
}

absl::Status CheckRefusal(const Decision& decision, const Resource& resource) {
  std::vector<FieldViolation> out;
  ForbidScope(decision, &out);
  CheckText(decision.reason, 1, kMaxReason, "decision.reason", &out);
  CheckText(decision.citation, 0, kMaxCitation, "decision.citation", &out);
  if (!decision.condition.empty() && resource.condition(decision.condition) == nullptr) {
    out.push_back({"decision.condition",
                   absl::StrCat(codes::Quote(decision.condition), " is not a condition of ",
                                resource.name, " revision ", resource.revision)});
  }
  if (decision.case_required) {
    out.push_back({"decision.case_required", "is for approvals only"});
  }
  return Error::Fields(out);
}

absl::Status CheckReduced(const Decision& decision, const Scope& asked, const Resource& resource,
                          absl::CivilDay today) {
  std::vector<FieldViolation> out;
  ForbidRefusal(decision, &out);
  if (!decision.scope) {
    out.push_back({"decision.scope", "is missing; APPROVE_REDUCED says what is granted"});
  }
  if (!out.empty()) return Error::Fields(out);
  if (absl::Status fits = Check(*decision.scope, resource, today, "decision.scope"); !fits.ok()) {
    return fits;
  }
  return CheckNarrowing(asked, *decision.scope, decision.cuts, "decision");
}

}  // namespace

bool Decision::WithoutGround() const {
  return verdict == Verdict::kRefuse && condition.empty() && citation.empty();
}

absl::Status Check(const Decision& decision, const Scope& asked, const Resource& resource,
                   absl::CivilDay today) {
  switch (decision.verdict) {
    case Decision::Verdict::kUnspecified: break;
    case Decision::Verdict::kRefuse: return CheckRefusal(decision, resource);
    case Decision::Verdict::kApproveReduced:
      return CheckReduced(decision, asked, resource, today);
    case Decision::Verdict::kApprove: {
      std::vector<FieldViolation> out;
      ForbidScope(decision, &out);
      ForbidRefusal(decision, &out);
      return Error::Fields(out);
    }
  }
  return Error::Field("decision.verdict",
                      "is unspecified, want APPROVE, APPROVE_REDUCED or REFUSE");
}

}  // namespace shareway::sharing
