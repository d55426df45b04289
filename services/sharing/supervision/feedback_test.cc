// SPDX-License-Identifier: Apache-2.0
// Inquiries, complaints, ratings, incidents and drills through the store.
#include "services/sharing/supervision/feedback.h"

#include "catch2/catch.hpp"
#include "services/sharing/domain/tray.h"
#include "services/sharing/requests/warnings.h"
#include "services/sharing/store/subject_rows.h"
#include "services/sharing/supervision/incidents.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

struct Fixture : TestDesk {
  const Feedback feedback{&desk};
  const Incidents incidents{&desk};

  template <typename T>
  static std::string Etag(const Stored<T>& stored) {
    return Desk::EtagOf(stored.version);
  }
  Stored<Inquiry> Ask(const std::string& request_id = "") {
    return feedback.OpenInquiry(By(Applicant(), request_id), Marriages().name, "是否含补办登记？")
        .value();
  }
  size_t Inquiries(const Actor& actor) {
    return feedback.ListInquiries(actor, "", 10, [](const Inquiry&) { return true; })
        ->values.size();
  }
  size_t Complaints(const Actor& actor) {
    return feedback.ListComplaints(actor, "", 10, [](const Complaint&) { return true; })
        ->values.size();
  }
};

TEST_CASE("An inquiry goes from question to answer, with its clock in the list", "[feedback]") {
  Fixture t;
  const Stored<Inquiry> asked = t.Ask("id-1");
  CHECK(t.Ask("id-1").value.name == asked.value.name);
  CHECK(t.Inquiries(Reviewer()) == 1);
  CHECK(t.Inquiries(Officer()) == 1);
  CHECK(t.Inquiries(Stranger()) == 0);
  CHECK(ReasonOf(t.feedback.GetInquiry(Stranger(), asked.value.name).status()) ==
        Reason::kNotVisible);
  const auto row = [&](statute::ClockKind kind) {
    return t.store.LoadClock(asked.value.name, kind);
  };
  CHECK(row(statute::ClockKind::kInquiry)->debtor == kCivil);
  const Stored<Inquiry> longer = t.feedback
                                     .ExtendInquiry(t.By(ProviderHead()), asked.value.name,
                                                    Fixture::Etag(asked), "需会商")
                                     .value();
  CHECK(row(statute::ClockKind::kInquiryExtended)->clock.due.day == absl::CivilDay(2025, 10, 28));
  const Stored<Inquiry> answered = t.feedback
                                       .AnswerInquiry(t.By(Reviewer()), asked.value.name,
                                                      Fixture::Etag(longer), "包含")
                                       .value();
  CHECK(row(statute::ClockKind::kInquiryExtended)->clock.stop);
  const Stored<Inquiry> closed =
      t.feedback.CloseInquiry(t.By(Applicant()), asked.value.name, Fixture::Etag(answered))
          .value();
  const Stored<Inquiry> kept = t.store.LoadCase<Inquiry>(asked.value.name).value();
  CHECK(kept.value.state == Inquiry::State::kClosed);
  CHECK(kept.value.answer == "包含");
  CHECK(kept.value.extension_reason == "需会商");
  CHECK(kept.value.extended->due.day == closed.value.extended->due.day);
  CHECK(t.Events().back().kind() == RecordKind::INQUIRY_CHANGED);
  CHECK(ReasonOf(t.feedback.OpenInquiry(t.By(Applicant()), "resources/none", "？").status()) ==
        Reason::kNotVisible);
}

TEST_CASE("The first time of an inquiry stops when it is extended, and stands in no list",
          "[feedback]") {
  using Kind = statute::ClockKind;
  Fixture t;
  const Stored<Inquiry> asked = t.Ask();
  const statute::Clock first = t.store.LoadRunning(asked.value.name, Kind::kInquiry)->clock;
  // The half is over: the reviewer is warned of the first time.
  t.clock.Advance(statute::DueInstant(first) - absl::Hours(12) - t.clock.Now());
  REQUIRE(WarningsDue(t.desk).value() > 0);
  const std::string reviewers = TrayName({kCivil, Post::kReviewer});
  REQUIRE(WarnedOf(t.kv, {reviewers}, 10)->size() == 1);
  const Stored<Inquiry> longer = t.feedback
                                     .ExtendInquiry(t.By(ProviderHead()), asked.value.name,
                                                    Fixture::Etag(asked), "需会商")
                                     .value();
  const statute::Clock stopped = t.store.LoadClock(asked.value.name, Kind::kInquiry)->clock;
  CHECK(stopped.stop == t.clock.Now());
  CHECK(stopped.due == first.due);  // superseded by the other one, not overwritten
  CHECK(absl::IsNotFound(t.store.LoadRunning(asked.value.name, Kind::kInquiry).status()));
  const auto any = [](const ClockRow&, const Request*, const Dispute*) { return true; };
  for (const char* owner : {kTax, kCivil, "authorities/city"}) {
    const Page<ClockRow> running = t.store.ListClocks({owner}, "", 10, any).value();
    REQUIRE(running.values.size() == 1);
    CHECK(running.values[0].value.clock.kind == Kind::kInquiryExtended);
  }
  CHECK(WarnedOf(t.kv, {reviewers}, 10)->empty());
  // It was no act that was owed: only the answer counts.
  REQUIRE(t.feedback
              .AnswerInquiry(t.By(Reviewer()), asked.value.name, Fixture::Etag(longer), "包含")
              .ok());
  const absl::CivilDay today = statute::LawDay(t.clock.Now());
  const Page<ClockRow> ended =
      t.store.ListEndedClocks({kCivil}, absl::CivilDay(2025, 9, 1), today + 1, "", 10).value();
  REQUIRE(ended.values.size() == 1);
  CHECK(ended.values[0].value.clock.kind == Kind::kInquiryExtended);
}

