// SPDX-License-Identifier: Apache-2.0
// Scores of an agency in a period, with the counts that they come from. The formulas are ours.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace shareway::sharing {

// What was counted of one agency in a period.
struct Counts {
  // Acts that it owed by law, by the last day: in time, and late or not done.
  int64_t acts_in_time = 0;
  int64_t acts_late = 0;
  // Corrections of its data, all and those late or not done.
  int64_t corrections = 0;
  int64_t corrections_late = 0;
  // Findings confirmed in the period: about the quality of data, about their use, all others.
  int64_t quality_findings = 0;
  int64_t safety_findings = 0;
  int64_t other_findings = 0;
  // Ratings of its data by consumers, and their stars.
  int64_t ratings = 0;
  int64_t stars = 0;
  // Incidents by weight: general 1, larger 3, serious 6, particularly serious 10.
  int64_t incidents = 0;
  int64_t incident_weight = 0;
  int64_t drills = 0;
  // Decisions by a promise shorter than the law's time: kept, and late or owed. Enter no score.
  int64_t promises_kept = 0;
  int64_t promises_broken = 0;
  // It has a resource in the catalogue.
  bool provides = true;
  // Of the acts: replies to requests for its data, in time, and late or not given. Enter no score of
  // their own.
  int64_t replies_in_time = 0;
  int64_t replies_late = 0;
};

// What an agency shared, to weigh beside its projects on investment and running money (R25 38).
struct SharingResults {
  int64_t resources = 0;        // published now
  int64_t replies_in_time = 0;  // of the period, as the rest
  int64_t replies_late = 0;
  int64_t grants_given = 0;     // of its data to others
  int64_t grants_received = 0;  // of others' data to it
  int64_t findings_confirmed = 0;

  friend bool operator==(const SharingResults&, const SharingResults&) = default;
};

struct ScoreCount {
  absl::string_view key;    // acts_in_time
  absl::string_view label;  // 按时完成事项
  int64_t count = 0;
};

// One of TIMELINESS, QUALITY, USE, SAFETY.
struct Score {
  absl::string_view kind;
  absl::string_view label;  // 及时性
  int points = 0;           // 0 to 100; -1: nothing to judge by
  std::vector<ScoreCount> counts = {};
  absl::string_view formula;
};

struct Scorecard {
  std::string agency = {};  // agencies/{a}
  absl::CivilDay from = {};
  absl::CivilDay to = {};  // the last day
  std::vector<Score> scores = {};
  int total = -1;  // the rounded mean of those that could be judged; -1: none could
  int64_t promises_kept = 0;    // see Counts
  int64_t promises_broken = 0;
  SharingResults results = {};  // resources and grants by AddResults alone; see supervision/scores.h

  // True if anything was counted at all.
  bool counted() const;
};

// TIMELINESS: 100 × in time ÷ (in time + late); nothing owed: not judged.
// QUALITY: 100 − 5 for each late correction − 10 for each confirmed finding on quality; of who
// provides nothing, and of whose data nothing was counted: not judged.
// USE: 20 × the mean of the stars; no rating: not judged.
// SAFETY: 100 − 5 × weight of the incidents − 10 for each confirmed finding on use and safety, + 5
// if a drill was held; 0 to 100. A confirmed finding of any other kind takes 5 from TIMELINESS.
Scorecard ScorecardOf(std::string agency, absl::CivilDay from, absl::CivilDay to,
                      const Counts& counts);

}  // namespace shareway::sharing
