// SPDX-License-Identifier: Apache-2.0
// Annual reports, evaluations, scores from the store, and the files made of them.
#include "services/sharing/supervision/reports.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/supervision/detections.h"
#include "services/sharing/supervision/feedback.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/supervision/incidents.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

const Period k2025{absl::CivilDay(2025, 1, 1), absl::CivilDay(2025, 12, 31)};

struct Fixture : TestDesk {
  std::string title = "演示市民政局<script>";
  const Reports reports{&desk, [this](absl::string_view) { return title; }};
  const Findings findings{&desk};

  void GoTo(absl::CivilDay day) { clock.Advance(statute::StartOfDay(day) - clock.Now()); }
  Counts Counted(const std::string& agency, const Period& period = k2025) {
    const Scorecard card = reports.Card(Officer(), agency, period).value();
    const auto count = [&](size_t score, size_t place) {
      return card.scores[score].counts[place].count;
    };
    return {.acts_in_time = count(0, 0),
            .acts_late = count(0, 1),
            .other_findings = count(0, 2),
            .ratings = count(2, 0),
            .stars = count(2, 1)};
  }
};

TEST_CASE("The annual report comes once a year, after it, and late if it is", "[reports]") {
  Fixture t;
  t.Govern("cn-2016-51");
  CHECK(ReasonOf(t.reports.Submit(t.By(ProviderHead()), 2025, "报告").status()) ==
        Reason::kDeadlineRunning);
  t.GoTo(absl::CivilDay(2026, 2, 28));
  const Stored<AnnualReport> report =
      t.reports.Submit(t.By(ProviderHead()), 2025, "报告").value();
  CHECK(report.value.due == absl::CivilDay(2026, 2, 28));
  CHECK_FALSE(report.value.late());
  CHECK(t.store.LoadCase<AnnualReport>(report.value.name)->value == report.value);
  const absl::Status twice = t.reports.Submit(t.By(ProviderHead()), 2025, "又一份").status();
  CHECK(twice.code() == absl::StatusCode::kAlreadyExists);
  CHECK(DetailsOf(twice)->metadata.at("name") == report.value.name);
  t.GoTo(absl::CivilDay(2026, 3, 1));
  CHECK(t.reports.Submit(t.By(ConsumerHead()), 2025, "报告")->value.late());
  CHECK(t.reports.ListReports(Officer(), 2025, "", 10)->values.size() == 2);
  CHECK(t.reports.ListReports(Officer(), 2024, "", 10)->values.empty());
  CHECK(t.reports.ListReports(ProviderHead(), 0, "", 10)->values.size() == 1);
  CHECK(t.reports.ListReports(Stranger(), 0, "", 10)->values.empty());
}

TEST_CASE("An authority publishes its evaluation once a year, with the scores", "[reports]") {
  Fixture t;
  (void)t.Answered();
  CHECK(ReasonOf(t.reports.Publish(t.By(ProviderHead()), 2025, "评估").status()) ==
        Reason::kPolicyDenied);
  CHECK(ReasonOf(t.reports.Publish(t.By(Officer()), 2025, "评估").status()) ==
        Reason::kDeadlineRunning);
  t.GoTo(absl::CivilDay(2026, 1, 4));
  const Stored<Evaluation> evaluation =
      t.reports.Publish(t.By(Officer()), 2025, "评估").value();
  REQUIRE(evaluation.value.lines.size() == 1);
  CHECK(evaluation.value.lines[0].agency == kCivil);
  CHECK(evaluation.value.lines[0].use == -1);
  CHECK(t.store.LoadCase<Evaluation>(evaluation.value.name)->value == evaluation.value);
  CHECK(t.reports.Publish(t.By(Officer()), 2025, "再评").status().code() ==
        absl::StatusCode::kAlreadyExists);
  CHECK(t.reports.ListEvaluations(ProviderHead(), "", 10)->values.size() == 1);
  CHECK(t.reports.ListEvaluations(Stranger(), "", 10)->values.empty());
}

