// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace shareway::testing {

void History::Revoked(Revocation revocation) {
  absl::MutexLock lock(&mutex_);
  revocations_[revocation.grant] = std::move(revocation);
}

void History::Delivered(Delivery delivery) {
  absl::MutexLock lock(&mutex_);
  std::string grant = delivery.grant;
  deliveries_.emplace(std::move(grant), std::move(delivery));
}

void History::Recorded(const std::string& exchange, absl::Time time) {
  absl::MutexLock lock(&mutex_);
  recorded_[exchange] = time;
}

size_t History::unrecorded() const {
  absl::MutexLock lock(&mutex_);
  size_t missing = 0;
  for (const auto& [grant, delivery] : deliveries_) {
    missing += !delivery.exchange.empty() && !recorded_.contains(delivery.exchange);
  }
  return missing;
}

void History::Streamed(const std::string& grant, absl::Time answered) {
  absl::MutexLock lock(&mutex_);
  streamed_.emplace(grant, answered);
}

void History::Refused(const std::string& grant, absl::Time answered) {
  absl::MutexLock lock(&mutex_);
  const auto [first, is_first] = first_refused_.emplace(grant, answered);
  if (!is_first) first->second = std::min(first->second, answered);
}

void History::Apart(absl::Time from, absl::Time until) {
  absl::MutexLock lock(&mutex_);
  apart_.push_back({from, until});
}

bool History::ConnectedDuring(absl::Time from, absl::Time until) const {
  return std::none_of(apart_.begin(), apart_.end(), [&](const Interval& apart) {
    return apart.from <= until && apart.until >= from;
  });
}

void History::CheckDelivery(const Revocation& revoked, const Delivery& delivery, bool connected,
                            absl::Duration bound, Verdict* verdict) const {
  const auto violated = [&](absl::string_view rule) {
    verdict->violations.push_back(
        absl::StrCat(revoked.grant, ", exchange ", delivery.exchange, ": ", rule));
  };
  absl::Time begun = delivery.sent;
  const auto recorded = recorded_.find(delivery.exchange);
  if (recorded != recorded_.end()) begun = std::max(begun, recorded->second);
  const absl::Duration after = begun - revoked.acknowledged;
  ++verdict->deliveries;
  verdict->after += after > absl::ZeroDuration();
  absl::Duration& longest = connected ? verdict->longest_connected : verdict->longest_apart;
  if (after > absl::ZeroDuration()) longest = std::max(longest, after);
  if (after > bound) {
    violated(absl::StrCat("began ", absl::FormatDuration(after),
                          " after the acknowledged revocation, want at most ",
                          absl::FormatDuration(bound), connected ? ", connected" : ", apart"));
  }
  if (revoked.confirmed && after > absl::ZeroDuration()) {
    violated(absl::StrCat("began ", absl::FormatDuration(after),
                          " after its node had confirmed the revocation"));
  }
  if (begun > revoked.dead) {
    violated(absl::StrCat("began ", absl::FormatDuration(begun - revoked.dead),
                          " after the time from which the revocation calls the grant dead"));
  }
  if (begun > delivery.answered) {
    violated(absl::StrCat("its evidence was made ", absl::FormatDuration(begun - delivery.answered),
                          " after its answer"));
  }
  const auto refused = first_refused_.find(revoked.grant);
  if (refused != first_refused_.end() && delivery.sent > refused->second) {
    violated(absl::StrCat("was asked ", absl::FormatDuration(delivery.sent - refused->second),
                          " after a caller was told of the revocation, and answered"));
  }
}

void History::CheckOne(const Revocation& revoked, const Bounds& bounds, Verdict* verdict) const {
  const bool connected =
      ConnectedDuring(revoked.asked, revoked.acknowledged + bounds.connected);
  ++verdict->histories;
  verdict->connected += connected;
  const auto [first, last] = deliveries_.equal_range(revoked.grant);
  for (auto at = first; at != last; ++at) {
    CheckDelivery(revoked, at->second, connected, connected ? bounds.connected : bounds.worst,
                  verdict);
  }
  const auto [first_part, last_part] = streamed_.equal_range(revoked.grant);
  for (auto at = first_part; at != last_part; ++at) {
    const absl::Duration after = at->second - revoked.acknowledged;
    if (after > absl::ZeroDuration()) {
      verdict->longest_stream = std::max(verdict->longest_stream, after);
    }
    if (after <= bounds.worst) continue;
    verdict->violations.push_back(
        absl::StrCat(revoked.grant, ": a part of a stream came ", absl::FormatDuration(after),
                     " after the acknowledged revocation, want at most ",
                     absl::FormatDuration(bounds.worst)));
  }
}

History::Verdict History::Check(const Bounds& bounds) const {
  absl::MutexLock lock(&mutex_);
  Verdict verdict;
  for (const auto& [grant, revoked] : revocations_) CheckOne(revoked, bounds, &verdict);
  return verdict;
}

void History::Verdict::Add(const Verdict& other) {
  violations.insert(violations.end(), other.violations.begin(), other.violations.end());
  histories += other.histories;
  connected += other.connected;
  deliveries += other.deliveries;
  after += other.after;
  longest_connected = std::max(longest_connected, other.longest_connected);
  longest_apart = std::max(longest_apart, other.longest_apart);
  longest_stream = std::max(longest_stream, other.longest_stream);
}

std::string History::Verdict::text() const {
  const auto longest = [](absl::Duration time) {
    return time > absl::ZeroDuration()
               ? absl::FormatDuration(absl::Trunc(time, absl::Microseconds(100)))
               : std::string("none");
  };
  return absl::StrCat(histories, " revocations, ", connected, " of them at connected nodes, ",
                      deliveries, " deliveries, ", after,
                      " begun after the acknowledgement; the last one after ",
                      longest(longest_connected), " connected, ", longest(longest_apart),
                      " apart, the last part of a stream after ", longest(longest_stream));
}

}  // namespace shareway::testing
