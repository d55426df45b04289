// SPDX-License-Identifier: Apache-2.0
// A text that is marked as a state or work secret is refused wherever a person writes one, with the
// article, and never repeated (R25 第三条). Those of requests, corrections, recalls, demands and
// disputes have tests of their own.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/domain/notice.h"
#include "services/sharing/domain/service_change.h"
#include "services/sharing/domain/use_record.h"
#include "services/sharing/supervision/feedback.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/supervision/incidents.h"
#include "services/sharing/supervision/reports.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

const char kSecret[] = "机密★10年 内部材料";

Grant GrantIn(Grant::State state) {
  return Grant::Restore({.name = "grants/g",
                         .consumer = kTax,
                         .provider = kCivil,
                         .resource = Marriages().name,
                         .items = {"cert_no"},
                         .methods = {Method::kDownload},
                         .start_time = Morning() - absl::Hours(24),
                         .end_time = Morning() + absl::Hours(24 * 100),
                         .state = state,
                         .rule = "cn-2025-809@1 R25 第二十一条第一款",
                         .create_time = Morning() - absl::Hours(24)});
}

Notice NoticeIn(Notice::State state) {
  Notice notice = OpenNotice({.name = "notices/n",
                              .grant = "grants/g",
                              .consumer = kTax,
                              .provider = kCivil,
                              .finding = "超出用途"},
                             R25(), Morning())
                      .value();
  notice.state = state;
  return notice;
}

Disposal DisposalIn(Disposal::State state) {
  Disposal disposal = **OpenDisposal(GrantIn(Grant::State::kActive), GrantIn(Grant::State::kEnded),
                                     R25(), Morning());
  disposal.state = state;
  return disposal;
}

ServiceChange Consulting() {
  return ProposeServiceChange({.name = "service-changes/c",
                               .kind = ServiceChange::Kind::kChange,
                               .reason = "接口升级",
                               .effect = absl::CivilDay(2026, 3, 2)},
                              Marriages(), {kTax}, R25(), Morning())
      .value();
}

// What each writer of a text of these objects is told.
std::vector<absl::Status> OfGrants() {
  const Parties parties = TaxAsksCivil();
  const absl::Time now = Morning();
  const Grant active = GrantIn(Grant::State::kActive);
  const Actor head = ProviderHead();
  DisposalReport report{.method = DisposalMethod::kErased,
                        .day = statute::LawDay(now),
                        .person = "people/a",
                        .manifest_digest = std::string(32, 'd'),
                        .note = kSecret};
  const UseRecord use{.scenario = "核税",
                      .process = "窗口查询",
                      .effect = kSecret,
                      .storage = "未留存",
                      .destruction = "即用即销",
                      .start = statute::LawDay(now),
                      .end = statute::LawDay(now)};
  const OfflineDelivery delivery{.medium = OfflineDelivery::Medium::kOpticalDisc,
                                 .label = kSecret,
                                 .digest = std::string(32, 'd'),
                                 .records = 1,
                                 .giver = "people/r",
                                 .receiver = "people/a",
                                 .day = statute::LawDay(now)};
  ServiceChange answered = Consulting();
  answered.answers[0].agrees = true;
  answered.answers[0].time = now;
  return {
      active.Suspend(head, parties, SuspendGround::kMisuse, kSecret, "notices/n").status(),
      GrantIn(Grant::State::kSuspended).Resume(head, parties, Marriages(), kSecret).status(),
      active.Revoke(head, parties, RevokeGround::kBasisChanged, kSecret, {}, now).status(),
      active.AskRenewal(ConsumerHead(), parties, absl::CivilDay(2026, 9, 1), kSecret, now).status(),
      active.DeclineRenewal(head, parties, kSecret).status(),
      active.End(ConsumerHead(), parties, EndGround::kAchieved, kSecret).status(),
      Grant::Direct({.items = {},
                     .purposes = {Purpose::kWorkReference},
                     .scenario = kSecret,
                     .end = absl::CivilDay(2026, 1, 1)},
                    Applicant(), Divisions(), M16(), "grants/d", now)
          .status(),
      AnswerNotice(NoticeIn(Notice::State::kOpen), ConsumerHead(), parties, kSecret, now).status(),
      RejectRectification(NoticeIn(Notice::State::kAnswered), head, parties, kSecret, now).status(),
      ReportNotice(NoticeIn(Notice::State::kFailed), head, parties, kSecret, now).status(),
      ReportDisposal(DisposalIn(Disposal::State::kOwed), Applicant(), parties, report, now)
          .status(),
      RejectDisposal(DisposalIn(Disposal::State::kReported), head, parties, kSecret, now).status(),
      ReportUse(use, active, Applicant(), parties, R25(), now).status(),
      InspectUse(active, Reviewer(), parties, kSecret, 0, R25(), "inspections/i", now).status(),
      RecordOfflineDelivery(delivery, active, Reviewer(), parties, R25(), now).status(),
      ProposeServiceChange({.name = "service-changes/d",
                            .kind = ServiceChange::Kind::kChange,
                            .reason = kSecret,
                            .effect = absl::CivilDay(2026, 3, 2)},
                           Marriages(), {kTax}, R25(), now)
          .status(),
      AnswerServiceChange(Consulting(), ConsumerHead(), parties, false, kSecret, now).status(),
      FileServiceChange(answered, head, parties, kSecret, "", now).status(),
  };
}