TEST_CASE("Who uses data and provides none is ranked by what it did, and by nothing else",
          "[reports]") {
  Fixture t;
  const Incidents incidents(&t.desk);
  REQUIRE(incidents
              .Report(t.By(ConsumerHead()), {.severity = Incident::Severity::kLarger,
                                             .title = "账号失窃",
                                             .text = "异常登录",
                                             .happen_time = t.clock.Now()})
              .ok());
  t.GoTo(absl::CivilDay(2026, 1, 4));
  const Evaluation evaluation = t.reports.Publish(t.By(Officer()), 2025, "评估")->value;
  // The provider, and the consumer with its incident; not who did nothing that counts.
  REQUIRE(evaluation.lines.size() == 2);
  const auto line = std::find_if(evaluation.lines.begin(), evaluation.lines.end(),
                                 [](const auto& l) { return l.agency == kTax; });
  REQUIRE(line != evaluation.lines.end());
  CHECK(line->safety == 85);
  CHECK(line->quality == -1);
  CHECK(line->timeliness == -1);
  CHECK(line->total == 85);
  const report::Report september =
      t.reports.Make(Officer(), ReportKind::kMonthlyRanking, 2025, 9).value();
  CHECK(september.tables[0].rows.size() == 2);
  const report::Report october =
      t.reports.Make(Officer(), ReportKind::kMonthlyRanking, 2025, 10).value();
  CHECK(october.tables[0].rows.size() == 1);
}

TEST_CASE("A scorecard counts what was done in time, late, and confirmed, and nothing else",
          "[scorecard]") {
  Fixture t;
  const std::string grant = t.Answered().value.fields().grant;  // a reply in time
  (void)t.Submitted();                                          // a reply that never comes
  const Counts early = t.Counted(kCivil);
  CHECK(early.acts_in_time == 1);
  CHECK(early.acts_late == 0);
  t.GoTo(absl::CivilDay(2025, 11, 30));
  REQUIRE(FindingsDue(t.desk).ok());
  Counts later = t.Counted(kCivil);
  CHECK(later.acts_in_time == 1);
  CHECK(later.acts_late >= 1);
  CHECK(later.other_findings == 0);  // suspected only
  const auto page = t.findings.List(Officer(), "", 10, [](const Finding& f) {
    return f.about == kCivil && f.state == Finding::State::kSuspected;
  });
  REQUIRE(!page->values.empty());
  const Stored<Finding>& finding = page->values[0];
  REQUIRE(t.findings
              .Confirm(t.By(Officer()), finding.value.name, Desk::EtagOf(finding.version), "属实")
              .ok());
  const Feedback feedback(&t.desk);
  REQUIRE(feedback.RateGrant(t.By(Applicant()), grant, 4, "").ok());
  later = t.Counted(kCivil);
  CHECK(later.other_findings == 1);
  CHECK(later.ratings == 1);
  CHECK(later.stars == 4);
  // The consumer's card has none of that, and another period neither.
  CHECK(t.Counted(kTax).acts_in_time + t.Counted(kTax).ratings == 0);
  const Counts before =
      t.Counted(kCivil, {absl::CivilDay(2025, 1, 1), absl::CivilDay(2025, 8, 31)});
  CHECK(before.acts_in_time + before.acts_late + before.ratings + before.other_findings == 0);
}

