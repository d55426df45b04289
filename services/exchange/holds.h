// SPDX-License-Identifier: Apache-2.0
// The provider's own veto at its node.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/evidence/record.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/hold_set.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {

// Thread-safe.
class Holds {
 public:
  // All must outlive it. `agency` is the node's own, agencies/{a}.
  Holds(ExchangeStore* store, const outbox::Outbox* outbox, const GrantTable* grants, HoldSet* held,
        const Clock* clock, std::string agency);

  // What the store holds is held again. Call it at start.
  absl::Status Restore();

  // Stops or releases a subject by the act of `person`. A hold works before it is
  // durable, a release after. INVALID_ARGUMENT naming the field; ABORTED,
  // ACT_REPLAYED, if the act was taken before; UNAVAILABLE and the like: unknown,
  // and held to be safe.
  absl::Status Set(std::string subject, bool held, std::string reason, absl::string_view person,
                   const evidence::SignedAct& act, absl::string_view traceparent);

 private:
  // What is held in memory is what the store holds; held if that cannot be told.
  void Follow(const std::string& subject);

  absl::Mutex mutex_;  // over store and memory, so that both change in one order
  ExchangeStore* const store_;
  const outbox::Outbox* const outbox_;
  const GrantTable* const grants_;
  HoldSet* const held_;
  const Clock* const clock_;
  const std::string agency_;
};

}  // namespace shareway::exchange
