// SPDX-License-Identifier: Apache-2.0
// The log under its witnesses: all that stands between a started process and a log that serves.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/crypto/key.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"
#include "libs/metrics/registry.h"
#include "services/audit/audit.h"
#include "services/audit/controls.h"
#include "services/audit/domain/control.h"
#include "services/audit/own_entries.h"
#include "services/audit/own_record.h"
#include "services/audit/rebuild.h"
#include "services/audit/start_gate.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/witnesses.h"

namespace shareway::audit {

// Gate, witnesses, rebuild of one log. Thread-safe once it is started.
class WatchedLog {
 public:
  // All must outlive it.
  struct Parts {
    kv::Store* store = nullptr;
    Audit* audit = nullptr;
    const LogReader* reader = nullptr;
    OwnRecords* own = nullptr;
    metrics::Registry* metrics = nullptr;
    crypto::PublicKey message_key = {};  // of the service's own records
    // What the directory says; see Witnesses and Rebuild. Null: there is none, and nobody
    // watches the log.
    WitnessesToday witnesses_today = {};
    std::function<std::optional<crypto::PublicKey>(const Hash32& id, absl::string_view owner)>
        message_key_of = {};
    // Begins to stop the process, and returns; null: two administrators cannot. See Controls.
    std::function<void()> stop = {};
    // See Controls.
    decltype(Controls::Parts::roles_today) roles_today = {};
  };
  struct Options {
    bool rebuild = false;
    std::set<std::string> set_aside = {};  // ids of heads; see StartRule
    absl::Duration candidate_interval = absl::Seconds(1);
    AskedRetention retention = {};
  };
  // `own` stands behind the gate from here on. DATA_LOSS if the store is damaged;
  // FAILED_PRECONDITION as Controls::Open.
  static absl::StatusOr<std::unique_ptr<WatchedLog>> Open(Parts parts, Options options);
  ~WatchedLog();

  // Records the start, and begins to follow witnesses, once the gate is open: on a thread that
  // waits for it, which tries again after an error; without a directory before it returns. What
  // the directory lists counts for the gate while `directory_current` says that it is no older
  // than this start.
  absl::Status Start(std::function<bool()> directory_current);

  StartGate* gate() const { return gate_.get(); }
  Witnesses* witnesses() const { return witnesses_.get(); }
  const OwnEntries& own_entries() const { return *own_entries_; }
  Rebuild* rebuild() const { return rebuild_.get(); }
  Controls* controls() const { return controls_.get(); }
  const Parts& parts() const { return parts_; }

 private:
  WatchedLog(Parts parts, std::unique_ptr<StartGate> gate, std::unique_ptr<Witnesses> witnesses,
             std::unique_ptr<OwnEntries> own_entries, std::unique_ptr<Rebuild> rebuild,
             std::unique_ptr<Controls> controls);
  // What a start owes the log, each record once, however often it is tried: how long a new one
  // keeps records, who named which witnesses, whose reports were set aside, that it started.
  absl::Status Begin();
  absl::Status RecordNaming();
  absl::Status RecordSetAside();
  absl::Status Record(evidence::AuditRecord record);
  void ExpectListed();
  void AwaitAndBegin();

  const Parts parts_;
  const std::unique_ptr<StartGate> gate_;
  const std::unique_ptr<Witnesses> witnesses_;
  const std::unique_ptr<OwnEntries> own_entries_;
  const std::unique_ptr<Rebuild> rebuild_;
  const std::unique_ptr<Controls> controls_;
  std::function<bool()> directory_current_;
  std::optional<uint64_t> began_at_;  // the log's size at the first try; of one thread

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace shareway::audit
