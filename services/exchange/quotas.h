// SPDX-License-Identifier: Apache-2.0
// Counts what leaves under day quotas, and how often verifications missed; refuses beyond.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/exchange/aggregation.h"
#include "services/exchange/domain/quota.h"
#include "services/exchange/store/exchange_store.h"
#include "services/exchange/store/usage_store.h"
#include "services/exchange/usage.h"

namespace shareway::exchange {

// Where slices of day quotas come from: sharing.
class QuotaSlices {
 public:
  virtual ~QuotaSlices() = default;
  // A slice of the grant's day; may block, for a second at most. RESOURCE_EXHAUSTED,
  // QUOTA_EXHAUSTED, if nothing is left; any other error: nothing is known, and what sharing may
  // have given is lost until the day ends.
  virtual absl::StatusOr<Amounts> Take(const Grant& grant, absl::CivilDay day,
                                       const Amounts& wanted) = 0;
};

// Usage by day quotas (leased in slices, so that several nodes stay within one limit), by
// mismatches of verifications per record, consumer and day, and by aggregation rules. Thread-safe.
//
// What is used is durable with its evidence, before it leaves. What was leased and not used when
// the node crashed is lost until the day ends, at most.
class Quotas final : public Usage {
 public:
  struct Parts {  // all must outlive it
    UsageStore* store = nullptr;
    const ExchangeStore* exchanges = nullptr;
    QuotaSlices* slices = nullptr;
    Aggregation* aggregation = nullptr;  // null: no rules
    // Told of each rule that was met, by the thread that commits: must not block. May be empty.
    std::function<void(Alert)> alert = {};
    const Clock* clock = nullptr;
    std::string secret = {};       // the agency's: records are counted by keyed digests
    uint32_t most_mismatches = 5;  // answers with a mismatch, a record, consumer and day
    // How many nodes answer for an agency, this one among them: each takes its share of
    // most_mismatches, at least one. Empty: only this one.
    std::function<size_t(absl::string_view agency)> nodes = {};
  };
  explicit Quotas(Parts parts) : parts_(std::move(parts)) {}

  // Takes up the day's counts that the store holds. Call it at start.
  absl::Status Restore();
  // Leases ahead for what was used lately, so that no exchange waits for it, and deletes old days.
  // Blocks; call it a few times a second, on one thread.
  void Refill();
  // What this node knows to be left of the grant's day; nothing if the grant has no quota.
  std::optional<Amounts> LeftOf(const Grant& grant) const;

  // UNAVAILABLE, LEASE_STALE, if sharing does not answer and what was leased is used up. A retry
  // of what was delivered under the same grant within ten minutes is no call more; its rows and
  // bytes count each time they leave.
  absl::Status Take(const Permitted& permitted) override;
  absl::Status Fit(const Permitted& permitted, const Served& served) override;
  // May be called several times: a transfer counts each chunk before it leaves.
  void Keep(const Permitted& permitted, const Served& served, kv::Batch* batch,
            absl::FunctionRef<void()> commit) override;
  void Kept(const Permitted& permitted, const Served& served) override;
  void Undo(const Permitted& permitted) override;

 private:
  // One grant on one day.
  struct Count {
    std::shared_ptr<const Grant> grant;  // as it was when it was counted first
    absl::CivilDay day = {};
    DayCount amounts = {};
    Amounts used_before = {};       // at the last Refill
    bool leasing = false;           // a slice is being asked for
    absl::Duration empty_until = {};  // boot time: sharing said that nothing is left
    Amounts empty = {};               // of what; 1: nothing
  };
  using CountPtr = std::shared_ptr<Count>;
  // Mismatches about one record, while exchanges about it are in progress.
  struct Misses {
    uint32_t count = 0;
    uint32_t in_progress = 0;
  };
  // What one exchange holds until Kept or Undo.
  struct Held {
    CountPtr count = nullptr;  // null: no quota
    Amounts amounts = {};
    absl::CivilDay day = {};
    std::string record = {};  // {consumer}|{digest}; empty: no verification
    bool retry = false;
  };

  absl::StatusOr<bool> FreeRetry(const Request& request) const;
  // Holds `more`, leasing first what is missing.
  absl::Status Reserve(const CountPtr& count, const Amounts& more);
  // Asks for a slice without the lock; `count->leasing` is true until it returns.
  absl::Status Lease(const CountPtr& count, const Amounts& wanted);
  CountPtr CountOf(const Grant& grant, absl::CivilDay day) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint32_t MostMismatches(const Grant& grant) const;
  absl::Status TakeRecord(const Permitted& permitted, Held* held);
  void DropRecord(const Held& held) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Parts parts_;
  // Over counting and enqueueing, and never held by what a commit calls back.
  absl::Mutex order_ ABSL_ACQUIRED_BEFORE(mutex_);
  mutable absl::Mutex mutex_;
  absl::CondVar leased_;
  absl::flat_hash_map<std::string, CountPtr> counts_ ABSL_GUARDED_BY(mutex_);  // by day and grant
  absl::flat_hash_map<std::string, Held> held_ ABSL_GUARDED_BY(mutex_);        // by attempt
  absl::flat_hash_map<std::string, Misses> misses_ ABSL_GUARDED_BY(mutex_);    // by day and record
  absl::CivilDay swept_ = {};  // Refill's thread only
};

}  // namespace shareway::exchange
