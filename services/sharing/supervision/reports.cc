// SPDX-License-Identifier: Apache-2.0
// Scores, annual reports and evaluations: counting, load, decide, store.
#include "services/sharing/supervision/reports.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/error.h"
#include "services/sharing/domain/secrecy.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kMaxDays = 366;

absl::Status Exists(absl::string_view what, const std::string& holder) {
  if (holder.empty()) return absl::OkStatus();
  return Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
               absl::StrCat(holder, " is the ", what, " already"))
      .With("name", holder);
}

int PointsOf(const Scorecard& card, absl::string_view kind) {
  for (const Score& score : card.scores) {
    if (score.kind == kind) return score.points;
  }
  return -1;
}

}  // namespace

absl::StatusOr<Period> PeriodOf(ReportKind kind, int year, int part) {
  if (year < 2000 || year > 2999) {
    return Error::Field("year", absl::StrCat("is ", year, ", want 2000 to 2999"));
  }
  const auto months = [&](int first, int count) {
    const absl::CivilMonth month(year, first);
    return Period{absl::CivilDay(month), absl::CivilDay(month + count) - 1};
  };
  const auto out_of = [&](int last) {
    return Error::Field("part", absl::StrCat("is ", part, ", want 1 to ", last));
  };
  switch (kind) {
    case ReportKind::kMonthlyRanking:
      if (part < 1 || part > 12) return out_of(12);
      return months(part, 1);
    case ReportKind::kQuarterlyBulletin:
      if (part < 1 || part > 4) return out_of(4);
      return months(3 * part - 2, 3);
    case ReportKind::kAnnualReport:
      if (part != 0) return Error::Field("part", absl::StrCat("is ", part, ", want 0 for a year"));
      return months(1, 12);
    case ReportKind::kUnspecified: break;
  }
  return Error::Field("kind", "want MONTHLY_RANKING, QUARTERLY_BULLETIN or ANNUAL_REPORT");
}

absl::StatusOr<Stored<AnnualReport>> Reports::Submit(const Errand& errand, int year,
                                                     const std::string& text) const {
  const auto make = [&](absl::Time now, Change*) -> absl::StatusOr<AnnualReport> {
    const Agency own = desk_->PartiesOf("", errand.actor.agency).provider;
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText statute, desk_->TextOf(own));
    SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"text", text}}, statute.profile->cited()));
    SHAREWAY_RETURN_IF_ERROR(CheckYearly(year, text, now));
    SHAREWAY_ASSIGN_OR_RETURN(const std::string holder,
                              desk_->store().HolderOf(AnnualReportKey(own.name, year)));
    SHAREWAY_RETURN_IF_ERROR(Exists("report of the year", holder));
    return AnnualReport{.name = Desk::NewName(AnnualReport::kCollection),
                        .provider = own.name,
                        .profile = statute.profile->cited(),
                        .create_time = now,
                        .year = year,
                        .text = text,
                        .due = AnnualReportDue(*statute.profile, year),
                        .submitted_by = errand.actor.name};
  };
  return reports_.Create(errand, RecordKind::REPORT_CHANGED, make);
}

absl::StatusOr<Page<AnnualReport>> Reports::ListReports(const Actor& actor, int year,
                                                        absl::string_view cursor,
                                                        int limit) const {
  return reports_.List(actor, desk_->OwnersFor(actor), cursor, limit,
                       [&](const AnnualReport& r) { return year == 0 || r.year == year; });
}

absl::StatusOr<Stored<Evaluation>> Reports::Publish(const Errand& errand, int year,
                                                    const std::string& text) const {
  const auto make = [&](absl::Time now, Change*) -> absl::StatusOr<Evaluation> {
    SHAREWAY_ASSIGN_OR_RETURN(const Authority authority, AuthorityOf(*desk_, errand.actor));
    const Agency own = desk_->PartiesOf("", authority.agency).provider;
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText statute, desk_->TextOf(own));
    SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"text", text}}, statute.profile->cited()));
    SHAREWAY_RETURN_IF_ERROR(CheckYearly(year, text, now));
    SHAREWAY_ASSIGN_OR_RETURN(const std::string holder,
                              desk_->store().HolderOf(EvaluationKey(authority.name, year)));
    SHAREWAY_RETURN_IF_ERROR(Exists("evaluation of the year", holder));
    Evaluation evaluation{.name = Desk::NewName(Evaluation::kCollection),
                          .provider = own.name,
                          .profile = statute.profile->cited(),
                          .create_time = now,
                          .authority = authority.name,
                          .year = year,
                          .text = text,
                          .published_by = errand.actor.name};
    const Period period{absl::CivilDay(year, 1, 1), absl::CivilDay(year, 12, 31)};
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Ranked> ranking, Ranking(authority, period));
    for (const Ranked& ranked : ranking) {
      const Scorecard& card = ranked.card;
      evaluation.lines.push_back({card.agency, PointsOf(card, "TIMELINESS"),
                                  PointsOf(card, "QUALITY"), PointsOf(card, "USE"),
                                  PointsOf(card, "SAFETY"), card.total});
    }
    return evaluation;
  };
  return evaluations_.Create(errand, RecordKind::REPORT_CHANGED, make);
}

