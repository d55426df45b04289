// SPDX-License-Identifier: Apache-2.0
// The year of findings, circulars, inquiries, complaints, ratings, incidents, drills and reports.
#include <string>

#include "absl/strings/str_cat.h"
#include "services/sharing/supervision/feedback.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/supervision/incidents.h"
#include "services/sharing/supervision/reports.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

YearCall OnFinding(YearWorld& w, const YearAct& act) {
  const Findings findings(&w.desk);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "JustifyFinding") {
    return Called(findings.Justify(by, act.name, etag, w.Text("系统迁移期间"), {}));
  }
  if (act.method == "ConfirmFinding") {
    return Called(findings.Confirm(by, act.name, etag, w.Text("情况属实")));
  }
  if (act.method == "DismissFinding") {
    return Called(findings.Dismiss(by, act.name, etag, w.Text("理由成立")));
  }
  return std::nullopt;
}

Parties SeatsAt(const YearWorld&, absl::string_view bytes, const Actor&) {
  Finding finding;
  (void)Decode(bytes, &finding);
  return SeatsOf(finding);
}

YearCall ReportFinding(YearWorld& w) {
  const YearObject* grant =
      w.fold->Some(w, "grants", [](const YearObject&) { return true; });
  if (grant == nullptr) return std::nullopt;
  const bool m16 = w.desk.TextOf(w.desk.PartiesOf("", grant->facts.consumer).provider)
                       .value()
                       .profile->id == "cn-2016-51";
  Finding reported{.detector = m16 ? "m16-24-4" : "r25-40-2",
                   .about = grant->facts.consumer,
                   .subject = grant->name,
                   .summary = w.Text("使用范围存疑")};
  reported.evidence.push_back({.object = grant->name, .note = "日志"});
  const Actor& head = w.Someone(grant->facts.provider, Post::kHead);
  return Called(Findings(&w.desk).Open(w.By(head), reported, false));
}

YearCall PublishCircular(YearWorld& w) {
  const YearObject* confirmed =
      w.fold->Some(w, Finding::kCollection, [](const YearObject& object) {
        return object.facts.states[0] == static_cast<int>(Finding::State::kConfirmed);
      });
  if (confirmed == nullptr) return std::nullopt;
  Finding finding;
  (void)Decode(confirmed->bytes, &finding);
  if (finding.competent_agency.empty()) return std::nullopt;
  const Circular asked{.title = "关于共享工作的通报",
                       .text = w.Text("现予通报"),
                       .document_number = "演示通〔2025〕1号",
                       .findings = {finding.name}};
  const Actor& officer = w.Someone(finding.competent_agency, Post::kOfficer);
  return Called(Findings(&w.desk).Publish(w.By(officer), asked));
}

YearCall OnInquiry(YearWorld& w, const YearAct& act) {
  const Feedback feedback(&w.desk);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "ExtendInquiry") {
    return Called(feedback.ExtendInquiry(by, act.name, etag, w.Text("需会商")));
  }
  if (act.method == "AnswerInquiry") {
    return Called(feedback.AnswerInquiry(by, act.name, etag, w.Text("每日更新")));
  }
  if (act.method == "CloseInquiry") return Called(feedback.CloseInquiry(by, act.name, etag));
  return std::nullopt;
}

YearCall Inquire(YearWorld& w) {
  const Actor& applicant = w.Someone(w.Any(w.providers), Post::kApplicant);
  const Resource resource = w.AnyResource(applicant.agency);
  return Called(Feedback(&w.desk).OpenInquiry(w.By(applicant), resource.name,
                                              w.Text("更新频率如何")));
}

YearCall OnComplaint(YearWorld& w, const YearAct& act) {
  const Feedback feedback(&w.desk);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "AssignComplaint") {
    std::vector<std::string> own;
    for (const std::string& agency : w.providers) {
      if (w.agencies.find(agency)->second.authority.agency == act.actor.agency) {
        own.push_back(agency);
      }
    }
    if (own.empty()) return std::nullopt;
    return Called(feedback.AssignComplaint(by, act.name, etag, w.Any(own)));
  }
  if (act.method == "CloseComplaint") {
    return Called(feedback.CloseComplaint(by, act.name, etag, Complaint::Outcome::kFounded,
                                          w.Text("已更正并告知")));
  }
  return std::nullopt;
}

YearCall Complain(YearWorld& w) {
  const Actor& clerk = w.Someone(w.Any(w.providers), Post::kClerk);
  const Complaint entered{.kind = Complaint::Kind::kRights,
                          .about = w.Any(w.providers),
                          .file_number = absl::StrCat("2025-", w.Pick(1000)),
                          .text = w.Text("信息有误影响办理")};
  return Called(Feedback(&w.desk).OpenComplaint(w.By(clerk), entered));
}

