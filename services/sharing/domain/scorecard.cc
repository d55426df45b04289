// SPDX-License-Identifier: Apache-2.0
// Scores of an agency in a period, with the counts that they come from.
#include "services/sharing/domain/scorecard.h"

#include <algorithm>

namespace shareway::sharing {
namespace {

int Points(int64_t points) { return static_cast<int>(std::clamp<int64_t>(points, 0, 100)); }

Score Timeliness(const Counts& c) {
  const int64_t owed = c.acts_in_time + c.acts_late;
  Score score{.kind = "TIMELINESS",
              .label = "及时性",
              .points = -1,
              .counts = {{"acts_in_time", "按时完成事项", c.acts_in_time},
                         {"acts_late", "超期或未完成事项", c.acts_late},
                         {"other_findings", "已确认问题（其他）", c.other_findings}},
              .formula = "100 × 按时完成 ÷ (按时完成 + 超期或未完成) − 5 × 已确认问题（其他）"};
  if (owed > 0) score.points = Points(100 * c.acts_in_time / owed - 5 * c.other_findings);
  return score;
}

Score Quality(const Counts& c) {
  const bool judged = c.provides || c.corrections > 0 || c.quality_findings > 0;
  return {.kind = "QUALITY",
          .label = "数据质量",
          .points = judged ? Points(100 - 5 * c.corrections_late - 10 * c.quality_findings) : -1,
          .counts = {{"corrections", "校核申请", c.corrections},
                     {"corrections_late", "超期或未完成校核", c.corrections_late},
                     {"quality_findings", "已确认问题（质量）", c.quality_findings}},
          .formula = "100 − 5 × 超期或未完成校核 − 10 × 已确认问题（质量）"};
}

Score Use(const Counts& c) {
  Score score{.kind = "USE",
              .label = "应用成效",
              .points = -1,
              .counts = {{"ratings", "使用评价", c.ratings}, {"stars", "评价星数合计", c.stars}},
              .formula = "20 × 评价星数合计 ÷ 使用评价"};
  if (c.ratings > 0) score.points = Points(20 * c.stars / c.ratings);
  return score;
}

Score Safety(const Counts& c) {
  return {.kind = "SAFETY",
          .label = "安全管理",
          .points = Points(100 - 5 * c.incident_weight - 10 * c.safety_findings +
                           (c.drills > 0 ? 5 : 0)),
          .counts = {{"incidents", "安全事件", c.incidents},
                     {"incident_weight", "安全事件权重合计", c.incident_weight},
                     {"safety_findings", "已确认问题（使用与安全）", c.safety_findings},
                     {"drills", "应急演练", c.drills}},
          .formula = "100 − 5 × 安全事件权重合计 − 10 × 已确认问题（使用与安全）+ 5（有应急演练）"};
}

}  // namespace

bool Scorecard::counted() const {
  return std::any_of(scores.begin(), scores.end(), [](const Score& score) {
    return std::any_of(score.counts.begin(), score.counts.end(),
                       [](const ScoreCount& count) { return count.count > 0; });
  });
}

Scorecard ScorecardOf(std::string agency, absl::CivilDay from, absl::CivilDay to,
                      const Counts& counts) {
  Scorecard card{.agency = std::move(agency),
                 .from = from,
                 .to = to,
                 .promises_kept = counts.promises_kept,
                 .promises_broken = counts.promises_broken,
                 .results = {.replies_in_time = counts.replies_in_time,
                             .replies_late = counts.replies_late,
                             .findings_confirmed = counts.quality_findings +
                                                   counts.safety_findings +
                                                   counts.other_findings}};
  card.scores = {Timeliness(counts), Quality(counts), Use(counts), Safety(counts)};
  int sum = 0;
  int judged = 0;
  for (const Score& score : card.scores) {
    if (score.points < 0) continue;
    sum += score.points;
    ++judged;
  }
  if (judged > 0) card.total = (sum + judged / 2) / judged;
  return card;
}

}  // namespace shareway::sharing