absl::StatusOr<Page<Evaluation>> Reports::ListEvaluations(const Actor& actor,
                                                          absl::string_view cursor,
                                                          int limit) const {
  return evaluations_.List(actor, desk_->OwnersFor(actor), cursor, limit,
                           [](const Evaluation&) { return true; });
}

absl::StatusOr<Scorecard> Reports::Card(const Actor& actor, absl::string_view agency,
                                        const Period& period) const {
  if (!desk_->PartiesOf("", agency).Knows(actor)) return Error::NotVisible(agency);
  const int64_t days = period.to - period.from + 1;
  if (days < 1 || days > kMaxDays) {
    return Error::Field("to_date", absl::StrCat("makes ", days, " days, want 1 to ", kMaxDays));
  }
  bool provides = false;
  SHAREWAY_RETURN_IF_ERROR(desk_->store().VisitResources([&](const Resource& resource) {
    provides = resource.provider == agency;
    return !provides;
  }));
  SHAREWAY_ASSIGN_OR_RETURN(Scorecard card,
                            CardOf(*desk_, std::string(agency), period, provides));
  SHAREWAY_RETURN_IF_ERROR(AddResults(*desk_, period, &card));
  return card;
}

absl::StatusOr<std::map<std::string, bool>> Reports::AgenciesUnder(
    const Authority& authority) const {
  std::map<std::string, bool> agencies;
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> parties, desk_->store().PartyNames());
  for (const std::string& name : parties) agencies[name] = false;
  SHAREWAY_RETURN_IF_ERROR(desk_->store().VisitResources([&](const Resource& resource) {
    agencies[resource.provider] = true;
    return true;
  }));
  for (auto at = agencies.begin(); at != agencies.end();) {
    const bool under =
        desk_->PartiesOf("", at->first).provider.authority.name == authority.name;
    at = under ? std::next(at) : agencies.erase(at);
  }
  return agencies;
}

absl::StatusOr<std::vector<Reports::Ranked>> Reports::Ranking(const Authority& authority,
                                                              const Period& period) const {
  std::vector<Ranked> ranking;
  SHAREWAY_ASSIGN_OR_RETURN(const auto agencies, AgenciesUnder(authority));
  for (const auto& [name, provides] : agencies) {
    SHAREWAY_ASSIGN_OR_RETURN(Scorecard card, CardOf(*desk_, name, period, provides));
    if (!provides && !card.counted()) continue;
    std::string title = title_of_(name);
    ranking.push_back({title.empty() ? name : std::move(title), std::move(card)});
  }
  std::stable_sort(ranking.begin(), ranking.end(), [](const Ranked& a, const Ranked& b) {
    return a.card.total != b.card.total ? a.card.total > b.card.total
                                        : a.card.agency < b.card.agency;
  });
  return ranking;
}

