// SPDX-License-Identifier: Apache-2.0
// Nothing is approved by silence, and a request is APPROVED exactly when its grant is there.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/sharing/store/record_codec.h"
#include "tests/year/year.h"

namespace shareway::sharing {
namespace {

// Whose act made it APPROVED; empty if nobody's.
std::string ApprovedBy(const Request& request, const Grant& grant, const YearFold& fold,
                       const statute::ProfileSet& profiles) {
  const Request::Fields& f = request.fields();
  for (const Request::Step& step : f.steps) {
    if (step.state != Request::State::kApproved) continue;
    if (step.actor.empty()) return "";
    if (step.action == "SignOffDecision") return f.provider_head == step.actor ? step.actor : "";
    if (!f.dispute.empty()) return fold.Find(f.dispute) == nullptr ? "" : step.actor;
    if (step.action != "SubmitRequest") return "";
    const std::string& consent = grant.fields().consent;
    if (!consent.empty()) return fold.Find(consent) == nullptr ? "" : consent;
    const auto profile = profiles.Find(f.profile.substr(0, f.profile.find('@')));
    const bool direct = profile.ok() && (*profile)->unconditional_answer ==
                                            statute::UnconditionalAnswer::kDirect;
    return direct && f.share_class == ShareClass::kUnconditional ? f.profile : "";
  }
  return "";
}

}  // namespace

std::vector<std::string> Year::ApprovedBySilence() const {
  std::vector<std::string> wrong;
  for (const std::string& name : fold_.Of("requests")) {
    const absl::StatusOr<Request> request = DecodeRequest(fold_.Find(name)->bytes);
    if (!request.ok()) continue;  // the fold says so itself
    const Request::Fields& f = request->fields();
    const bool approved = f.state == Request::State::kApproved;
    if (approved == f.grant.empty()) {
      wrong.push_back(absl::StrCat(name, approved ? " has no grant" : " has a grant"));
    }
    if (!approved || f.grant.empty()) continue;
    const YearObject* object = fold_.Find(f.grant);
    if (object == nullptr) {
      wrong.push_back(absl::StrCat(name, ": ", f.grant, " is not there"));
      continue;
    }
    const Grant grant = DecodeGrant(object->bytes, 0).value();
    if (f.change.kind != ScopeChange::Kind::kThirdParty && grant.fields().request != name) {
      wrong.push_back(absl::StrCat(f.grant, " is not of ", name));
    }
    if (ApprovedBy(*request, grant, fold_, world_.desk.profiles()).empty()) {
      wrong.push_back(absl::StrCat(name, " is approved by nobody's act"));
    }
  }
  for (const std::string& name : fold_.Of("grants")) {
    const absl::StatusOr<Grant> grant = DecodeGrant(fold_.Find(name)->bytes, 0);
    if (!grant.ok() || grant->fields().request.empty()) continue;
    const YearObject* request = fold_.Find(grant->fields().request);
    if (request == nullptr ||
        request->facts.states[0] != static_cast<int>(Request::State::kApproved)) {
      wrong.push_back(absl::StrCat(name, " rests on no approved request"));
    }
  }
  return wrong;
}

}  // namespace shareway::sharing
