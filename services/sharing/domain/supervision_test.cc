// SPDX-License-Identifier: Apache-2.0
// Inquiries, complaints, incidents, findings: every method in every state by everybody, from the
// tables; and what bad input gets.
#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/complaint.h"
#include "services/sharing/domain/detector.h"
#include "services/sharing/domain/examples.h"
#include "services/sharing/domain/finding.h"
#include "services/sharing/domain/incident.h"
#include "services/sharing/domain/inquiry.h"
#include "services/sharing/domain/yearly.h"

namespace shareway::sharing {
namespace {

Parties TaxAndCivil() { return {AgencyOf(kTax), AgencyOf(kCivil)}; }
Actor HeadOf(std::string agency) {
  return {.name = "people/h", .agency = std::move(agency), .head = true};
}

// Calls `act` for each method that people have, in each state, by each of the usual actors, and
// compares with what the table says.
template <typename Act>
void Walk(const StateTable& table, const Parties& parties, Act act) {
  CHECK(Fault(table) == "");
  const std::vector<Actor> actors = {Applicant(), ConsumerHead(), Reviewer(), ProviderHead(),
                                     Officer(),   Recorder(),     Stranger()};
  for (const Transition& transition : table.transitions) {
    if (transition.who.empty()) continue;
    for (const Actor& actor : actors) {
      bool may = false;
      for (const Who& who : transition.who) may = may || Holds(who, actor, parties);
      for (const int state : table.states) {
        const bool from = std::find(transition.from.begin(), transition.from.end(), state) !=
                          transition.from.end();
        CAPTURE(transition.method, actor.name, table.name(state));
        int after = -1;
        const absl::Status status = act(transition.method, state, actor, &after);
        if (!may) {
          CHECK(status.code() == absl::StatusCode::kPermissionDenied);
        } else if (!from) {
          CHECK(ReasonOf(status) == Reason::kStateForbids);
        } else {
          CHECK(status.ok());
          CHECK(std::find(transition.to.begin(), transition.to.end(), after) !=
                transition.to.end());
        }
      }
    }
  }
}

template <typename T>
absl::Status Took(const absl::StatusOr<T>& result, int* after) {
  if (result.ok()) *after = static_cast<int>(result->state);
  return result.status();
}

Finding Late() {
  return {.name = "findings/f",
          .consumer = kTax,
          .provider = kCivil,
          .profile = "cn-2025-809@1",
          .create_time = Morning(),
          .origin = Finding::Origin::kAutomatic,
          .state = Finding::State::kSuspected,
          .detector = "r25-39-4",
          .article = "cn-2025-809@1 R25 第三十九条第四项",
          .about = kCivil,
          .subject = "requests/r",
          .summary = "有条件共享申请答复期限已过",
          .evidence = {{.object = "requests/r", .time = Morning(), .note = "最后期限 2025-09-29"}},
          .competent = "authorities/city",
          .competent_agency = kBureau,
          .state_time = Morning()};
}

TEST_CASE("Each method of a finding in each state by everybody does what the table says",
          "[findings]") {
  const auto act = [](absl::string_view method, int state, const Actor& actor, int* after) {
    Finding finding = Late();
    finding.state = static_cast<Finding::State>(state);
    if (method == "JustifyFinding") {
      return Took(Justify(finding, actor, "系统故障", {}, Morning()), after);
    }
    if (method == "ConfirmFinding") return Took(Confirm(finding, actor, "属实", Morning()), after);
    return Took(Dismiss(finding, actor, "理由成立", Morning()), after);
  };
  Walk(FindingTable(), SeatsOf(Late()), act);
}

TEST_CASE("Only the competent body judges a finding", "[findings]") {
  const Actor province{.name = "people/p", .agency = "agencies/province", .officer = true};
  const absl::Status other = Confirm(Late(), province, "属实", Morning()).status();
  CHECK(ReasonOf(other) == Reason::kNotCompetent);
  CHECK(absl::StrContains(other.message(), "authorities/city"));
  // About the authority itself, its own officers answer and the superior's judge.
  Finding about = Late();
  about.about = "authorities/city";
  about.provider = kBureau;
  about.competent = "authorities/province";
  about.competent_agency = "agencies/province";
  CHECK(Confirm(about, Officer(), "属实", Morning()).status().code() ==
        absl::StatusCode::kPermissionDenied);
  CHECK(Justify(about, Officer(), "已协调", {}, Morning())->state == Finding::State::kJustified);
  CHECK(Confirm(about, province, "属实", Morning())->state == Finding::State::kConfirmed);
  // Nobody is above: nobody judges.
  about.competent = about.competent_agency = "";
  CHECK(ReasonOf(Dismiss(about, province, "理由成立", Morning()).status()) ==
        Reason::kNotCompetent);
  // Who reported it does not judge it.
  Finding reported = Late();
  reported.opened_by = Officer().name;
  CHECK(ReasonOf(Confirm(reported, Officer(), "属实", Morning()).status()) == Reason::kOwnRequest);
  Actor colleague = Officer();
  colleague.name = "people/o2";
  CHECK(Confirm(reported, colleague, "属实", Morning()).ok());
}

TEST_CASE("Nothing is confirmed without evidence", "[findings]") {
  Finding bare = Late();
  bare.evidence.clear();
  CHECK(ReasonOf(Confirm(bare, Officer(), "属实", Morning()).status()) == Reason::kProofRequired);
  CHECK(Dismiss(bare, Officer(), "没有证据", Morning()).ok());
}

TEST_CASE("What is said to a finding keeps within its evidence", "[findings]") {
  Finding finding = Late();
  finding.evidence.resize(18, {.object = "requests/r"});
  const std::vector<Finding::Proof> ten(10, {.object = "requests/r"});
  const Finding full = *Justify(finding, ProviderHead(), "系统故障", ten, Morning());
  CHECK(full.evidence.size() == 28);
  const absl::Status more = Justify(full, ProviderHead(), "系统故障", {ten[0]}, Morning()).status();
  CHECK(DetailsOf(more)->fields[0].field == "evidence");
  CHECK(Justify(full, ProviderHead(), "补充说明", {}, Morning())->justification == "补充说明");
}

TEST_CASE("A prewarning that was justified beforehand is not asked for a reason again",
          "[findings]") {
  Finding amber = Late();
  amber.state = Finding::State::kPrewarning;
  const Finding justified = *Justify(amber, ProviderHead(), "等待法定公告期", {}, Morning());
  CHECK(justified.state == Finding::State::kPrewarning);
  CHECK(Breach(justified, "已过", {.object = "requests/r"}, Morning()).state ==
        Finding::State::kJustified);
  const Finding red = Breach(amber, "已过", {.object = "requests/r"}, Morning());
  CHECK(red.state == Finding::State::kSuspected);
  CHECK(red.evidence.size() == amber.evidence.size() + 1);
  CHECK(Settle(amber, {.object = "requests/r", .note = "已按时答复"}, Morning()).state ==
        Finding::State::kDismissed);
}

TEST_CASE("Before confirmation nothing is called 违法 or 违规", "[findings]") {
  for (const int state : FindingTable().states) {
    const absl::string_view label = Finding::Label(static_cast<Finding::State>(state));
    CHECK(!label.empty());
    CHECK(!absl::StrContains(label, "违法"));
    CHECK(!absl::StrContains(label, "违规"));
  }
  CHECK(Finding::Label(Finding::State::kPrewarning) == "预警");
  CHECK(Finding::Label(Finding::State::kSuspected) == "疑似问题线索");
  for (const Detector& detector : Detectors()) {
    CHECK(!absl::StrContains(detector.title, "违法"));
    CHECK(!absl::StrContains(detector.title, "违规"));
  }
}

TEST_CASE("What is wrong with a report of a finding is named by field", "[findings]") {
  struct Spoil {
    std::string field;
    std::function<void(Finding*)> spoil;
  };
  const std::vector<Spoil> table = {
      {"summary", [](Finding* f) { f->summary = ""; }},
      {"summary", [](Finding* f) { f->summary = std::string(1001, 'x'); }},
      {"summary", [](Finding* f) { f->summary = "该部门违规使用"; }},
      {"summary", [](Finding* f) { f->summary = "涉嫌违法"; }},
      {"evidence", [](Finding* f) { f->evidence.resize(11, {.object = "requests/r"}); }},
      {"evidence[0]", [](Finding* f) { f->evidence = {{}}; }},
      {"evidence[0].object", [](Finding* f) { f->evidence[0].object = std::string(101, 'x'); }},
      {"evidence[0].note", [](Finding* f) { f->evidence[0].note = std::string(201, 'x'); }},
  };
  CHECK(CheckReport(Late()).ok());
  for (const Spoil& row : table) {
    Finding finding = Late();
    row.spoil(&finding);
    const absl::Status status = CheckReport(finding);
    CAPTURE(row.field);
    REQUIRE(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(DetailsOf(status)->fields[0].field == row.field);
  }
}

TEST_CASE("Every liability article has a row, and every row an article", "[findings]") {
  std::set<absl::string_view> ids;
  for (const Detector& detector : Detectors()) {
    CHECK(ids.insert(detector.id).second);
    CHECK(FindDetector(detector.id) == &detector);
    CHECK(absl::StartsWith(detector.article, absl::StrCat(detector.text, " ")));
    for (const statute::ClockKind kind : detector.clocks) {
      CHECK(DetectorOf(kind, detector.text) == &detector);  // one row a clock
      CHECK(!ClockLabel(kind).empty());
    }
  }
  for (const int point : {1, 2, 3, 4, 5}) CHECK(ids.count(absl::StrCat("m16-24-", point)) == 1);
  for (int point = 1; point <= 8; ++point) CHECK(ids.count(absl::StrCat("r25-39-", point)) == 1);
  for (int point = 1; point <= 6; ++point) CHECK(ids.count(absl::StrCat("r25-40-", point)) == 1);
  for (const int point : {1, 2}) CHECK(ids.count(absl::StrCat("r25-41-", point)) == 1);
  CHECK(TextOfProfile("cn-2016-51") == "M16");
  CHECK(TextOfProfile("cn-2025-809/county-2-5-10") == "R25");
}

TEST_CASE("A circular names confirmed findings of its own authority, each once", "[findings]") {
  Circular circular{.name = "circulars/c",
                    .authority = "authorities/city",
                    .title = "关于政务数据共享情况的通报",
                    .text = "现将有关情况通报如下。",
                    .document_number = "演数〔2025〕3号",
                    .findings = {"findings/f"}};
  CHECK(Check(circular).ok());
  CHECK(ReasonOf(Name(circular, Late()).status()) == Reason::kStateForbids);
  Finding confirmed = *Confirm(Late(), Officer(), "属实", Morning());
  CHECK(Name(circular, confirmed)->agencies == std::vector<std::string>{kCivil});
  CHECK(Name(*Name(circular, confirmed), confirmed)->agencies.size() == 1);
  confirmed.competent = "authorities/province";
  CHECK(ReasonOf(Name(circular, confirmed).status()) == Reason::kNotCompetent);
  circular.findings = {"findings/f", "findings/f"};
  CHECK(DetailsOf(Check(circular))->fields[0].field == "findings[1]");
  circular.findings = {};
  CHECK(DetailsOf(Check(circular))->fields[0].field == "findings");
}

Inquiry Asked() {
  return *OpenInquiry(Applicant(), Marriages(), "是否含补办登记？", R25(), "inquiries/i",
                      Morning());
}

TEST_CASE("Each method of an inquiry in each state by everybody does what the table says",
          "[feedback]") {
  const auto act = [](absl::string_view method, int state, const Actor& actor, int* after) {
    Inquiry inquiry = Asked();
    inquiry.state = static_cast<Inquiry::State>(state);
    if (method == "ExtendInquiry") {
      return Took(Extend(inquiry, actor, TaxAndCivil(), "需会商", R25(), Morning()), after);
    }
    if (method == "AnswerInquiry") {
      return Took(Answer(inquiry, actor, TaxAndCivil(), "包含", Morning()), after);
    }
    return Took(Close(inquiry, actor, TaxAndCivil(), Morning()), after);
  };
  Walk(InquiryTable(), TaxAndCivil(), act);
}

TEST_CASE("An inquiry is owed in 3 working days, in 15 with the head's consent", "[feedback]") {
  const Inquiry asked = Asked();
  CHECK(asked.counts().due.day == absl::CivilDay(2025, 10, 11));  // the holiday lies between
  const Inquiry longer =
      *Extend(asked, ProviderHead(), TaxAndCivil(), "需会商", R25(), Morning());
  CHECK(longer.counts().due.day == absl::CivilDay(2025, 10, 28));
  CHECK(longer.clock->stop);
  CHECK(ReasonOf(Extend(longer, ProviderHead(), TaxAndCivil(), "再延", R25(), Morning()).status()) ==
        Reason::kStateForbids);
  const absl::Time after = statute::DueInstant(*asked.clock);
  CHECK(ReasonOf(Extend(asked, ProviderHead(), TaxAndCivil(), "需会商", R25(), after).status()) ==
        Reason::kDeadlinePassed);
  CHECK(Extend(asked, ProviderHead(), TaxAndCivil(), "需会商", R25(), after - absl::Seconds(1))
            .ok());
  const Inquiry answered = *Answer(longer, Reviewer(), TaxAndCivil(), "包含", after);
  CHECK(answered.extended->stop == after);
}

TEST_CASE("An inquiry is about what another agency published", "[feedback]") {
  Resource resource = Marriages();
  Actor own = Applicant();
  own.agency = kCivil;
  const auto ask = [&](const Actor& actor, std::string question) {
    return OpenInquiry(actor, resource, std::move(question), R25(), "inquiries/i", Morning())
        .status();
  };
  CHECK(DetailsOf(ask(own, "？"))->fields[0].field == "resource");
  CHECK(DetailsOf(ask(Applicant(), ""))->fields[0].field == "question");
  CHECK(DetailsOf(ask(Applicant(), std::string(1001, 'x')))->fields[0].field == "question");
  resource.state = Resource::State::kWithdrawn;
  CHECK(ReasonOf(ask(Applicant(), "？")) == Reason::kStateForbids);
}

Complaint Entered() {
  return *Enter({.kind = Complaint::Kind::kDuplicateCollection,
                 .about = kCivil,
                 .file_number = "信访 2025-17",
                 .text = "办理时再次要求提交结婚证复印件"},
                Applicant(), "complaints/c", Morning());
}

TEST_CASE("Each method of a complaint in each state by everybody does what the table says",
          "[feedback]") {
  const auto act = [](absl::string_view method, int state, const Actor& actor, int* after) {
    Complaint complaint = Entered();
    complaint.state = static_cast<Complaint::State>(state);
    if (method == "AssignComplaint") {
      return Took(Assign(complaint, actor, TaxAndCivil(), AgencyOf(kCivil)), after);
    }
    return Took(Close(complaint, actor, TaxAndCivil(), Complaint::Outcome::kFounded, "已改正",
                      Morning()),
                after);
  };
  Walk(ComplaintTable(), TaxAndCivil(), act);
}

TEST_CASE("What is wrong with a complaint is named by field", "[feedback]") {
  const auto enter = [](int kind, std::string number, std::string text) {
    return Enter({.kind = static_cast<Complaint::Kind>(kind),
                  .about = kCivil,
                  .file_number = std::move(number),
                  .text = std::move(text)},
                 Applicant(), "complaints/c", Morning())
        .status();
  };
  CHECK(enter(1, "1", "x").ok());
  CHECK(DetailsOf(enter(0, "1", "x"))->fields[0].field == "kind");
  CHECK(DetailsOf(enter(4, "1", "x"))->fields[0].field == "kind");
  CHECK(DetailsOf(enter(1, "", "x"))->fields[0].field == "file_number");
  CHECK(DetailsOf(enter(1, "1", ""))->fields[0].field == "text");
  const auto cite = [](Complaint::Kind kind, std::string check) {
    return Enter({.kind = kind,
                  .about = kCivil,
                  .file_number = "1",
                  .text = "x",
                  .collection_check = std::move(check)},
                 Applicant(), "complaints/c", Morning())
        .status();
  };
  CHECK(cite(Complaint::Kind::kDuplicateCollection, "collectionChecks/abc123").ok());
  for (const char* form : {"abc123", "checks/abc123", "collectionChecks/", "collectionChecks/a/b"}) {
    CAPTURE(form);
    CHECK(DetailsOf(cite(Complaint::Kind::kDuplicateCollection, form))->fields[0].field ==
          "collection_check");
  }
  CHECK(DetailsOf(cite(Complaint::Kind::kRights, "collectionChecks/abc123"))->fields[0].field ==
        "collection_check");
  // It goes to an agency of the officer's authority, and nobody closes what he entered.
  Agency far = AgencyOf("agencies/far");
  far.authority.agency = "agencies/province";
  CHECK(DetailsOf(Assign(Entered(), Officer(), TaxAndCivil(), far).status())->fields[0].field ==
        "agency");
  Complaint own = *Assign(Entered(), Officer(), TaxAndCivil(), AgencyOf(kCivil));
  own.entered_by = Officer().name;
  CHECK(ReasonOf(Close(own, Officer(), TaxAndCivil(), Complaint::Outcome::kFounded, "已改正",
                       Morning())
                     .status()) == Reason::kOwnRequest);
  CHECK(DetailsOf(Close(own, HeadOf(kCivil), TaxAndCivil(), Complaint::Outcome::kUnspecified,
                        "已改正", Morning())
                      .status())
            ->fields[0]
            .field == "outcome");
}

TEST_CASE("Stars are one to five", "[feedback]") {
  for (const int stars : {-1, 0, 6}) {
    CHECK(DetailsOf(Check(Rating{.stars = stars}))->fields[0].field == "stars");
  }
  CHECK(Check(Rating{.stars = 1}).ok());
  CHECK(Check(Rating{.stars = 5, .text = std::string(1000, 'x')}).ok());
  CHECK(!Check(Rating{.stars = 5, .text = std::string(1001, 'x')}).ok());
}

Incident Leak() {
  return {.severity = Incident::Severity::kLarger,
          .title = "接口密钥外泄",
          .text = "值守发现异常调用",
          .happen_time = Morning() - absl::Hours(2),
          .grants = {"grants/g"}};
}

TEST_CASE("Each method of an incident in each state by everybody does what the table says",
          "[incidents]") {
  Actor staff = Reviewer();
  staff.agency = kCivil;
  const Incident reported = *Report(Leak(), staff, "incidents/i", Morning());
  const Parties parties{Agency{}, AgencyOf(kCivil)};
  const auto act = [&](absl::string_view method, int state, const Actor& actor, int* after) {
    Incident incident = reported;
    incident.state = static_cast<Incident::State>(state);
    if (method == "AddMeasure") {
      return Took(AddMeasure(incident, actor, parties, "更换密钥", Morning()), after);
    }
    if (method == "NotifyBody") {
      return Took(NotifyBody(incident, actor, parties, "演示市网信办", "〔2025〕1号", Morning()),
                  after);
    }
    return Took(Close(incident, actor, parties, "已加固", Morning()), after);
  };
  Walk(IncidentTable(), parties, act);
}

TEST_CASE("What is wrong with an incident is named by field", "[incidents]") {
  struct Spoil {
    std::string field;
    std::function<void(Incident*)> spoil;
  };
  const std::vector<Spoil> table = {
      {"severity", [](Incident* i) { i->severity = Incident::Severity::kUnspecified; }},
      {"severity", [](Incident* i) { i->severity = static_cast<Incident::Severity>(5); }},
      {"title", [](Incident* i) { i->title = ""; }},
      {"text", [](Incident* i) { i->text = std::string(2001, 'x'); }},
      {"happen_time", [](Incident* i) { i->happen_time = Morning() + absl::Seconds(1); }},
      {"grants[0]", [](Incident* i) { i->grants = {"requests/r"}; }},
      {"grants", [](Incident* i) { i->grants.resize(101, "grants/g"); }},
  };
  CHECK(Report(Leak(), Reviewer(), "incidents/i", Morning()).ok());
  for (const Spoil& row : table) {
    Incident incident = Leak();
    row.spoil(&incident);
    const absl::Status status = Report(incident, Reviewer(), "incidents/i", Morning()).status();
    CAPTURE(row.field);
    REQUIRE(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(DetailsOf(status)->fields[0].field == row.field);
  }
  Drill drill{.title = "断网演练",
              .date = absl::CivilDay(2025, 9, 30),
              .scenario = "主用链路中断",
              .result = "12 分钟恢复"};
  CHECK(Check(drill, Morning()).ok());
  drill.date = absl::CivilDay(2025, 10, 1);
  CHECK(DetailsOf(Check(drill, Morning()))->fields[0].field == "date");
}

TEST_CASE("The measures of an incident have room together, not each for itself", "[incidents]") {
  const Parties parties{Agency{}, AgencyOf(kCivil)};
  Incident incident = *Report(Leak(), ProviderHead(), "incidents/i", Morning());
  const auto add = [&](const std::string& text) {
    return AddMeasure(incident, ProviderHead(), parties, text, Morning());
  };
  for (int i = 0; i < 8; ++i) incident = *add(std::string(1000, 'x'));
  CHECK(DetailsOf(add("x").status())->fields[0].field == "text");
  incident.measures.resize(7);
  CHECK(DetailsOf(add(std::string(1001, 'x')).status())->fields[0].field == "text");
  for (int i = 0; i < 53; ++i) incident = *add("x");
  CHECK(incident.measures.size() == 60);
  CHECK(DetailsOf(add("x").status())->fields[0].field == "text");
  incident.notices.resize(20);
  CHECK(DetailsOf(NotifyBody(incident, ProviderHead(), parties, "b", "n", Morning()).status())
            ->fields[0]
            .field == "body");
}

TEST_CASE("The annual report is due by the end of February under M16", "[reports]") {
  CHECK(AnnualReportDue(*M16().profile, 2025) == absl::CivilDay(2026, 2, 28));
  CHECK(AnnualReportDue(*M16().profile, 2027) == absl::CivilDay(2028, 2, 29));
  CHECK(!AnnualReportDue(*R25().profile, 2025));
  AnnualReport report{.create_time = statute::StartOfDay(absl::CivilDay(2026, 3, 1)),
                      .due = absl::CivilDay(2026, 2, 28)};
  CHECK(report.late());
  report.create_time -= absl::Seconds(1);
  CHECK(!report.late());
  const absl::Time new_year = statute::StartOfDay(absl::CivilDay(2026, 1, 1));
  CHECK(CheckYearly(2025, "报告", new_year).ok());
  CHECK(ReasonOf(CheckYearly(2025, "报告", new_year - absl::Seconds(1))) ==
        Reason::kDeadlineRunning);
  CHECK(DetailsOf(CheckYearly(2025, "", new_year))->fields[0].field == "text");
  CHECK(DetailsOf(CheckYearly(1999, "报告", new_year))->fields[0].field == "year");
}

}  // namespace
}  // namespace shareway::sharing
