// SPDX-License-Identifier: Apache-2.0
// The provider's own veto at its node.
#pragma once

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/evidence/record.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/hold_set.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {

// Thread-safe. Every hold, and its end, is kept to be filed with the authority (File).
class Holds {
 public:
  // All must outlive it. `agency` is the provider, agencies/{a}.
  Holds(ExchangeStore* store, const outbox::Outbox* outbox, const GrantTable* grants, HoldSet* held,
        const Clock* clock, std::string agency);

  const std::string& agency() const { return agency_; }

  // What the store holds is held again. Call it at start.
  absl::Status Restore();

  // Stops or releases a subject by the act of `person`. A hold works before it is
  // durable, a release after. INVALID_ARGUMENT naming the field; ABORTED,
  // ACT_REPLAYED, if the act was taken before; UNAVAILABLE and the like: unknown,
  // and held to be safe.
  absl::Status Set(std::string subject, bool held, std::string reason, absl::string_view person,
                   const evidence::SignedAct& act, absl::string_view traceparent);
  // Stops a grant because an aggregation rule was met. Does nothing if it is held. Errors: unknown,
  // and held to be safe.
  absl::Status SetByRule(const std::string& grant, absl::string_view rule);

  // Up to `limit` holds whose subject is after `after`, by subject.
  absl::StatusOr<std::vector<Hold>> List(absl::string_view after, size_t limit) const;

  // Files with the authority what is not on file yet, oldest first, each by `send`, which answers
  // when it was filed. Stops at the first error and returns it; what was sent once may be sent
  // again. One that is refused for its act, ACT_INVALID (its person's standing ended before it was
  // filed), does not hold up the others: it is sent again each time, until a newer one of its
  // subject is on file, and its error is returned at the end. The number that was filed. One
  // thread.
  using Send = absl::FunctionRef<absl::StatusOr<absl::Time>(const Filing&)>;
  absl::StatusOr<int> File(Send send);

 private:
  // Writes one change with its record and its filing.
  absl::Status Keep(Hold hold, bool held, const evidence::SignedAct* act,
                    absl::string_view traceparent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Filed(const Filing& filing, absl::Time filed_time);
  // What is held in memory is what the store holds; held if that cannot be told.
  void Follow(const std::string& subject);

  mutable absl::Mutex mutex_;  // over store and memory, so that both change in one order
  ExchangeStore* const store_;
  const outbox::Outbox* const outbox_;
  const GrantTable* const grants_;
  HoldSet* const held_;
  const Clock* const clock_;
  const std::string agency_;
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // set_time of the last change
};

}  // namespace shareway::exchange
