// SPDX-License-Identifier: Apache-2.0
// What is due once a year: an agency's report and an authority's evaluation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/statute/profile.h"

namespace shareway::sharing {

// 年度报告 (M16 18; R25 38): what was submitted stays as it is.
struct AnnualReport {
  static constexpr char kCollection[] = "annual-reports";
  std::string name = {};      // annual-reports/{r}
  std::string consumer = {};  // none
  std::string provider = {};  // agencies/{a}
  std::string profile = {};
  absl::Time create_time = {};
  int year = 0;
  std::string text = {};                     // 1 to 8000 characters
  std::optional<absl::CivilDay> due = {};    // none where the text names none
  std::string submitted_by = {};             // people/{p}

  // True: it came after its last day.
  bool late() const;
  friend bool operator==(const AnnualReport&, const AnnualReport&) = default;
};

// 评估 (M16 17; R25 38), with the scores as they were then.
struct Evaluation {
  static constexpr char kCollection[] = "evaluations";
  // An agency's points: -1 where there was nothing to judge by.
  struct Line {
    std::string agency = {};
    int timeliness = -1, quality = -1, use = -1, safety = -1, total = -1;
    friend bool operator==(const Line&, const Line&) = default;
  };
  std::string name = {};      // evaluations/{e}
  std::string consumer = {};  // none
  std::string provider = {};  // the agency of the authority
  std::string profile = {};
  absl::Time create_time = {};
  std::string authority = {};  // authorities/{a}
  int year = 0;
  std::string text = {};             // 1 to 8000 characters
  std::vector<Line> lines = {};      // best first
  std::string published_by = {};     // people/{p}

  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

// The last day for the report on `year`: the end of the profile's month of the next year (M16 18).
// Nothing where the text names no month.
std::optional<absl::CivilDay> AnnualReportDue(const statute::Profile& profile, int year);

// INVALID_ARGUMENT for a year out of 2000 to 2999 or a text out of limits; FAILED_PRECONDITION,
// DEADLINE_RUNNING, for a year that is not over.
absl::Status CheckYearly(int year, absl::string_view text, absl::Time now);

// FAILED_PRECONDITION, DEADLINE_RUNNING, unless the day before `now`'s is `last` or later.
absl::Status CheckOver(absl::CivilDay last, absl::Time now);

}  // namespace shareway::sharing
