// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/quotas.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/exchange/domain/attempt.h"
#include "services/exchange/query_serving.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kFreeFor = absl::Minutes(10);
// How long an exchange waits for a slice that another one asks for.
constexpr absl::Duration kPatience = absl::Seconds(1);
// How long "nothing is left" is believed: a day's limit is the grant's for good.
constexpr absl::Duration kEmptyFor = absl::Seconds(10);
constexpr uint64_t kRefillSeconds = 2;

std::string KeyOf(absl::CivilDay day, absl::string_view name) {
  return absl::StrCat(DayName(day), "/", name);
}

std::string AttemptOf(const Request& request) {
  return absl::StrCat(request.consumer, "/", request.exchange, "/", request.attempt);
}

absl::Status QuotaExhausted(const Grant& grant) {
  return Error(Reason::kQuotaExhausted, absl::StatusCode::kResourceExhausted,
               absl::StrCat(grant.name, ": the day's quota does not hold this (calls ",
                            grant.day.calls, ", rows ", grant.day.rows, ", bytes ",
                            grant.day.bytes, " a day, 0: not limited)"))
      .With("grant", grant.name);
}

// Who is refused learns nothing of how this node reaches sharing.
absl::Status NoSlice(const Grant& grant, const absl::Status& why) {
  log::Warn("quota-not-leased", {{"grant", grant.name}, {"status", why}});
  return Error(Reason::kLeaseStale, absl::StatusCode::kUnavailable,
               absl::StrCat(grant.name, ": no slice of the day's quota could be leased now"))
      .With("grant", grant.name);
}

// A fault of ours: what is not counted does not leave.
absl::Status NotHeld(const Request& request) {
  return absl::InternalError(
      absl::StrCat("nothing is held for attempt ", request.attempt, " of ", request.exchange));
}

bool Limited(const Grant& grant) { return !grant.day.none(); }

// True if something of `missing` is known to be used up.
bool Hits(const Amounts& missing, const Amounts& empty) {
  return (missing.calls != 0 && empty.calls != 0) || (missing.rows != 0 && empty.rows != 0) ||
         (missing.bytes != 0 && empty.bytes != 0);
}

// What was wanted and not given.
Amounts EmptyOf(const Amounts& wanted, const Amounts& slice) {
  const auto of = [](uint64_t w, uint64_t s) -> uint64_t { return w != 0 && s == 0 ? 1 : 0; };
  return {.calls = of(wanted.calls, slice.calls),
          .rows = of(wanted.rows, slice.rows),
          .bytes = of(wanted.bytes, slice.bytes)};
}

}  // namespace

absl::Status Quotas::Restore() {
  const absl::CivilDay today = QuotaDay(parts_.clock->Now());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<KeptUsage> kept, parts_.store->LoadDay(today));
  absl::MutexLock lock(&mutex_);
  for (const KeptUsage& usage : kept) {
    auto count = std::make_shared<Count>();
    count->day = today;
    count->amounts.leased = usage.leased;
    count->amounts.used = count->used_before = usage.used;
    counts_[KeyOf(today, usage.grant)] = std::move(count);
  }
  return absl::OkStatus();
}

Quotas::CountPtr Quotas::CountOf(const Grant& grant, absl::CivilDay day) {
  CountPtr& count = counts_[KeyOf(day, grant.name)];
  if (count == nullptr) {
    count = std::make_shared<Count>();
    count->day = day;
  }
  if (count->grant == nullptr) count->grant = std::make_shared<const Grant>(grant);
  count->amounts.limit = grant.day;
  return count;
}

absl::StatusOr<bool> Quotas::FreeRetry(const Request& request) const {
  for (uint32_t attempt = 1; attempt < request.attempt; ++attempt) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::optional<Answered> before,
        parts_.exchanges->LoadAnswered(request.consumer, request.exchange, attempt));
    if (before && before->outcome == Outcome::kDelivered && before->grant == request.grant &&
        parts_.clock->Now() - before->settle_time <= kFreeFor) {
      return true;
    }
  }
  return false;
}

absl::Status Quotas::Lease(const CountPtr& count, const Amounts& wanted) {
  const absl::StatusOr<Amounts> slice = parts_.slices->Take(*count->grant, count->day, wanted);
  absl::MutexLock lock(&mutex_);
  count->leasing = false;
  leased_.SignalAll();
  if (slice.ok()) count->amounts.leased = count->amounts.leased + *slice;
  if (slice.ok() || absl::IsResourceExhausted(slice.status())) {
    count->empty = EmptyOf(wanted, slice.ok() ? *slice : Amounts{});
    count->empty_until = parts_.clock->SinceBoot() + kEmptyFor;
    return absl::OkStatus();
  }
  return slice.status();
}

