// SPDX-License-Identifier: Apache-2.0
// The provider's answer to a request.
#include "services/sharing/domain/decision.h"

#include <algorithm>

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
  if (decision.ground != Decision::Ground::kUnspecified) {
    out->push_back({"decision.ground", "is for REFUSE only"});
  }
}

// The ground names the field that carries it, and no other does.
void CheckGround(const Decision& decision, std::vector<FieldViolation>* out) {
  using Ground = Decision::Ground;
  if (decision.ground == Ground::kUnspecified) return;
  const auto want = [&](absl::string_view field, const std::string& value, bool needed) {
    if (needed == !value.empty()) return;
    out->push_back({absl::StrCat("decision.", field),
                    needed ? "is missing; the ground rests on it" : "is not what the ground names"});
  };
  // A condition of the catalogue may rest on a law itself: both together are a good condition.
  want("condition", decision.condition, decision.ground == Ground::kCondition);
  if (decision.ground != Ground::kCondition) {
    want("citation", decision.citation, decision.ground == Ground::kLegalBar);
  }
}

absl::Status CheckRefusal(const Decision& decision, const Resource& resource) {
  if (decision.ground == Decision::Ground::kIncomplete) {
    return Error(Reason::kIncompleteIsNoGround, absl::StatusCode::kFailedPrecondition,
                 "a request is not refused because material is missing: what is missing is asked "
                 "for, once and completely (R25 21)")
        .With("article", "R25 21")
        .With("instead", "AskSupplement");
  }
  std::vector<FieldViolation> out;
  CheckGround(decision, &out);
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

bool NamesMore(const Scope& granted, const Scope& asked) {
  return std::any_of(granted.items.begin(), granted.items.end(), [&](const std::string& id) {
    return std::find(asked.items.begin(), asked.items.end(), id) == asked.items.end();
  });
}

absl::Status CheckReduced(const Decision& decision, const Scope& asked, const Resource& resource,
                          absl::CivilDay today) {
  std::vector<FieldViolation> out;
  ForbidRefusal(decision, &out);
  if (!decision.scope) {
    out.push_back({"decision.scope", "is missing; APPROVE_REDUCED says what is granted"});
  }
  if (!out.empty()) return Error::Fields(out);
  // An item that was not asked for goes too far, whether the resource has it or not.
  if (NamesMore(*decision.scope, asked)) {
    return CheckWithin(asked, *decision.scope, "decision.scope");
  }
  if (absl::Status fits = Check(*decision.scope, resource, today, "decision.scope"); !fits.ok()) {
    return fits;
  }
  return CheckNarrowing(asked, *decision.scope, decision.cuts, "decision");
}

}  // namespace

bool Decision::WithoutGround() const {
  return verdict == Verdict::kRefuse && condition.empty() && citation.empty();
}

Decision Decision::WithGround() const {
  Decision out = *this;
  if (verdict != Verdict::kRefuse || ground != Ground::kUnspecified) return out;
  out.ground = !condition.empty()  ? Ground::kCondition
               : !citation.empty() ? Ground::kLegalBar
                                   : Ground::kOther;
  return out;
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