TEST_CASE("A complaint is seen by whom it is about only once it deals with it", "[feedback]") {
  Fixture t;
  const Complaint entered{.kind = Complaint::Kind::kRights,
                          .about = kCivil,
                          .file_number = "信访 2025-17",
                          .text = "登记信息有误，影响办事"};
  const Stored<Complaint> taken =
      t.feedback.OpenComplaint(t.By(Applicant()), entered).value();
  // Evidence and lists tell whom it is about no more.
  const auto told = [&] {
    const evidence::AuditRecord event = t.Events().back();
    return std::vector<std::string>(event.agencies().begin(), event.agencies().end());
  };
  CHECK(told() == std::vector<std::string>{kTax});
  CHECK(t.store.ListCases<Complaint>({kCivil}, "", 10, [](const Complaint&) { return true; })
            ->values.empty());
  CHECK(t.Complaints(Applicant()) == 1);
  CHECK(t.Complaints(Officer()) == 1);
  CHECK(t.Complaints(ProviderHead()) == 0);
  CHECK(ReasonOf(t.feedback.GetComplaint(ProviderHead(), taken.value.name).status()) ==
        Reason::kNotVisible);
  // To another agency of the authority: that one sees it, whom it is about does not.
  const Stored<Complaint> assigned =
      t.feedback
          .AssignComplaint(t.By(Officer()), taken.value.name, Fixture::Etag(taken), kHousing)
          .value();
  CHECK(t.Complaints(ProviderHead()) == 0);
  CHECK(t.Complaints({.name = "people/hh", .agency = kHousing}) == 1);
  CHECK(told() == std::vector<std::string>{kTax, kHousing});
  const Stored<Complaint> again =
      t.feedback
          .AssignComplaint(t.By(Officer()), taken.value.name, Fixture::Etag(assigned), kCivil)
          .value();
  CHECK(t.Complaints(ProviderHead()) == 1);
  CHECK(ReasonOf(t.feedback.GetComplaint(Stranger(), taken.value.name).status()) ==
        Reason::kNotVisible);
  const Stored<Complaint> closed =
      t.feedback
          .CloseComplaint(t.By(ProviderHead()), taken.value.name, Fixture::Etag(again),
                          Complaint::Outcome::kFounded, "已更正")
          .value();
  CHECK(t.store.LoadCase<Complaint>(taken.value.name)->value == closed.value);
  CHECK(t.Events().back().kind() == RecordKind::COMPLAINT_CHANGED);
  // One of duplicate collection keeps the check that it cites.
  Complaint again_collected = entered;
  again_collected.kind = Complaint::Kind::kDuplicateCollection;
  again_collected.collection_check = "collectionChecks/abc123";
  const Stored<Complaint> cited =
      t.feedback.OpenComplaint(t.By(Applicant()), again_collected).value();
  CHECK(t.feedback.GetComplaint(Applicant(), cited.value.name)->value.collection_check ==
        "collectionChecks/abc123");
  Complaint unknown = entered;
  unknown.about = "agencies/unknown";
  CHECK(DetailsOf(t.feedback.OpenComplaint(t.By(Applicant()), unknown).status())
            ->fields[0]
            .field == "about");
}

