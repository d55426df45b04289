// SPDX-License-Identifier: Apache-2.0
// Scores, annual reports and evaluations: counting, load, decide, store.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/sharing/cases.h"
#include "services/sharing/domain/scorecard.h"
#include "services/sharing/report/report.h"
#include "services/sharing/supervision/scores.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {

// Kinds of reports (S4: monthly ranking, quarterly bulletin, yearly report).
enum class ReportKind { kUnspecified = 0, kMonthlyRanking, kQuarterlyBulletin, kAnnualReport };

// The period of a report: `part` is the month of a ranking, the quarter of a bulletin, else 0.
// INVALID_ARGUMENT naming kind, year or part.
absl::StatusOr<Period> PeriodOf(ReportKind kind, int year, int part);

// Scores, annual reports, evaluations (M16 17-18; R25 38). Thread-safe. Errors: as Cases.
class Reports {
 public:
  // What an agency is called, in Chinese; empty if the directory does not have it.
  using TitleOf = std::function<std::string(absl::string_view agency)>;
  // `desk` must outlive it.
  Reports(const Desk* desk, TitleOf title_of)
      : desk_(desk), title_of_(std::move(title_of)), reports_(desk), evaluations_(desk) {}

  // The actor's agency's own, once a year; ALREADY_EXISTS, DEADLINE_RUNNING.
  absl::StatusOr<Stored<AnnualReport>> Submit(const Errand& errand, int year,
                                              const std::string& text) const;
  absl::StatusOr<Page<AnnualReport>> ListReports(const Actor& actor, int year,
                                                 absl::string_view cursor, int limit) const;

  // By an officer, for the authority; keeps the scores of its agencies that have a resource in the
  // catalogue or that anything was counted of in the year, as they are now.
  absl::StatusOr<Stored<Evaluation>> Publish(const Errand& errand, int year,
                                             const std::string& text) const;
  absl::StatusOr<Page<Evaluation>> ListEvaluations(const Actor& actor, absl::string_view cursor,
                                                   int limit) const;

  // The scores of the actor's agency, or of one that the actor's authority is in charge of; of any
  // other NOT_VISIBLE. INVALID_ARGUMENT for a period of no day or more than 366.
  //
  // Reads what the agency owed, was rated, reported and what was found of it in the period: as many
  // reads as there are such rows, and findings, ratings, incidents and drills since `from`.
  absl::StatusOr<Scorecard> Card(const Actor& actor, absl::string_view agency,
                                 const Period& period) const;

  // The report of the actor's authority, over its agencies that have a resource in the catalogue or
  // that anything was counted of in the period: those who use data have duties of their own.
  // DEADLINE_RUNNING for a period that is not over.
  absl::StatusOr<report::Report> Make(const Actor& actor, ReportKind kind, int year,
                                      int part) const;

 private:
  struct Ranked {
    std::string title = {};
    Scorecard card = {};
  };
  // Agencies of the authority that have a resource in the catalogue (true) or a part in any case
  // that scores count (false), by name.
  absl::StatusOr<std::map<std::string, bool>> AgenciesUnder(const Authority& authority) const;
  // Best first; equals by name.
  absl::StatusOr<std::vector<Ranked>> Ranking(const Authority& authority,
                                              const Period& period) const;
  static report::Table RankingTable(const std::vector<Ranked>& ranking,
                                    const statute::Words& words);
  static report::Table CountsTable(const std::vector<Ranked>& ranking,
                                   const statute::Words& words);
  absl::Status AddFindings(const std::vector<Ranked>& ranking, const Period& period,
                           const statute::Words& words, report::Report* report) const;
  absl::Status AddYear(const std::vector<Ranked>& ranking, int year, const statute::Words& words,
                       report::Report* report) const;

  const Desk* const desk_;
  const TitleOf title_of_;
  const Cases<AnnualReport> reports_;
  const Cases<Evaluation> evaluations_;
};

}  // namespace shareway::sharing