absl::Status Quotas::Reserve(const CountPtr& count, const Amounts& more) {
  for (;;) {
    Amounts wanted;
    {
      absl::MutexLock lock(&mutex_);
      for (;;) {
        const Amounts missing = count->amounts.Missing(more);
        if (missing.none()) {
          count->amounts.held = count->amounts.held + more;
          return absl::OkStatus();
        }
        const bool fresh = parts_.clock->SinceBoot() < count->empty_until;
        if (fresh && Hits(missing, count->empty)) return QuotaExhausted(*count->grant);
        if (!count->leasing) {
          count->leasing = true;
          // The first slice of a day has some of everything that is limited.
          const bool first = count->amounts.leased.none();
          wanted = count->amounts.Slice(missing, first ? Amounts{1, 1, 1} : Amounts{});
          break;
        }
        if (leased_.WaitWithTimeout(&mutex_, kPatience)) {
          return NoSlice(*count->grant, absl::DeadlineExceededError("sharing takes long"));
        }
      }
    }
    if (absl::Status leased = Lease(count, wanted); !leased.ok()) {
      return NoSlice(*count->grant, leased);
    }
  }
}

uint32_t Quotas::MostMismatches(const Grant& grant) const {
  // The others do not hear what is counted here; the consumer chooses whom it asks.
  const size_t nodes = parts_.nodes ? parts_.nodes(grant.provider) : 1;
  return std::max<uint32_t>(
      1, parts_.most_mismatches / static_cast<uint32_t>(std::max<size_t>(1, nodes)));
}

absl::Status Quotas::TakeRecord(const Permitted& permitted, Held* held) {
  const auto& verification = std::get<Verification>(permitted.demand);
  std::vector<absl::string_view> key;
  for (const std::string& item : permitted.resource.keys()) {
    for (const filter::Condition& condition : verification.key) {
      if (condition.item == item) key.push_back(condition.value);
    }
  }
  const std::string& consumer = permitted.request.consumer;
  const std::string digest = RecallDigest(parts_.secret, permitted.resource.name, key);
  const std::string record = absl::StrCat(consumer, "|", digest);
  const uint32_t most = MostMismatches(permitted.grant);
  absl::MutexLock lock(&mutex_);
  auto [at, is_new] = misses_.try_emplace(KeyOf(held->day, record));
  if (is_new) {
    const absl::StatusOr<uint32_t> kept = parts_.store->LoadMismatches(held->day, consumer, digest);
    if (!kept.ok()) {
      misses_.erase(at);
      return kept.status();
    }
    at->second.count = *kept;
  }
  Misses& misses = at->second;
  // Whoever is in progress may miss, too.
  if (misses.count + misses.in_progress >= most) {
    const uint32_t count = misses.count;
    if (misses.in_progress == 0) misses_.erase(at);
    return Error(Reason::kMismatchesExhausted, absl::StatusCode::kResourceExhausted,
                 absl::StrCat("this record did not match ", count, " times today, at most ", most,
                              " count at this node, or as many are being verified"))
        .With("grant", permitted.grant.name);
  }
  ++misses.in_progress;
  held->record = record;
  return absl::OkStatus();
}

void Quotas::DropRecord(const Held& held) {
  if (held.record.empty()) return;
  const auto at = misses_.find(KeyOf(held.day, held.record));
  // What is counted is in the store by now, or did not leave.
  if (--at->second.in_progress == 0) misses_.erase(at);
}

absl::Status Quotas::Take(const Permitted& permitted) {
  const bool limited = Limited(permitted.grant);
  const bool verifies = std::holds_alternative<Verification>(permitted.demand);
  if (!limited && !verifies) return absl::OkStatus();
  Held held;
  held.day = QuotaDay(parts_.clock->Now());
  if (permitted.request.attempt > 1) {
    SHAREWAY_ASSIGN_OR_RETURN(held.retry, FreeRetry(permitted.request));
  }
  if (verifies) SHAREWAY_RETURN_IF_ERROR(TakeRecord(permitted, &held));
  if (limited) {
    {
      absl::MutexLock lock(&mutex_);
      held.count = CountOf(permitted.grant, held.day);
    }
    held.amounts.calls = held.retry ? 0 : 1;
    if (absl::Status reserved = Reserve(held.count, held.amounts); !reserved.ok()) {
      absl::MutexLock lock(&mutex_);
      DropRecord(held);
      return reserved;
    }
  }
  absl::MutexLock lock(&mutex_);
  auto [at, first] = held_.try_emplace(AttemptOf(permitted.request));
  if (first) {
    at->second = std::move(held);
    return absl::OkStatus();
  }
  // One attempt holds one thing: by a second turn the first would go on uncounted.
  if (held.count != nullptr) held.count->amounts.held = held.count->amounts.held - held.amounts;
  DropRecord(held);
  return Settled({.consumer = permitted.request.consumer,
                  .exchange = permitted.request.exchange,
                  .attempt = permitted.request.attempt});
}

