// SPDX-License-Identifier: Apache-2.0
// What counts exchanges and may refuse one besides its grant: quotas, mismatches, aggregation rules.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "libs/kv/store.h"
#include "services/exchange/serving.h"

namespace shareway::exchange {

// Called by the provider in this order; after Take exactly one of Kept and Undo. Thread-safe.
class Usage {
 public:
  virtual ~Usage() = default;
  // Before anything is read: takes one call. RESOURCE_EXHAUSTED, QUOTA_EXHAUSTED (a retry within 10
  // minutes is free) or MISMATCHES_EXHAUSTED; ALREADY_EXISTS, EXCHANGE_SETTLED, if this very attempt
  // runs already.
  virtual absl::Status Take(const Permitted& permitted) = 0;
  // After it was read: takes its rows and bytes. QUOTA_EXHAUSTED; INTERNAL without Take.
  virtual absl::Status Fit(const Permitted& permitted, const Served& served) = 0;
  // Adds the counts to the batch that has the evidence, and has `commit` enqueue it: under one lock,
  // so that what is written last is what was counted last. Without Take the batch is refused.
  virtual void Keep(const Permitted& permitted, const Served& served, kv::Batch* batch,
                    absl::FunctionRef<void()> commit) = 0;
  // It was delivered, or rows of it left: aggregation rules look at it. May record an alert and set
  // a hold; cheap.
  virtual void Kept(const Permitted& permitted, const Served& served) = 0;
  // It was refused or not recorded after all: gives back what was taken.
  virtual void Undo(const Permitted& permitted) = 0;
};

}  // namespace shareway::exchange
