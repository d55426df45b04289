// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/aggregation.h"

#include <algorithm>
#include <utility>

#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

using Kind = AggregationRule::Kind;
using Times = std::vector<absl::Time>;

std::array<char, kRecallBytes> DigestAt(absl::string_view recall, size_t at) {
  std::array<char, kRecallBytes> digest;
  std::copy_n(recall.begin() + static_cast<std::ptrdiff_t>(at), kRecallBytes, digest.begin());
  return digest;
}

// The places in the rule of those of its items that came.
std::vector<size_t> Named(const AggregationRule& rule, const std::vector<std::string>& came) {
  std::vector<size_t> got;
  for (size_t i = 0; i < rule.items.size(); ++i) {
    if (std::find(came.begin(), came.end(), rule.items[i]) != came.end()) got.push_back(i);
  }
  return got;
}

// How many of the rule's items came within its window, at one time or, if there is another, at
// either.
uint32_t CountOf(const AggregationRule& rule, const Times& times, const Times* others,
                 absl::Time now) {
  uint32_t count = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    const absl::Time time = others == nullptr ? times[i] : std::max(times[i], (*others)[i]);
    count += now - time < rule.window ? 1 : 0;
  }
  return count;
}

absl::Time Newest(const Times& times) { return *std::max_element(times.begin(), times.end()); }

}  // namespace

Aggregation::Aggregation(std::vector<AggregationRule> rules, size_t most_tracked)
    : rules_(std::move(rules)), most_tracked_(most_tracked) {}

uint32_t Aggregation::most_mismatches(uint32_t otherwise) const {
  for (const AggregationRule& rule : rules_) {
    if (rule.kind == Kind::kMismatches) return rule.count;
  }
  return otherwise;
}

bool Aggregation::SeeSubjects(const AggregationRule& rule, size_t place,
                              const Permitted& permitted, const Served& served, absl::Time now,
                              Windows* windows) {
  const bool by_consumer = rule.by == AggregationRule::By::kConsumer;
  // Whom a request names as its operator is the consumer's word.
  Seen& seen = windows->subjects[{place, by_consumer ? "" : permitted.request.operator_digest}];
  // Who asks for many records learns which are there, also by those that are not.
  for (const std::string* const records : {&served.recall, &served.absent}) {
    for (size_t at = 0; at + kRecallBytes <= records->size(); at += kRecallBytes) {
      if (seen.records.insert_or_assign(DigestAt(*records, at), now).second) ++windows->tracked;
    }
  }
  if (seen.records.size() < rule.count) return false;
  const size_t before = seen.records.size();
  absl::erase_if(seen.records,
                 [&](const auto& entry) { return now - entry.second >= rule.window; });
  windows->tracked -= before - seen.records.size();
  if (seen.records.size() < rule.count || now - seen.alerted < rule.window) return false;
  seen.alerted = now;
  return true;
}

bool Aggregation::SeeCombined(const AggregationRule& rule, size_t place, const Served& served,
                              absl::Time now, Windows* windows) {
  const std::vector<size_t> got = Named(rule, served.items);
  if (got.empty()) return false;
  const auto whole = windows->whole.find(place);
  const Times* const by_download = whole == windows->whole.end() ? nullptr : &whole->second.items;
  bool met = false;
  for (size_t at = 0; at + kRecallBytes <= served.recall.size(); at += kRecallBytes) {
    auto [entry, is_new] = windows->combined.try_emplace({place, DigestAt(served.recall, at)});
    Combined& combined = entry->second;
    if (is_new) {
      ++windows->tracked;
      combined.items.assign(rule.items.size(), absl::InfinitePast());
    }
    for (const size_t i : got) combined.items[i] = now;
    if (CountOf(rule, combined.items, by_download, now) < rule.count) continue;
    if (now - combined.alerted < rule.window) continue;
    combined.alerted = now;
    met = true;
  }
  return met;
}

bool Aggregation::SeeDownload(const AggregationRule& rule, size_t place, const Served& served,
                              absl::Time now, Windows* windows) {
  const std::vector<size_t> got = Named(rule, served.items);
  if (got.empty()) return false;
  Combined& whole = windows->whole[place];
  whole.items.resize(rule.items.size(), absl::InfinitePast());
  for (const size_t i : got) whole.items[i] = now;
  if (now - whole.alerted < rule.window) return false;
  bool met = CountOf(rule, whole.items, nullptr, now) >= rule.count;
  // With what came of one record before.
  for (auto record = windows->combined.begin(); !met && record != windows->combined.end();
       ++record) {
    met = record->first.first == place &&
          CountOf(rule, record->second.items, &whole.items, now) >= rule.count;
  }
  if (met) whole.alerted = now;
  return met;
}

void Aggregation::Bound() {
  while (tracked_ > most_tracked_) {
    const auto most = std::max_element(
        windows_.begin(), windows_.end(),
        [](const auto& a, const auto& b) { return a.second.tracked < b.second.tracked; });
    Windows& windows = most->second;
    Times times;
    times.reserve(windows.tracked);
    for (const auto& [who, seen] : windows.subjects) {
      for (const auto& [record, time] : seen.records) times.push_back(time);
    }
    for (const auto& [record, combined] : windows.combined) times.push_back(Newest(combined.items));
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    const absl::Time last = *middle;
    log::Warn("aggregation-windows-forgotten", {{"consumer", most->first},
                                                {"tracked", windows.tracked},
                                                {"until", absl::FormatTime(last)}});
    size_t left = 0;
    for (auto& [who, seen] : windows.subjects) {
      absl::erase_if(seen.records, [&](const auto& entry) { return entry.second <= last; });
      left += seen.records.size();
    }
    absl::erase_if(windows.subjects, [&](const auto& entry) {
      return entry.second.records.empty() && entry.second.alerted <= last;
    });
    absl::erase_if(windows.combined,
                   [&](const auto& entry) { return Newest(entry.second.items) <= last; });
    left += windows.combined.size();
    tracked_ -= windows.tracked - left;
    windows.tracked = left;
  }
}

std::vector<Alert> Aggregation::See(const Permitted& permitted, const Served& served,
                                    absl::Time now) {
  std::vector<Alert> alerts;
  const bool download = permitted.request.method == Method::kDownload && served.records > 0;
  if (rules_.empty() || (served.recall.empty() && served.absent.empty() && !download)) {
    return alerts;
  }
  absl::MutexLock lock(&mutex_);
  Windows& windows = windows_[permitted.request.consumer];
  const size_t before = windows.tracked;
  for (size_t i = 0; i < rules_.size(); ++i) {
    const AggregationRule& rule = rules_[i];
    if (!rule.resource.empty() && rule.resource != permitted.grant.resource) continue;
    bool met = false;
    if (rule.kind == Kind::kSubjects) {
      met = !download && SeeSubjects(rule, i, permitted, served, now, &windows);
    } else if (rule.kind == Kind::kCombine) {
      met = download ? SeeDownload(rule, i, served, now, &windows)
                     : SeeCombined(rule, i, served, now, &windows);
    }
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
  tracked_ = tracked_ - before + windows.tracked;
  Bound();
  return alerts;
}

}  // namespace shareway::exchange