TEST_CASE("A grant is rated once, by its consumer", "[feedback]") {
  Fixture t;
  const std::string grant = t.NameOf(t.Granted());
  const absl::Status other = t.feedback.RateGrant(t.By(Stranger()), grant, 5, "").status();
  CHECK(ReasonOf(other) == Reason::kNotVisible);
  CHECK(t.feedback.RateGrant(t.By(Stranger()), "grants/none", 5, "").status().code() ==
        other.code());
  CHECK(t.feedback.RateGrant(t.By(Applicant()), grant, 6, "").status().code() ==
        absl::StatusCode::kInvalidArgument);
  const Stored<Rating> rating = t.feedback.RateGrant(t.By(Applicant()), grant, 4, "及时").value();
  CHECK(t.store.LoadCase<Rating>(rating.value.name)->value == rating.value);
  CHECK(t.feedback.RateGrant(t.By(Applicant()), grant, 5, "").status().code() ==
        absl::StatusCode::kAlreadyExists);
  CHECK(t.feedback.ListRatings(Reviewer(), grant, "", 10)->values.size() == 1);
  CHECK(t.feedback.ListRatings(Reviewer(), "", "", 10)->values.size() == 1);
  CHECK(t.feedback.ListRatings(Stranger(), grant, "", 10)->values.empty());
}

TEST_CASE("An incident is reported, handled, told and closed", "[incidents]") {
  Fixture t;
  const std::string grant = t.NameOf(t.Granted());
  Incident facts{.severity = Incident::Severity::kSerious,
                 .title = "接口密钥外泄",
                 .text = "值守发现异常调用",
                 .happen_time = t.clock.Now() - absl::Hours(1),
                 .grants = {grant}};
  const Actor other{.name = "people/x", .agency = kHousing, .head = true};
  CHECK(ReasonOf(t.incidents.Report(t.By(other), facts).status()) == Reason::kNotVisible);
  const Stored<Incident> reported = t.incidents.Report(t.By(ProviderHead()), facts).value();
  const std::string& name = reported.value.name;
  CHECK(ReasonOf(t.incidents.Get(ConsumerHead(), name).status()) == Reason::kNotVisible);
  CHECK(t.incidents.Get(Officer(), name).ok());
  CHECK(ReasonOf(t.incidents
                     .Close(t.By(ProviderHead()), name, Fixture::Etag(reported), "已加固")
                     .status()) == Reason::kStateForbids);
  const Stored<Incident> handled =
      t.incidents.AddMeasure(t.By(ProviderHead()), name, Fixture::Etag(reported), "更换密钥")
          .value();
  const Stored<Incident> told = t.incidents
                                    .NotifyBody(t.By(Officer()), name, Fixture::Etag(handled),
                                                "演示市网信办", "〔2025〕1号")
                                    .value();
  const Stored<Incident> closed =
      t.incidents.Close(t.By(Officer()), name, Fixture::Etag(told), "已加固").value();
  CHECK(t.store.LoadCase<Incident>(name)->value == closed.value);
  CHECK(closed.value.measures.size() == 1);
  CHECK(closed.value.notices[0].body == "演示市网信办");
  CHECK(t.Events().back().kind() == RecordKind::INCIDENT_CHANGED);
  CHECK(t.Events().back().rule() == "cn-2025-809@1 R25 第三十五条");
  // From its report to its end the evidence of its grants is held, which nobody else is told.
  std::vector<std::string> holds;
  for (const evidence::AuditRecord& event : t.Events()) {
    if (event.kind() != RecordKind::INCIDENT_CHANGED || event.object() != grant) continue;
    holds.push_back(event.reason());
    CHECK(event.grant() == grant);
    REQUIRE(event.agencies_size() == 1);
    CHECK(event.agencies(0) == kCivil);
  }
  CHECK(holds ==
        std::vector<std::string>{"EVIDENCE_HELD: " + name, "EVIDENCE_RELEASED: " + name});
  const auto any = [](const Incident&) { return true; };
  CHECK(t.incidents.List(Officer(), "", 10, any)->values.size() == 1);
  CHECK(t.incidents.List(Stranger(), "", 10, any)->values.empty());
}

TEST_CASE("A drill that was held is recorded", "[incidents]") {
  Fixture t;
  Drill facts{.title = "断网演练",
              .date = absl::CivilDay(2025, 9, 29),
              .scenario = "主用链路中断",
              .result = "12 分钟恢复"};
  const Stored<Drill> drill = t.incidents.RecordDrill(t.By(ProviderHead()), facts).value();
  CHECK(t.store.LoadCase<Drill>(drill.value.name)->value == drill.value);
  CHECK(t.incidents.ListDrills(Officer(), "", 10)->values.size() == 1);
  CHECK(t.incidents.ListDrills(ConsumerHead(), "", 10)->values.empty());
  CHECK(t.Events().back().kind() == RecordKind::DRILL_RECORDED);
  facts.date = absl::CivilDay(2025, 10, 1);
  CHECK(t.incidents.RecordDrill(t.By(ProviderHead()), facts).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shareway::sharing