absl::StatusOr<report::Report> Reports::Make(const Actor& actor, ReportKind kind, int year,
                                             int part) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Authority authority, AuthorityOf(*desk_, actor));
  SHAREWAY_ASSIGN_OR_RETURN(const Period period, PeriodOf(kind, year, part));
  SHAREWAY_RETURN_IF_ERROR(CheckOver(period.to, desk_->Now()));
  const Agency own = desk_->PartiesOf("", authority.agency).provider;
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText statute, desk_->TextOf(own));
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Ranked> ranking, Ranking(authority, period));
  const statute::Words& words = statute.profile->words;
  const std::string days = absl::StrCat(absl::FormatCivilTime(period.from), " 至 ",
                                        absl::FormatCivilTime(period.to));
  report::Report report;
  report.notes = {absl::StrCat("统计期间：", days),
                  absl::StrCat("依据：", statute.profile->title, "（", statute.profile->cited(),
                               "）"),
                  "评分办法由本平台设定，列于各表；只有已确认的问题计入评分。"};
  report.tables.push_back(RankingTable(ranking, words));
  if (kind == ReportKind::kMonthlyRanking) {
    report.file_stem = absl::StrFormat("ranking-%d-%02d", year, part);
    report.title = absl::StrCat(words.resource, "共享月度排名（", year, " 年 ", part, " 月）");
    return report;
  }
  report.tables.push_back(CountsTable(ranking, words));
  SHAREWAY_RETURN_IF_ERROR(AddFindings(ranking, period, words, &report));
  if (kind == ReportKind::kQuarterlyBulletin) {
    report.file_stem = absl::StrFormat("bulletin-%d-q%d", year, part);
    report.title = absl::StrCat(words.resource, "共享季度通报（", year, " 年第 ", part, " 季度）");
    return report;
  }
  report.file_stem = absl::StrCat("annual-", year);
  report.title = absl::StrCat(words.resource, "共享年度报告（", year, " 年）");
  SHAREWAY_RETURN_IF_ERROR(AddYear(ranking, year, words, &report));
  return report;
}

report::Table Reports::RankingTable(const std::vector<Ranked>& ranking,
                                    const statute::Words& words) {
  // Nothing to judge by is no score of 0.
  const auto shown = [](int points) -> report::Cell {
    return points < 0 ? report::Cell("—") : report::Cell(static_cast<int64_t>(points));
  };
  report::Table table{.title = "得分排名",
                      .headers = {"名次", words.provider, "代码", "总分"},
                      .rows = {}};
  const Scorecard form = ScorecardOf("", {}, {}, {});
  for (const Score& score : form.scores) table.headers.emplace_back(score.label);
  int64_t place = 0;
  for (const Ranked& ranked : ranking) {
    std::vector<report::Cell> row = {++place, ranked.title, ranked.card.agency,
                                     shown(ranked.card.total)};
    for (const Score& score : ranked.card.scores) row.push_back(shown(score.points));
    table.rows.push_back(std::move(row));
  }
  return table;
}

report::Table Reports::CountsTable(const std::vector<Ranked>& ranking,
                                   const statute::Words& words) {
  report::Table table{.title = "得分依据",
                      .headers = {words.provider, "指标", "计数", "数量", "计算办法"},
                      .rows = {}};
  for (const Ranked& ranked : ranking) {
    for (const Score& score : ranked.card.scores) {
      for (const ScoreCount& count : score.counts) {
        table.rows.push_back({ranked.title, score.label, count.label, count.count, score.formula});
      }
    }
  }
  return table;
}

absl::Status Reports::AddFindings(const std::vector<Ranked>& ranking, const Period& period,
                                  const statute::Words& words, report::Report* report) const {
  report::Table table{.title = "已确认问题",
                      .headers = {words.provider, "条款", "事项", "对象", "确认理由", "确认日期"},
                      .rows = {}};
  for (const Ranked& ranked : ranking) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Finding> confirmed,
                              ConfirmedOf(*desk_, ranked.card.agency, period));
    for (const Finding& finding : confirmed) {
      table.rows.push_back({ranked.title, finding.article, finding.summary, finding.subject,
                            finding.ruling,
                            absl::FormatCivilTime(statute::LawDay(finding.state_time))});
    }
  }
  report->tables.push_back(std::move(table));
  return absl::OkStatus();
}

absl::Status Reports::AddYear(const std::vector<Ranked>& ranking, int year,
                              const statute::Words& words, report::Report* report) const {
  report::Table table{.title = "年度报告提交情况",
                      .headers = {words.provider, "提交日期", "最后期限", "是否按时", "内容"},
                      .rows = {}};
  for (const Ranked& ranked : ranking) {
    const std::string& agency = ranked.card.agency;
    SHAREWAY_ASSIGN_OR_RETURN(const std::string name,
                              desk_->store().HolderOf(AnnualReportKey(agency, year)));
    if (name.empty()) {
      table.rows.push_back({ranked.title, "未提交", "", "", ""});
      continue;
    }
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<AnnualReport> stored,
                              desk_->store().LoadCase<AnnualReport>(name));
    const AnnualReport& r = stored.value;
    table.rows.push_back({ranked.title, absl::FormatCivilTime(statute::LawDay(r.create_time)),
                          r.due ? absl::FormatCivilTime(*r.due) : std::string("未规定"),
                          r.late() ? "超期" : "按时", r.text});
  }
  report->tables.push_back(std::move(table));
  return absl::OkStatus();
}

}  // namespace shareway::sharing