std::vector<absl::Status> OfSupervision(TestDesk& t) {
  const Feedback feedback(&t.desk);
  const Findings findings(&t.desk);
  const Incidents incidents(&t.desk);
  const Reports reports(&t.desk, [](absl::string_view) { return std::string(); });
  const std::string grant = t.NameOf(t.Granted());
  const auto etag = [](const auto& stored) { return Desk::EtagOf(stored.version); };
  const Stored<Inquiry> inquiry =
      feedback.OpenInquiry(t.By(Applicant()), Marriages().name, "是否含补办登记？").value();
  Complaint complaint{.kind = Complaint::Kind::kRights,
                      .about = kCivil,
                      .file_number = "信访 2025-17",
                      .text = "登记信息有误"};
  const Stored<Complaint> taken = feedback.OpenComplaint(t.By(Applicant()), complaint).value();
  const Stored<Complaint> assigned =
      feedback.AssignComplaint(t.By(Officer()), taken.value.name, etag(taken), kCivil).value();
  complaint.text = kSecret;
  Incident incident{.severity = Incident::Severity::kGeneral,
                    .title = "接口密钥外泄",
                    .text = "值守发现异常调用",
                    .happen_time = t.clock.Now()};
  const Stored<Incident> reported = incidents.Report(t.By(ProviderHead()), incident).value();
  const Stored<Incident> handled =
      incidents.AddMeasure(t.By(ProviderHead()), reported.value.name, etag(reported), "更换密钥")
          .value();
  incident.text = kSecret;
  Finding finding{.detector = "r25-40-2", .about = kTax, .subject = grant, .summary = "使用存疑"};
  finding.evidence.push_back({.object = grant, .note = "日志"});
  const Stored<Finding> opened = findings.Open(t.By(ProviderHead()), finding, false).value();
  finding.evidence[0].note = kSecret;
  const Drill drill{.title = "断网演练",
                    .date = statute::LawDay(t.clock.Now()),
                    .scenario = kSecret,
                    .result = "恢复"};
  const Circular circular{.title = "通报", .text = kSecret, .document_number = "1号"};
  const std::string& asked = inquiry.value.name;
  const std::string& of = handled.value.name;
  return {
      feedback.OpenInquiry(t.By(Applicant()), Marriages().name, kSecret).status(),
      feedback.ExtendInquiry(t.By(ProviderHead()), asked, etag(inquiry), kSecret).status(),
      feedback.AnswerInquiry(t.By(Reviewer()), asked, etag(inquiry), kSecret).status(),
      feedback.OpenComplaint(t.By(Applicant()), complaint).status(),
      feedback
          .CloseComplaint(t.By(ProviderHead()), taken.value.name, etag(assigned),
                          Complaint::Outcome::kFounded, kSecret)
          .status(),
      feedback.RateGrant(t.By(Applicant()), grant, 5, kSecret).status(),
      incidents.Report(t.By(ProviderHead()), incident).status(),
      incidents.AddMeasure(t.By(ProviderHead()), of, etag(handled), kSecret).status(),
      incidents.NotifyBody(t.By(ProviderHead()), of, etag(handled), kSecret, "1号").status(),
      incidents.Close(t.By(ProviderHead()), of, etag(handled), kSecret).status(),
      incidents.RecordDrill(t.By(ProviderHead()), drill).status(),
      findings.Open(t.By(ProviderHead()), finding, false).status(),
      findings.Justify(t.By(ConsumerHead()), opened.value.name, etag(opened), kSecret, {}).status(),
      findings.Dismiss(t.By(Officer()), opened.value.name, etag(opened), kSecret).status(),
      findings.Publish(t.By(Officer()), circular).status(),
      reports.Submit(t.By(ProviderHead()), 2024, kSecret).status(),
      reports.Publish(t.By(Officer()), 2024, kSecret).status(),
  };
}

TEST_CASE("A text that is marked as secret is refused wherever one is written", "[secrets]") {
  TestDesk t;
  std::vector<absl::Status> all = OfGrants();
  const std::vector<absl::Status> others = OfSupervision(t);
  all.insert(all.end(), others.begin(), others.end());
  for (size_t i = 0; i < all.size(); ++i) {
    INFO(i << ": " << all[i].ToString());
    CHECK(absl::IsInvalidArgument(all[i]));
    CHECK(ReasonOf(all[i]) == Reason::kSecretRefused);
    CHECK_FALSE(absl::StrContains(all[i].ToString(), "内部材料"));
    CHECK(absl::StrContains(all[i].message(), "R25 第三条"));
    CHECK(absl::StrContains(all[i].message(), "@1"));
  }
  // Nothing of it is kept.
  for (const evidence::AuditRecord& event : t.Events()) {
    CHECK_FALSE(absl::StrContains(event.SerializeAsString(), "内部材料"));
  }
  bool kept = false;
  REQUIRE(t.kv.Scan("", "", [&](absl::string_view, absl::string_view value, uint64_t) {
                kept = kept || absl::StrContains(value, "内部材料");
                return true;
              }).ok());
  CHECK_FALSE(kept);
}

TEST_CASE("A consumer is not suspended for a reason that is marked as secret", "[secrets]") {
  TestDesk t;
  const std::string grant = t.NameOf(t.Granted());
  const absl::Status refused =
      t.grants
          .SuspendConsumer(t.By(ProviderHead(), "once", "body"), kTax, SuspendGround::kMisuse,
                           kSecret)
          .status();
  CHECK(ReasonOf(refused) == Reason::kSecretRefused);
  CHECK(t.store.LoadGrant(grant)->value.fields().state == Grant::State::kActive);
}

}  // namespace
}  // namespace shareway::sharing
