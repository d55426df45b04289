// SPDX-License-Identifier: Apache-2.0
// The year of corrections, recalls and demands.
#include "services/sharing/grants/corrections.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/sharing/requests/demands.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

Corrections CorrectionsOf(YearWorld& w) {
  return Corrections(&w.desk, [](absl::string_view, absl::string_view) { return true; });
}

CorrectionAnswer AnyAnswer(YearWorld& w, const Correction& correction) {
  CorrectionAnswer answer{.answer = w.Text("已核查")};
  switch (w.Pick(3)) {
    case 0: answer.outcome = Correction::State::kCorrected; break;
    case 1:
      answer.outcome = Correction::State::kConfirmed;
      answer.proof = "档案原件";
      break;
    default:
      answer.outcome = Correction::State::kNotOurs;
      answer.source = correction.provider == w.providers[0] ? w.providers[1] : w.providers[0];
  }
  return answer;
}

YearCall OnCorrection(YearWorld& w, const YearAct& act) {
  const Corrections corrections = CorrectionsOf(w);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "AcknowledgeCorrection") {
    return Called(corrections.Acknowledge(by, act.name, etag));
  }
  if (act.method == "ResolveCorrection") {
    return Called(
        corrections.Resolve(by, act.name, etag, AnyAnswer(w, ValueOf<Correction>(act))));
  }
  if (act.method == "RejectCorrection") {
    return Called(corrections.Reject(by, act.name, etag, w.Text("无法核实")));
  }
  if (act.method == "WithdrawCorrection") return Called(corrections.Withdraw(by, act.name, etag));
  if (act.method == "RecallCorrection") {
    return Called(corrections.BeginRecall(by, act.name, etag, w.Text("数值有误"), w.Chance(70)));
  }
  return std::nullopt;
}

YearCall OpenOne(YearWorld& w) {
  const Actor& applicant = w.Someone(w.Any(w.providers), Post::kApplicant);
  const Resource resource = w.AnyResource(applicant.agency);
  CorrectionAsked asked{.description = w.Text("登记日期与档案不符"),
                        .proposed_value = "2024-05-01",
                        .evidence = "档案复印件",
                        .business_may_proceed = w.Chance(50)};
  asked.item = w.Any(resource.items).id;
  if (w.Chance(60)) asked.exchange = absl::StrCat("ex", w.Pick(1'000'000));
  return Called(CorrectionsOf(w).Open(w.By(applicant), resource.name, asked, false));
}

// A node of the provider says whom it gave the value.
YearCall ReportOne(YearWorld& w) {
  const YearObject* recalled =
      w.fold->Some(w, Correction::kCollection, [](const YearObject& object) {
        Correction correction;
        return Decode(object.bytes, &correction).ok() && correction.recall_round > 0;
      });
  if (recalled == nullptr) return std::nullopt;
  Correction correction;
  (void)Decode(recalled->bytes, &correction);
  const std::string& recipient = w.Any(w.providers);
  if (recipient == correction.provider) return std::nullopt;
  return CorrectionsOf(w).Report(absl::StrCat(correction.provider, "/nodes/n", w.Pick(1'000'000)),
                                 correction.name, correction.recall_round,
                                 {{recipient, Recall::Basis::kDelivered, {"ex1"}}}, w.Chance(50));
}

YearCall OnRecall(YearWorld& w, const YearAct& act) {
  const auto outcome = static_cast<Recall::State>(2 + w.Pick(3));
  return Called(CorrectionsOf(w).ConfirmRecall(w.By(act.actor), act.name, w.Etag(act.version),
                                               outcome, w.Text("已更新")));
}

YearCall OnDemand(YearWorld& w, const YearAct& act) {
  const Demands demands(&w.desk);
  const Demand demand = ValueOf<Demand>(act);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "RouteDemand") {
    std::string source = demand.consumer;
    while (source == demand.consumer) source = w.Any(w.providers);
    for (const std::string& not_theirs : demand.not_theirs) {
      if (source == not_theirs) return std::nullopt;
    }
    return Called(demands.Route(by, act.name, etag, source));
  }
  if (act.method == "AcceptDemand") {
    return Called(demands.Accept(by, act.name, etag, w.Text("三个月内编目")));
  }
  if (act.method == "DeclineDemand") {
    const bool barred = w.Chance(50);
    return Called(demands.Decline(
        by, act.name, etag, barred ? DeclineGround::kLegalBar : DeclineGround::kNotTheSource,
        w.Text("不属本部门职责"), barred ? "《演示法》第二条" : ""));
  }
  if (act.method == "LinkResource") {
    Resource resource = w.AnyResource();
    const bool by_source = act.actor.agency == demand.provider;
    if (resource.state != Resource::State::kPublished ||
        (by_source && resource.provider != demand.provider)) {
      return std::nullopt;
    }
    return Called(demands.Link(by, act.name, etag, w.Text(resource.name)));
  }
  if (act.method == "WithdrawDemand") return Called(demands.Withdraw(by, act.name, etag));
  return std::nullopt;
}

YearCall DemandOne(YearWorld& w) {
  const Actor& applicant = w.Someone(w.Any(w.providers), Post::kApplicant);
  const DemandAsked asked{.title = w.Text("不动产登记信息"),
                          .items = {{"", "房屋坐落"}},
                          .legal_basis = "《演示办法》第五条",
                          .scenario = "核对住房情况",
                          .presumed_source = ""};
  return Called(Demands(&w.desk).Create(w.By(applicant), asked, false));
}

}  // namespace

void AddCorrectionKinds(std::vector<YearKind>* kinds) {
  kinds->push_back({.collection = Correction::kCollection,
                    .tables = {&CorrectionTable()},
                    .read = FactsOfCase<Correction>,
                    .call = OnCorrection,
                    .openings = {{"OpenCorrection", 0.8, OpenOne},
                                 {"ReportRecall", 0.2, ReportOne}}});
  kinds->push_back({.collection = Recall::kCollection,
                    .tables = {&RecallTable()},
                    .read = FactsOfCase<Recall>,
                    .call = OnRecall});
  kinds->push_back({.collection = Demand::kCollection,
                    .tables = {&DemandTable()},
                    .read = FactsOfCase<Demand>,
                    .call = OnDemand,
                    .openings = {{"CreateDemand", 0.3, DemandOne}}});
}

}  // namespace shareway::sharing