TEST_CASE("What an agency shared is told for its projects, suspicions left out", "[scorecard]") {
  Fixture t;
  const auto of = [&](const std::string& agency, const Period& period = k2025) {
    return t.reports.Card(Officer(), agency, period)->results;
  };
  CHECK(of(kCivil) == SharingResults{.resources = 3});
  CHECK(of(kTax) == SharingResults{});
  (void)t.Granted();    // a reply in time
  (void)t.Submitted();  // a reply that never comes
  CHECK(of(kCivil).replies_in_time == 1);
  CHECK(of(kCivil).replies_late == 0);
  CHECK(of(kCivil).grants_given == 1);
  CHECK(of(kCivil).grants_received == 0);
  CHECK(of(kTax).grants_received == 1);
  CHECK(of(kTax).grants_given == 0);
  t.GoTo(absl::CivilDay(2025, 11, 30));
  REQUIRE(FindingsDue(t.desk).ok());
  CHECK(of(kCivil).replies_late == 1);
  CHECK(of(kCivil).findings_confirmed == 0);
  const auto page = t.findings.List(Officer(), "", 10, [](const Finding& f) {
    return f.about == kCivil && f.state == Finding::State::kSuspected;
  });
  REQUIRE(!page->values.empty());
  const Stored<Finding>& finding = page->values[0];
  REQUIRE(t.findings
              .Confirm(t.By(Officer()), finding.value.name, Desk::EtagOf(finding.version), "属实")
              .ok());
  CHECK(of(kCivil).findings_confirmed == 1);
  // What is withdrawn or suspended is not shared, and another period has nothing of it.
  Resource suspended = Divisions();
  suspended.state = Resource::State::kSuspended;
  REQUIRE(t.grants.Follow(suspended).ok());
  CHECK(of(kCivil, {absl::CivilDay(2025, 1, 1), absl::CivilDay(2025, 8, 31)}) ==
        SharingResults{.resources = 2});
}

TEST_CASE("Scores are the agency's own and its authority's to see", "[scorecard]") {
  Fixture t;
  CHECK(t.reports.Card(ProviderHead(), kCivil, k2025).ok());
  CHECK(t.reports.Card(Officer(), kCivil, k2025).ok());
  const absl::Status refused = t.reports.Card(ConsumerHead(), kCivil, k2025).status();
  CHECK(ReasonOf(refused) == Reason::kNotVisible);
  CHECK(t.reports.Card(ConsumerHead(), "agencies/none", k2025).status().code() == refused.code());
  for (const Period& bad : {Period{absl::CivilDay(2025, 2, 1), absl::CivilDay(2025, 1, 31)},
                            Period{absl::CivilDay(2025, 1, 1), absl::CivilDay(2026, 1, 2)}}) {
    CHECK(DetailsOf(t.reports.Card(Officer(), kCivil, bad).status())->fields[0].field ==
          "to_date");
  }
}

TEST_CASE("The period of a report is a month, a quarter or a year", "[reports]") {
  const Period march = PeriodOf(ReportKind::kMonthlyRanking, 2024, 2).value();
  CHECK(march.from == absl::CivilDay(2024, 2, 1));
  CHECK(march.to == absl::CivilDay(2024, 2, 29));
  CHECK(PeriodOf(ReportKind::kMonthlyRanking, 2025, 12)->to == absl::CivilDay(2025, 12, 31));
  CHECK(PeriodOf(ReportKind::kQuarterlyBulletin, 2025, 4)->from == absl::CivilDay(2025, 10, 1));
  CHECK(PeriodOf(ReportKind::kAnnualReport, 2025, 0)->to == absl::CivilDay(2025, 12, 31));
  struct Row {
    ReportKind kind;
    int year;
    int part;
    std::string field;
  };
  const std::vector<Row> table = {
      {ReportKind::kMonthlyRanking, 2025, 0, "part"},
      {ReportKind::kMonthlyRanking, 2025, 13, "part"},
      {ReportKind::kQuarterlyBulletin, 2025, 5, "part"},
      {ReportKind::kAnnualReport, 2025, 1, "part"},
      {ReportKind::kAnnualReport, 1999, 0, "year"},
      {ReportKind::kAnnualReport, 3000, 0, "year"},
      {ReportKind::kUnspecified, 2025, 1, "kind"},
      {static_cast<ReportKind>(4), 2025, 1, "kind"},
  };
  for (const Row& row : table) {
    CAPTURE(row.year, row.part, row.field);
    CHECK(DetailsOf(PeriodOf(row.kind, row.year, row.part).status())->fields[0].field ==
          row.field);
  }
}

