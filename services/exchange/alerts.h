// SPDX-License-Identifier: Apache-2.0
// What follows when an aggregation rule was met.
#pragma once

#include <deque>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/aggregation.h"
#include "services/exchange/domain/hold_set.h"
#include "services/exchange/figures.h"
#include "services/exchange/holds.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {

// Thread-safe. All must outlive it. `node` is this one, agencies/{a}/nodes/{n}.
class Alerts {
 public:
  Alerts(ExchangeStore* store, const outbox::Outbox* outbox, HoldSet* held, Holds* holds,
         Figures figures, std::string node)
      : store_(store),
        outbox_(outbox),
        held_(held),
        holds_(holds),
        figures_(figures),
        node_(std::move(node)) {}

  // Says so in log and metrics and, if the rule wants it, holds the grant at once, in memory. Does
  // not block; Record does the rest.
  void Raise(Alert alert);
  // Records what was raised, for the provider alone, and keeps its holds; what fails stays for the
  // next time. Blocks.
  absl::Status Record();

 private:
  absl::Status RecordOne(const Alert& alert);

  ExchangeStore* const store_;
  const outbox::Outbox* const outbox_;
  HoldSet* const held_;
  Holds* const holds_;
  Figures figures_;
  const std::string node_;
  absl::Mutex mutex_;
  std::deque<Alert> raised_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
