// SPDX-License-Identifier: Apache-2.0
// The year of grants and standing consents.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/record_codec.h"
#include "services/sharing/store/service_codec.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

absl::StatusOr<YearFacts> ReadGrant(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(const Grant grant, DecodeGrant(bytes, 0));
  const Grant::Fields& f = grant.fields();
  return YearFacts{.consumer = f.consumer,
                   .provider = f.provider,
                   .states = {static_cast<int>(f.state)}};
}

absl::StatusOr<YearFacts> ReadConsent(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(const Consent consent, DecodeConsent(bytes));
  return YearFacts{.consumer = consent.provider, .provider = consent.provider};
}

// A ground for which the year has a document, and that document.
std::pair<RevokeGround, std::string> AnyGround(YearWorld& w, const Grant::Fields& f) {
  const YearObject* notice = w.fold->Some(w, "notices", [&](const YearObject& object) {
    Notice value;
    return Decode(object.bytes, &value).ok() && value.grant == f.name && value.Failed(w.now());
  });
  if (notice != nullptr) return {RevokeGround::kRectificationFailed, notice->name};
  const YearObject* end = w.fold->Some(w, "service-changes", [&](const YearObject& object) {
    ServiceChange value;
    return Decode(object.bytes, &value).ok() && value.resource == f.resource &&
           value.AnswerOf(f.consumer) != nullptr && value.Ends(w.now());
  });
  if (end != nullptr) return {RevokeGround::kServiceChange, end->name};
  return {RevokeGround::kBasisChanged, w.Text("《演示市税务征管办法》废止")};
}

YearCall OnRenewal(YearWorld& w, const YearAct& act, const Grant::Fields& f) {
  const Errand by = w.By(act.actor);
  if (act.method == "AskRenewal") {
    const absl::CivilDay last = statute::LawDay(f.end_time - absl::Seconds(1));
    const absl::CivilDay end = std::max(last, w.today()) + 1 + w.Pick(60);
    if (end > w.today() + 1000) return std::nullopt;
    return Called(w.grants.AskRenewal(by, act.name, end, w.Text("事项仍在办理")));
  }
  if (act.method == "RenewGrant") {
    return Called(w.grants.Renew(by, act.name, f.asked_end.value_or(w.today() + 30)));
  }
  return Called(w.grants.DeclineRenewal(by, act.name, w.Text("用途已尽")));
}

YearCall OnGrant(YearWorld& w, const YearAct& act) {
  const absl::StatusOr<Grant> grant = DecodeGrant(act.bytes, 0);
  if (!grant.ok()) return grant.status();
  const Grant::Fields& f = grant->fields();
  const Errand by = w.By(act.actor);
  if (act.method == "AcceptTerms") return Called(w.grants.AcceptTerms(by, act.name));
  if (act.method == "SuspendGrant") {
    const SuspendGround ground = w.Chance(85) ? SuspendGround::kMisuse : SuspendGround::kDataFault;
    return Called(w.grants.Suspend(by, act.name, ground, w.Text("超范围使用")));
  }
  if (act.method == "ResumeGrant") {
    return Called(w.grants.Resume(by, act.name, w.Text("已整改")));
  }
  if (act.method == "EndGrant") {
    return Called(w.grants.End(by, act.name, EndGround::kAchieved, w.Text("事项办结")));
  }
  if (act.method == "RevokeGrant") {
    const auto [ground, document] = AnyGround(w, f);
    return Called(w.grants.Revoke(by, act.name, ground, document));
  }
  return OnRenewal(w, act, f);
}

// What is left of a grant that is over.
std::string DisposalOf(const YearWorld&, absl::string_view bytes) {
  return Disposal::NameFor(DecodeGrant(bytes, 0).value().fields().name);
}

YearCall ClaimOne(YearWorld& w) {
  const Actor& applicant = w.Someone(w.Any(w.providers), Post::kApplicant);
  const Resource resource = w.AnyResource(applicant.agency);
  return Called(w.grants.Claim(w.By(applicant), resource.name,
                               {.items = {},
                                .purposes = {Purpose::kWorkReference},
                                .scenario = w.Text("日常核对"),
                                .end = w.today() + 5 + w.Pick(200)}));
}

YearCall GiveOne(YearWorld& w) {
  const Resource resource = w.AnyResource();
  const Actor& head = w.Someone(resource.provider, Post::kHead);
  return Called(w.grants.GiveConsent(w.By(head), resource.name));
}

YearCall WithdrawOne(YearWorld& w) {
  const YearObject* consent =
      w.fold->Some(w, "consents", [](const YearObject&) { return true; });
  if (consent == nullptr) return std::nullopt;
  const Actor& head = w.Someone(consent->facts.provider, Post::kHead);
  return Called(w.grants.WithdrawConsent(w.By(head), consent->name));
}

YearCall SuspendOne(YearWorld& w) {
  const Actor& officer = w.Someone("agencies/city-bureau", Post::kOfficer);
  Errand by = w.By(officer);
  by.once.request_id = absl::StrCat("suspend-", absl::ToUnixNanos(w.now()));
  return Called(w.grants.SuspendConsumer(by, w.Any(w.providers),
                                         SuspendGround::kSecurityIncident, w.Text("疑似泄露")));
}

}  // namespace

void AddGrantKinds(std::vector<YearKind>* kinds) {
  kinds->push_back({.collection = "grants",
                    .tables = {&GrantTable()},
                    .read = ReadGrant,
                    .call = OnGrant,
                    .openings = {{"ClaimGrant", 0.3, ClaimOne},
                                 {"SuspendConsumer", 0.02, SuspendOne}},
                    .mover = DisposalOf});
  kinds->push_back({.collection = "consents",
                    .read = ReadConsent,
                    .openings = {{"GiveStandingConsent", 0.25, GiveOne},
                                 {"WithdrawStandingConsent", 0.04, WithdrawOne}}});
}

}  // namespace shareway::sharing