YearCall Rate(YearWorld& w) {
  const YearObject* grant =
      w.fold->Some(w, "grants", [](const YearObject&) { return true; });
  if (grant == nullptr) return std::nullopt;
  const Actor& applicant = w.Someone(grant->facts.consumer, Post::kApplicant);
  return Called(Feedback(&w.desk).RateGrant(w.By(applicant), grant->name, 1 + w.Pick(5),
                                            w.Text("及时")));
}

YearCall OnIncident(YearWorld& w, const YearAct& act) {
  const Incidents incidents(&w.desk);
  const Incident incident = ValueOf<Incident>(act);
  if (act.method != "CloseIncident" && incident.notices.size() + incident.measures.size() > 12) {
    return std::nullopt;
  }
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "AddMeasure") {
    return Called(incidents.AddMeasure(by, act.name, etag, w.Text("断开接口")));
  }
  if (act.method == "NotifyBody") {
    return Called(incidents.NotifyBody(by, act.name, etag, w.Text("网信部门"), "演示函〔2025〕9号"));
  }
  if (act.method == "CloseIncident") {
    return Called(incidents.Close(by, act.name, etag, w.Text("未造成泄露")));
  }
  return std::nullopt;
}

YearCall ReportIncident(YearWorld& w) {
  const Actor& reviewer = w.Someone(w.Any(w.providers), Post::kReviewer);
  const Incident facts{.severity = Incident::Severity::kGeneral,
                       .title = "异常访问",
                       .text = w.Text("夜间批量查询"),
                       .happen_time = w.now() - absl::Hours(3)};
  return Called(Incidents(&w.desk).Report(w.By(reviewer), facts));
}

YearCall RecordDrill(YearWorld& w) {
  const Actor& reviewer = w.Someone(w.Any(w.providers), Post::kReviewer);
  const Drill facts{.title = "应急演练",
                    .date = w.today(),
                    .scenario = w.Text("接口被滥用"),
                    .result = "按时处置"};
  return Called(Incidents(&w.desk).RecordDrill(w.By(reviewer), facts));
}

// Both of its clocks; its row has the one that counts.
absl::StatusOr<YearFacts> ReadInquiry(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(YearFacts facts, FactsOfCase<Inquiry>(bytes));
  Inquiry inquiry;
  SHAREWAY_RETURN_IF_ERROR(Decode(bytes, &inquiry));
  facts.clocks.clear();
  if (inquiry.clock) facts.clocks.push_back(*inquiry.clock);
  if (inquiry.extended) facts.clocks.push_back(*inquiry.extended);
  return facts;
}

Reports ReportsOf(YearWorld& w) {
  return Reports(&w.desk, [](absl::string_view agency) { return std::string(agency); });
}

YearCall SubmitReport(YearWorld& w) {
  const Actor& head = w.Someone(w.Any(w.providers), Post::kHead);
  return Called(ReportsOf(w).Submit(w.By(head), 2024, w.Text("全年共享情况")));
}

YearCall PublishEvaluation(YearWorld& w) {
  return Called(ReportsOf(w).Publish(w.By(w.Someone(Post::kOfficer)), 2024, w.Text("评估结果")));
}

}  // namespace

void AddSupervisionKinds(std::vector<YearKind>* kinds) {
  kinds->push_back({.collection = Finding::kCollection,
                    .tables = {&FindingTable()},
                    .read = FactsOfCase<Finding>,
                    .call = OnFinding,
                    .openings = {{"OpenFinding", 0.1, ReportFinding}},
                    .parties = SeatsAt});
  kinds->push_back(PlainKind<Circular>({{"PublishCircular", 0.1, PublishCircular}}));
  kinds->push_back({.collection = Inquiry::kCollection,
                    .tables = {&InquiryTable()},
                    .read = ReadInquiry,
                    .call = OnInquiry,
                    .openings = {{"OpenInquiry", 0.3, Inquire}}});
  kinds->push_back({.collection = Complaint::kCollection,
                    .tables = {&ComplaintTable()},
                    .read = FactsOfCase<Complaint>,
                    .call = OnComplaint,
                    .openings = {{"OpenComplaint", 0.2, Complain}}});
  kinds->push_back(PlainKind<Rating>({{"RateGrant", 0.2, Rate}}));
  kinds->push_back({.collection = Incident::kCollection,
                    .tables = {&IncidentTable()},
                    .read = FactsOfCase<Incident>,
                    .call = OnIncident,
                    .openings = {{"ReportIncident", 0.15, ReportIncident}}});
  kinds->push_back(PlainKind<Drill>({{"RecordDrill", 0.1, RecordDrill}}));
  kinds->push_back(PlainKind<AnnualReport>({{"SubmitAnnualReport", 0.08, SubmitReport}}));
  kinds->push_back(PlainKind<Evaluation>({{"PublishEvaluation", 0.04, PublishEvaluation}}));
}

}  // namespace shareway::sharing
