// SPDX-License-Identifier: Apache-2.0
// The audit log at work: takes entries from many callers, gives each its place,
// makes it durable, signs.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/kv/store.h"
#include "libs/metrics/registry.h"
#include "services/audit/indexer.h"
#include "services/audit/signer.h"
#include "services/audit/store/log_writer.h"

namespace shareway::audit {

// The states of an entry: *sequenced* (it has its index and is durable; now it is
// acknowledged) and *published* (a signed checkpoint covers it; within 100 ms, at
// once if someone waits for it).
//
// Three threads. The sequencer takes all that is queued as one group, one commit.
// While that is written the next one gathers, and is made as soon as it is as large as
// the one that is written. The signer signs the newest state. The indexer makes the
// search index. Thread-safe. Destruction answers what is queued.
class Audit {
 public:
  struct Options {
    const Clock* clock = &SystemClock();
    metrics::Registry* metrics = nullptr;  // required; must outlive the log
    // Beyond these, appends are refused with OVERLOADED.
    size_t max_requests = 4096;
    size_t max_bytes = 64 << 20;
    // From one signature to the next, while nobody waits for one.
    absl::Duration sign_interval = absl::Milliseconds(80);
    // See LogWriter: how long halves of exchanges wait in memory alone.
    absl::Duration settle = absl::ZeroDuration();
    // Where bundles are that were taken out of the store; must outlive the log.
    const BundleSource* archive = nullptr;
  };

  // Opens the log in `store`, which must outlive it, or makes a new one there.
  // DATA_LOSS if the log is damaged or behind its last checkpoint;
  // FAILED_PRECONDITION if it is another key's or origin's log.
  static absl::StatusOr<std::unique_ptr<Audit>> Open(kv::Store* store, LogKey key, Options options);
  ~Audit();

  using Done = std::function<void(absl::StatusOr<std::vector<uint64_t>>)>;
  // Answers with one index for each entry, once all are durable; of no entries after all
  // that came before, and then state() is what is durable, whatever failed till then.
  // `done` runs on the sequencer's thread and must not block. RESOURCE_EXHAUSTED,
  // OVERLOADED, when too much is queued; otherwise as LogWriter::Append.
  void Append(std::vector<EntryPtr> entries, Done done);
  absl::StatusOr<std::vector<uint64_t>> AppendAndWait(std::vector<EntryPtr> entries);

  // What is durable.
  std::shared_ptr<const LogState> state() const { return writer_->state(); }
  const CheckpointSigner& signer() const { return *signer_; }
  const std::string& verifier_key() const { return birth_.verifier_key; }
  // Of the service's own records.
  const std::string& incarnation() const { return birth_.incarnation; }
  const Clock& clock() const { return *options_.clock; }

 private:
  struct Pending {
    std::vector<EntryPtr> entries = {};
    size_t bytes = 0;
    absl::Duration arrival = {};  // since boot
    Done done = {};
    // In the queue: one without entries waits for its turn, too.
    size_t places() const { return entries.empty() ? 1 : entries.size(); }
  };
  // Requests that share a commit.
  struct Group {
    std::vector<Pending> requests = {};
    std::vector<EntryPtr> entries = {};
    size_t bytes = 0;
    absl::StatusOr<LogWriter::Group> made = absl::UnknownError("not made");
  };
  struct Metrics {
    explicit Metrics(metrics::Registry* registry);
    metrics::Counter appended;
    metrics::Gauge size;
    metrics::Gauge queue;
    metrics::Gauge unmatched;
    metrics::Gauge checkpoint_size;
    metrics::Gauge checkpoint_age;
    metrics::Histogram latency;
  };

  Audit(kv::Store* store, Birth birth, Options options, std::unique_ptr<LogWriter> writer,
        std::unique_ptr<CheckpointSigner> signer);
  void Sequence();
  void SignOn();
  // What is queued, of at least as many entries as are written; nothing when that is
  // durable first, when halves may have to settle, and at the end.
  Group Take(const std::optional<Group>& writing, bool* last);
  void Make(Group* group);
  // Answers a group, which is durable or failed.
  void Answer(Group group, const absl::StatusOr<LogWriter::Appended>& appended);

  const Birth birth_;
  const Options options_;
  const std::unique_ptr<LogWriter> writer_;  // appended to by the sequencer alone
  const std::unique_ptr<CheckpointSigner> signer_;
  Metrics metrics_;
  bool failing_ = false;  // did the last append fail? The sequencer's

  absl::Mutex mutex_;
  std::deque<Pending> queue_ ABSL_GUARDED_BY(mutex_);
  size_t requests_ ABSL_GUARDED_BY(mutex_) = 0;  // queued or at work
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t queued_entries_ ABSL_GUARDED_BY(mutex_) = 0;
  bool written_ ABSL_GUARDED_BY(mutex_) = false;  // what the sequencer had begun to write
  uint64_t sequenced_ ABSL_GUARDED_BY(mutex_) = 0;  // size of the durable log
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool sequencer_done_ ABSL_GUARDED_BY(mutex_) = false;

  Indexer indexer_;
  std::thread sequencer_;
  std::thread signing_;
};

}  // namespace shareway::audit
