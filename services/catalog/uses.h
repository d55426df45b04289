// SPDX-License-Identifier: Apache-2.0
// What is asked for most (S0 2.2): published entries by the number of agencies with a live grant of them.
//
// Sharing knows the grants. They are counted round by round, and the counts of the last whole round are what
// is told; nothing of them is stored, since another round makes them anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/catalog/catalog.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {

// Thread-safe, but for Round, which one thread calls.
class Uses {
 public:
  static constexpr absl::Duration kRound = absl::Minutes(10);
  static constexpr absl::Duration kRetry = absl::Minutes(1);  // after a round that failed

  // All must outlive it. `use` is empty where sharing is not known: then there is nothing to tell.
  struct Parts {
    const ResourceStore* resources = nullptr;
    const Clock* clock = nullptr;
    Catalog::AskUse use = {};
  };
  explicit Uses(Parts parts) : parts_(std::move(parts)) {}
  ~Uses();
  Uses(const Uses&) = delete;
  Uses& operator=(const Uses&) = delete;

  // An entry with at least one agency that uses it.
  struct Used {
    std::string name = {};  // resources/{r}
    int64_t consumers = 0;
    friend bool operator==(const Used&, const Used&) = default;
  };
  struct Ranking {
    absl::Time counted = {};         // when the round began
    std::vector<Used> entries = {};  // most first, then by name
  };
  // Entries behind `after`, or from the first, up to `limit`, of `provider` if it is not empty.
  // FAILED_PRECONDITION, NOT_SUPPORTED, where sharing is not known; UNAVAILABLE before the first round.
  absl::StatusOr<Ranking> Most(absl::string_view provider, const std::optional<Used>& after,
                               size_t limit) const;

  // Counts all published entries. An error of the store or of sharing leaves the counts of before.
  absl::Status Round();

  // Counts on a thread of its own from now on, until destruction. Call it once; does nothing where sharing
  // is not known.
  void Start();

 private:
  struct Row {
    Used used = {};
    std::string provider = {};
  };

  const Parts parts_;
  mutable absl::Mutex mutex_;
  std::optional<absl::Time> counted_ ABSL_GUARDED_BY(mutex_);
  std::vector<Row> entries_ ABSL_GUARDED_BY(mutex_);  // most first, then by name
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::catalog
