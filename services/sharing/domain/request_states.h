// SPDX-License-Identifier: Apache-2.0
// Good requests in each state that the tests of their path start from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/sharing/domain/examples.h"

namespace shareway::sharing {

inline StatuteText County() { return Text("cn-2025-809/county-2-5-10"); }

inline Actor SecondReviewer() {
  return {.name = "people/r2", .agency = kCivil, .reviewer = true};
}
inline Actor Steward() { return {.name = "people/st", .agency = kCivil, .steward = true}; }

inline absl::Time At(int month, int day, int hour = 10) {
  return statute::StartOfDay(absl::CivilDay(2025, month, day)) + absl::Hours(hour);
}

inline Request Draft(const Resource& resource = Marriages(), const StatuteText& text = R25()) {
  return Request::Draft(Asked(resource), Applicant(), resource, text, "requests/r", Morning())
      .value();
}
inline Request SignedOff(const Resource& resource = Marriages(),
                         const StatuteText& text = R25()) {
  return Draft(resource, text).SignOff(ConsumerHead(), TaxAsksCivil(), text, Morning()).value();
}
inline absl::StatusOr<Request> Submit(const Request& request, const Resource& resource,
                                      const StatuteText& text = R25(),
                                      const Consent* consent = nullptr,
                                      absl::Time now = Morning(),
                                      const Parties& parties = TaxAsksCivil()) {
  return request.Submit(
      Applicant(), parties,
      {.resource = &resource, .consent = consent, .text = text, .grant = "grants/g"}, now);
}
inline Request InReview(const Resource& resource = Marriages(), const StatuteText& text = R25()) {
  return Submit(SignedOff(resource, text), resource, text).value();
}
inline Request Checked(const Resource& resource = Marriages()) {
  return InReview(resource, County());
}
inline std::vector<SupplementItem> Missing() {
  return {{"legal_basis", "条文号", ""}, {"scenario", "使用人员范围", ""}};
}
inline std::vector<SupplementItem> Answers() {
  return {{"scenario", "", "征管科三人"}, {"legal_basis", "", "第三条第二款"}};
}
inline Request Supplementing(const StatuteText& text = R25(), absl::Time now = Morning()) {
  return InReview(Marriages(), text)
      .AskSupplement(Reviewer(), TaxAsksCivil(), Missing(), text, now)
      .value();
}
inline Request Extending(absl::Time now = Morning(), int days = 10) {
  return InReview().AskExtension(Reviewer(), TaxAsksCivil(), days, "数据量大", R25(), now).value();
}
inline Request Decided(Decision decision = {.verdict = Decision::Verdict::kApprove},
                       const Resource& resource = Marriages()) {
  return InReview(resource)
      .Decide(Reviewer(), TaxAsksCivil(), resource, std::move(decision), R25(), Morning())
      .value();
}
inline absl::StatusOr<Request> SignDecision(const Request& request,
                                            const Actor& actor = ProviderHead(),
                                            const Resource& resource = Marriages(),
                                            const StatuteText& text = R25()) {
  return request.SignOffDecision(actor, TaxAsksCivil(), resource, "grants/g", text, Morning());
}
inline Decision Refusal() {
  return {.verdict = Decision::Verdict::kRefuse, .reason = "不行"};
}
inline Request Refused() { return SignDecision(Decided(Refusal())).value(); }
inline Request Approved() { return SignDecision(Decided()).value(); }
inline Request Reported(absl::Time now = Morning()) {
  return Approved().ReportSupply(Steward(), TaxAsksCivil(), "接口已开通", now).value();
}

// Marriages with a core item: two reviewers decide.
inline Resource CoreMarriages() {
  Resource resource = Marriages();
  resource.items[1].grading = 3;
  return resource;
}

}  // namespace shareway::sharing
