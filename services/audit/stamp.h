// SPDX-License-Identifier: Apache-2.0
// Once a day, an outside authority stamps the newest checkpoint (RFC 3161).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/crypto/timestamp.h"
#include "libs/evidence/record.h"
#include "libs/metrics/registry.h"
#include "services/audit/store/checkpoint.h"

namespace shareway::audit {

// A stamp says when the tree stood at the latest, in the word of somebody who has no part in
// Shareway: it holds even if all keys of log and witnesses are lost later. Its token goes into
// the log as CHECKPOINT_STAMPED (proto/FORMATS.md section 5).
//
// The authority may be away: then it is asked again after a minute, and after twice the time
// before, up to an hour. Nothing else waits for it. For one thread.
class Stamper {
 public:
  struct Ways {
    // Sends a TimeStampReq, returns the answer. Blocks; should give up within seconds.
    std::function<absl::StatusOr<std::string>(const std::string& query)> ask = {};
    // The newest witnessed checkpoint; nothing while the log does not serve.
    std::function<std::optional<Checkpoint>()> newest = {};
    // When the log's newest stamp was recorded, in case this process is not the first.
    std::function<absl::StatusOr<std::optional<absl::Time>>()> last = {};
    // Appends an own record; OK once it is durable.
    std::function<absl::Status(evidence::AuditRecord)> keep = {};
  };
  struct Options {
    std::string authority = {};            // trusted certificates, PEM
    std::string origin = {};               // of the log
    metrics::Registry* metrics = nullptr;  // required; must outlive it
    const Clock* clock = &SystemClock();
    absl::Duration interval = absl::Hours(24);
    absl::Duration overdue = absl::Hours(48);  // from here on the metric raises an alarm
  };
  Stamper(Ways ways, Options options);

  // Stamps if it is time to; returns how long until it is again.
  absl::Duration Turn();

 private:
  absl::Status Stamp(const Checkpoint& checkpoint);
  absl::Duration TurnAt(absl::Duration now);
  void ShowAge(absl::Duration now);

  const Ways ways_;
  const Options options_;
  metrics::Counter stamped_, failed_;
  metrics::Gauge age_, overdue_;
  bool asked_last_ = false;     // ways_.last was answered
  absl::Duration newest_ = {};  // since boot: when the newest stamp was made, or this began
  absl::Duration due_ = {};     // since boot
  int failures_ = 0;            // in a row
};

// What a token says of a checkpoint, whoever shows both. Errors as
// crypto::OpenTimestampToken; INVALID_ARGUMENT if `note` is no signed note. Whether the
// checkpoint is the log's own is said by its signatures, not here.
absl::StatusOr<crypto::Timestamp> OpenStamp(absl::string_view token, absl::string_view note,
                                            absl::string_view authority);

// Takes a stamper's turns on a thread of its own.
class StampThread {
 public:
  // `stamper` must outlive it.
  explicit StampThread(Stamper* stamper);
  // Waits for a question that is under way.
  ~StampThread();

 private:
  void Run();

  Stamper* const stamper_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace shareway::audit