absl::Status Quotas::Fit(const Permitted& permitted, const Served& served) {
  if (!Limited(permitted.grant)) return absl::OkStatus();
  const Amounts more = {.rows = served.records, .bytes = served.body.size()};
  CountPtr count;
  {
    absl::MutexLock lock(&mutex_);
    const auto at = held_.find(AttemptOf(permitted.request));
    if (at == held_.end() || at->second.count == nullptr) return NotHeld(permitted.request);
    count = at->second.count;
  }
  SHAREWAY_RETURN_IF_ERROR(Reserve(count, more));
  absl::MutexLock lock(&mutex_);
  const auto at = held_.find(AttemptOf(permitted.request));
  if (at == held_.end()) {
    count->amounts.held = count->amounts.held - more;
    return NotHeld(permitted.request);
  }
  at->second.amounts = at->second.amounts + more;
  return absl::OkStatus();
}

void Quotas::Keep(const Permitted& permitted, const Served& served, kv::Batch* batch,
                  absl::FunctionRef<void()> commit) {
  if (!Limited(permitted.grant) && served.mismatches == 0) return commit();
  absl::MutexLock order(&order_);
  {
    absl::MutexLock lock(&mutex_);
    const auto at = held_.find(AttemptOf(permitted.request));
    if (at == held_.end()) {
      batch->Refuse(NotHeld(permitted.request));
    } else {
      Held& held = at->second;
      if (held.count != nullptr) {
        DayCount& amounts = held.count->amounts;
        amounts.held = amounts.held - held.amounts;
        amounts.used = amounts.used + held.amounts;
        held.amounts = {};
        parts_.store->PutUsage(held.day,
                               {.grant = permitted.grant.name,
                                .leased = amounts.leased,
                                .used = amounts.used},
                               batch);
      }
      if (served.mismatches > 0 && !held.record.empty() && !held.retry) {
        const size_t bar = held.record.find('|');
        parts_.store->PutMismatches(held.day, held.record.substr(0, bar),
                                    held.record.substr(bar + 1),
                                    ++misses_[KeyOf(held.day, held.record)].count, batch);
      }
    }
  }
  commit();
}

void Quotas::Kept(const Permitted& permitted, const Served& served) {
  Undo(permitted);  // nothing is held any more but its place
  if (parts_.aggregation == nullptr) return;
  for (Alert& alert : parts_.aggregation->See(permitted, served, parts_.clock->Now())) {
    if (parts_.alert) parts_.alert(std::move(alert));
  }
}

void Quotas::Undo(const Permitted& permitted) {
  const bool verifies = std::holds_alternative<Verification>(permitted.demand);
  if (!Limited(permitted.grant) && !verifies) return;
  absl::MutexLock lock(&mutex_);
  const auto at = held_.find(AttemptOf(permitted.request));
  if (at == held_.end()) return;
  const Held& held = at->second;
  if (held.count != nullptr) {
    held.count->amounts.held = held.count->amounts.held - held.amounts;
  }
  DropRecord(held);
  held_.erase(at);
}

void Quotas::Refill() {
  const absl::CivilDay today = QuotaDay(parts_.clock->Now());
  std::vector<std::pair<CountPtr, Amounts>> wanted;
  {
    absl::MutexLock lock(&mutex_);
    absl::erase_if(counts_, [&](const auto& entry) { return entry.second->day < today; });
    for (const auto& [key, count] : counts_) {
      DayCount& amounts = count->amounts;
      const Amounts lately = amounts.used - count->used_before;
      count->used_before = amounts.used;
      if (lately.none() || count->leasing || count->grant == nullptr) continue;
      // Refill runs a few times a second: four such spans are about a second.
      const Amounts soon = {.calls = lately.calls * 4 * kRefillSeconds,
                            .rows = lately.rows * 4 * kRefillSeconds,
                            .bytes = lately.bytes * 4 * kRefillSeconds};
      const Amounts missing = amounts.Missing(soon);
      const bool fresh = parts_.clock->SinceBoot() < count->empty_until;
      if (missing.none() || (fresh && Hits(missing, count->empty))) continue;
      count->leasing = true;
      wanted.emplace_back(count, amounts.Slice(missing, {}));
    }
  }
  for (const auto& [count, amounts] : wanted) {
    if (absl::Status leased = Lease(count, amounts); !leased.ok()) {
      log::Warn("quota-not-leased", {{"grant", count->grant->name}, {"status", leased}});
    }
  }
  if (swept_ == today) return;
  swept_ = today;
  if (absl::Status dropped = parts_.store->DropBefore(today - 1); !dropped.ok()) {
    log::Warn("old-usage-not-deleted", {{"status", dropped}});
  }
}

std::optional<Amounts> Quotas::LeftOf(const Grant& grant) const {
  if (!Limited(grant)) return std::nullopt;
  absl::MutexLock lock(&mutex_);
  const auto at = counts_.find(KeyOf(QuotaDay(parts_.clock->Now()), grant.name));
  if (at == counts_.end()) return grant.day;
  DayCount amounts = at->second->amounts;
  amounts.limit = grant.day;
  return amounts.Left();
}

}  // namespace shareway::exchange
