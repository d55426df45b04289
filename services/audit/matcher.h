// SPDX-License-Identifier: Apache-2.0
// Finds exchanges that only one of their nodes told of.
#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/metrics/registry.h"
#include "services/audit/audit.h"
#include "services/audit/own_record.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {

// Each exchange has two records, one by each node. Of a half that has not come
// within five minutes of the other's arrival, the matcher appends one HALF_MISSING
// record: exchange, attempt, grant and agencies of the half that is there, and both
// nodes, the one that owes first. That one is also its `object`, so that a search finds
// what a node owes; `reason` is EXCHANGE_LOST (nobody has told audit how it ended), so
// that it counts as failed; `rule` says whose half it is, the consumer's or provider's. It
// is evidence of silence, not of guilt: a half that comes later matches all the same. Of
// agencies it names the first 64; who writes names over 255 bytes is answered nothing.
//
// Exactly one for each missing half: the log itself is asked whether it was said
// before, so that neither a restart nor an append of unknown outcome repeats it. Of an
// exchange with over 4000 entries only the newest are asked: a restart may repeat it.
class Matcher {
 public:
  struct Options {
    absl::Duration age = absl::Minutes(5);   // by audit's own clock, since it took the other half
    absl::Duration turn = absl::Seconds(10);  // between two turns of the thread, at least
  };
  // All must outlive it.
  struct Parts {
    const kv::Store* store = nullptr;  // the log's
    const Audit* audit = nullptr;
    const LogReader* reader = nullptr;
    OwnRecords* own = nullptr;
    metrics::Registry* metrics = nullptr;
    // While it says false nothing is looked at: a log that waits for its witnesses
    // may not append.
    std::function<bool()> serving = [] { return true; };
  };
  Matcher(Parts parts, Options options);
  explicit Matcher(Parts parts) : Matcher(std::move(parts), Options()) {}
  ~Matcher();

  // Takes turns on a thread of its own until destruction.
  void Start();

  // Looks at all waiting halves once and reports those that are missing. After an
  // error the next turn goes on. Not together with Start.
  absl::Status Turn();
  // Halves that were missing at the end of the last turn: shareway_audit_halves_missing.
  double missing() const { return missing_.value(); }

 private:
  enum class Verdict {
    kThere,     // nothing is missing after all
    kMissing,   // and the log says so
    kReported,  // and the log says so now
  };
  absl::StatusOr<Verdict> Judge(const LogState& state, const Waiting& waiting);
  void Run();

  const Parts parts_;
  const Options options_;
  metrics::Gauge missing_;

  // The thread's: overdue halves by index, and whether their match is missing. What
  // was judged once is not looked at again while it waits.
  absl::flat_hash_map<uint64_t, bool> judged_;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace shareway::audit
