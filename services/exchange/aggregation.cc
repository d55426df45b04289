// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/aggregation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/log/log.h"

namespace shareway::exchange {

using Kind = AggregationRule::Kind;

Aggregation::Aggregation(std::vector<AggregationRule> rules, size_t most_tracked)
    : rules_(std::move(rules)), most_tracked_(most_tracked) {}

uint32_t Aggregation::most_mismatches(uint32_t otherwise) const {
  for (const AggregationRule& rule : rules_) {
    if (rule.kind == Kind::kMismatches) return rule.count;
  }
  return otherwise;
}

bool Aggregation::SeeSubjects(const AggregationRule& rule, size_t place,
                              const Permitted& permitted, const Served& served, absl::Time now) {
  const std::string who =
      absl::StrCat(permitted.request.consumer, "|", permitted.request.operator_digest);
  Seen& seen = operators_[{place, who}];
  for (size_t at = 0; at + kRecallBytes <= served.recall.size(); at += kRecallBytes) {
    Digest digest;
    std::copy_n(served.recall.begin() + static_cast<std::ptrdiff_t>(at), kRecallBytes,
                digest.begin());
    if (seen.records.insert_or_assign(digest, now).second) ++tracked_;
  }
  if (seen.records.size() < rule.count) return false;
  const size_t before = seen.records.size();
  absl::erase_if(seen.records,
                 [&](const auto& entry) { return now - entry.second >= rule.window; });
  tracked_ -= before - seen.records.size();
  if (seen.records.size() < rule.count || now - seen.alerted < rule.window) return false;
  seen.alerted = now;
  return true;
}

bool Aggregation::SeeCombined(const AggregationRule& rule, size_t place,
                              const Permitted& permitted, const Served& served, absl::Time now) {
  std::vector<size_t> got;
  for (size_t i = 0; i < rule.items.size(); ++i) {
    const bool came = std::find(served.items.begin(), served.items.end(), rule.items[i]) !=
                      served.items.end();
    if (came) got.push_back(i);
  }
  if (got.empty()) return false;
  bool met = false;
  for (size_t at = 0; at + kRecallBytes <= served.recall.size(); at += kRecallBytes) {
    const std::string who = absl::StrCat(permitted.request.consumer, "|",
                                         absl::string_view(served.recall).substr(at, kRecallBytes));
    auto [entry, is_new] = combined_.try_emplace({place, who});
    Combined& combined = entry->second;
    if (is_new) {
      ++tracked_;
      combined.items.assign(rule.items.size(), absl::InfinitePast());
    }
    for (const size_t i : got) combined.items[i] = now;
    const auto count =
        std::count_if(combined.items.begin(), combined.items.end(),
                      [&](absl::Time time) { return now - time < rule.window; });
    if (count < rule.count || now - combined.alerted < rule.window) continue;
    combined.alerted = now;
    met = true;
  }
  return met;
}

void Aggregation::Bound() {
  if (tracked_ <= most_tracked_) return;
  log::Warn("aggregation-windows-forgotten", {{"tracked", tracked_}, {"most", most_tracked_}});
  operators_.clear();
  combined_.clear();
  tracked_ = 0;
}

std::vector<Alert> Aggregation::See(const Permitted& permitted, const Served& served,
                                    absl::Time now) {
  std::vector<Alert> alerts;
  if (rules_.empty() || served.recall.empty()) return alerts;
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < rules_.size(); ++i) {
    const AggregationRule& rule = rules_[i];
    if (!rule.resource.empty() && rule.resource != permitted.grant.resource) continue;
    const bool met =
        (rule.kind == Kind::kSubjects && SeeSubjects(rule, i, permitted, served, now)) ||
        (rule.kind == Kind::kCombine && SeeCombined(rule, i, permitted, served, now));
    if (!met) continue;
    alerts.push_back({.rule = rule.id,
                      .action = rule.action,
                      .count = rule.count,
                      .consumer = permitted.request.consumer,
                      .provider = permitted.grant.provider,
                      .grant = permitted.grant.name,
                      .resource = permitted.grant.resource,
                      .operator_digest = permitted.request.operator_digest,
                      .exchange = permitted.request.exchange,
                      .time = now});
  }
  Bound();
  return alerts;
}

}  // namespace shareway::exchange
