// SPDX-License-Identifier: Apache-2.0
// The first data under each grant, until sharing knows that they came.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {

// An exchange that brought data.
struct FirstExchange {
  std::string grant = {};     // grants/{g}
  std::string exchange = {};  // id
  uint32_t attempt = 0;
  absl::Time time = {};  // when its receipt was durable
};

// The first successful exchange under a grant confirms the supply by itself (law.md section 3). The
// consumer's node tells sharing of it, once a grant: what waits is in memory, and durable is only
// that sharing has settled it, so that exchanges cost no write. After a restart the next exchange
// under a grant that was not settled is told. Thread-safe.
class FirstExchanges {
 public:
  // How long a grant rests that sharing did not settle: its supply is disputed, or the report was
  // refused. The next exchange after that is told.
  static constexpr absl::Duration kRest = absl::Hours(1);

  // Both must outlive it.
  FirstExchanges(ExchangeStore* store, const Clock* clock) : store_(store), clock_(clock) {}

  // Knows again which grants are settled. Call it at start.
  absl::Status Restore();

  // Hears of an exchange under `grant` that brought data and whose receipt is durable. For all but
  // the first under the grant this is one look into a set in memory. Does not block.
  void Received(const Grant& grant, absl::string_view exchange, uint32_t attempt);

  // Tells sharing of what waits, oldest first, each by `send`, which answers whether it is settled.
  // Stops at the first error by which sharing is away or busy, and returns it: the rest waits on.
  // Otherwise how many were settled. One thread.
  using Send = absl::FunctionRef<absl::StatusOr<bool>(const FirstExchange&)>;
  absl::StatusOr<int> Tell(Send send);

 private:
  std::deque<FirstExchange> Take();
  absl::Status Settle(const FirstExchange& first);
  void Rest(const FirstExchange& first);

  ExchangeStore* const store_;
  const Clock* const clock_;
  absl::Mutex mutex_;
  // Grants that wait, rest or are settled, by name.
  absl::flat_hash_set<std::string> known_ ABSL_GUARDED_BY(mutex_);
  std::deque<FirstExchange> waiting_ ABSL_GUARDED_BY(mutex_);
  // Grants that rest, and since when by boot time; oldest first.
  std::deque<std::pair<absl::Duration, std::string>> resting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