TEST_CASE("A report speaks the words of its text, and only of periods that are over",
          "[reports]") {
  for (const std::string& profile : {std::string("cn-2025-809"), std::string("cn-2016-51")}) {
    Fixture t;
    t.Govern(profile);
    const statute::Words& words = Text(profile).profile->words;
    (void)t.Answered();
    CHECK(ReasonOf(t.reports.Make(Officer(), ReportKind::kAnnualReport, 2025, 0).status()) ==
          Reason::kDeadlineRunning);
    t.GoTo(absl::CivilDay(2026, 3, 2));
    REQUIRE(t.reports.Submit(t.By(ProviderHead()), 2025, "全年答复 1 件").ok());
    CHECK(ReasonOf(
              t.reports.Make(ProviderHead(), ReportKind::kAnnualReport, 2025, 0).status()) ==
          Reason::kPolicyDenied);
    const report::Report ranking =
        t.reports.Make(Officer(), ReportKind::kMonthlyRanking, 2025, 9).value();
    CHECK(ranking.file_stem == "ranking-2025-09");
    CHECK(absl::StartsWith(ranking.title, words.resource + "共享月度排名"));
    CHECK(ranking.tables.size() == 1);
    CHECK(ranking.tables[0].headers[1] == words.provider);
    const report::Report bulletin =
        t.reports.Make(Officer(), ReportKind::kQuarterlyBulletin, 2025, 3).value();
    CHECK(bulletin.file_stem == "bulletin-2025-q3");
    CHECK(bulletin.tables.size() == 3);
    const report::Report annual =
        t.reports.Make(Officer(), ReportKind::kAnnualReport, 2025, 0).value();
    REQUIRE(annual.tables.size() == 4);
    CHECK(annual.tables[3].rows[0][3].text == (profile == "cn-2016-51" ? "超期" : "按时"));
    const std::string html = report::Html(annual);
    CHECK(absl::StrContains(html, "全年答复 1 件"));
    CHECK(absl::StrContains(html, "演示市民政局&lt;script&gt;"));
    CHECK_FALSE(absl::StrContains(html, "<script"));
    CHECK_FALSE(absl::StrContains(html, "违法"));
    CHECK_FALSE(absl::StrContains(html, "违规"));
    CHECK(absl::StartsWith(report::Workbook(annual).value(), "PK"));
  }
}

TEST_CASE("Promises are counted as kept and broken, and make no finding and no score",
          "[scorecard]") {
  Fixture t;
  Resource resource = Marriages();
  resource.promised_days = 5;
  REQUIRE(t.grants.Follow(resource).ok());
  (void)t.Answered();                              // kept
  const Stored<Request> late = t.Submitted();      // to be decided after the promise
  (void)t.Submitted();                             // owed beyond it
  const absl::CivilDay promised = late.value.fields().clock->promised->day;
  const auto card = [&] { return t.reports.Card(Officer(), kCivil, k2025).value(); };
  CHECK(card().promises_kept == 1);
  CHECK(card().promises_broken == 0);
  t.GoTo(promised + 1);
  CHECK(card().promises_broken == 2);
  const Stored<Request> decided =
      t.sharing
          .Decide(t.By(Reviewer()), t.NameOf(late), t.EtagOf(late),
                  {.verdict = Decision::Verdict::kApprove})
          .value();
  REQUIRE(t.sharing.SignOffDecision(t.By(ProviderHead()), t.NameOf(decided), t.EtagOf(decided))
              .ok());
  CHECK(card().promises_kept == 1);
  CHECK(card().promises_broken == 2);
  CHECK(t.Counted(kCivil).acts_late == 0);
  CHECK(card().scores[0].points == 100);
  REQUIRE(FindingsDue(t.desk).ok());
  CHECK(t.findings
            .List(Officer(), "", 10,
                  [](const Finding& f) { return f.state == Finding::State::kSuspected; })
            ->values.empty());
  // Another period has none of it.
  const Scorecard before =
      t.reports.Card(Officer(), kCivil, {absl::CivilDay(2025, 1, 1), absl::CivilDay(2025, 8, 31)})
          .value();
  CHECK(before.promises_kept + before.promises_broken == 0);
}

}  // namespace
}  // namespace shareway::sharing
