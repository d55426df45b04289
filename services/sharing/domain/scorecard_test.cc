// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/domain/scorecard.h"

#include "catch2/catch.hpp"

namespace shareway::sharing {
namespace {

Scorecard Card(const Counts& counts) {
  return ScorecardOf("agencies/civil", absl::CivilDay(2026, 3, 1), absl::CivilDay(2026, 3, 31),
                     counts);
}

TEST_CASE("Each score follows from its counts by the formula that it states", "[scorecard]") {
  struct Row {
    Counts counts;
    int timeliness, quality, use, safety, total;
  };
  const std::vector<Row> table = {
      {{}, -1, 100, -1, 100, 100},
      {{.acts_in_time = 9, .acts_late = 1}, 90, 100, -1, 100, 97},
      {{.acts_in_time = 1, .acts_late = 2}, 33, 100, -1, 100, 78},
      {{.acts_in_time = 10, .other_findings = 2}, 90, 100, -1, 100, 97},
      {{.acts_late = 3, .other_findings = 9}, 0, 100, -1, 100, 67},
      {{.corrections = 8, .corrections_late = 2, .quality_findings = 1}, -1, 80, -1, 100, 90},
      {{.quality_findings = 11}, -1, 0, -1, 100, 50},
      {{.ratings = 2, .stars = 9}, -1, 100, 90, 100, 97},
      {{.incidents = 2, .incident_weight = 4}, -1, 100, -1, 80, 90},
      {{.incidents = 2, .incident_weight = 4, .drills = 3}, -1, 100, -1, 85, 93},
      {{.drills = 1}, -1, 100, -1, 100, 100},
      {{.safety_findings = 12}, -1, 100, -1, 0, 50},
      {{.drills = 1, .provides = false}, -1, -1, -1, 100, 100},
      {{.quality_findings = 1, .provides = false}, -1, 90, -1, 100, 95},
  };
  for (const Row& row : table) {
    const Scorecard card = Card(row.counts);
    REQUIRE(card.scores.size() == 4);
    CHECK(card.scores[0].points == row.timeliness);
    CHECK(card.scores[1].points == row.quality);
    CHECK(card.scores[2].points == row.use);
    CHECK(card.scores[3].points == row.safety);
    CHECK(card.total == row.total);
  }
}

TEST_CASE("Every score states its formula and all its counts", "[scorecard]") {
  const Scorecard card = Card({.acts_in_time = 3, .acts_late = 1, .drills = 7});
  for (const Score& score : card.scores) {
    CHECK(!score.formula.empty());
    CHECK(!score.counts.empty());
    CHECK(!score.label.empty());
  }
  CHECK(card.scores[0].counts[0].count == 3);
  CHECK(card.scores[0].counts[1].count == 1);
  CHECK(card.scores[3].counts[3].count == 7);
}

}  // namespace
}  // namespace shareway::sharing
