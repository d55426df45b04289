// SPDX-License-Identifier: Apache-2.0
// The fake for tests: a map that can lose a write, or only its answer.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/kv/store.h"

namespace shareway::kv {

// What a faulty commit does.
struct Outcome {
  bool apply = true;                       // is it written?
  absl::Status status = absl::OkStatus();  // and what is answered
};

// Keeps everything in memory, in the semantics of the engines.
class MemoryStore final : public Store {
 public:
  // If set, decides each commit whose expectations hold. Must not call the store.
  // Set it while no other thread commits.
  std::function<Outcome(const Batch&)> on_commit;
  // The same for Ingest.
  std::function<Outcome(absl::Span<const Pair>)> on_ingest;

  absl::StatusOr<Entry> Get(absl::string_view key) const override;
  absl::Status Scan(absl::string_view start, absl::string_view limit, Visitor visit) const override;
  absl::Status ReadLog(absl::string_view log, uint64_t from, LogVisitor visit) const override;
  uint64_t LogHead(absl::string_view log) const override;
  absl::StatusOr<uint64_t> LogTail(absl::string_view log) const override;
  bool WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const override;
  // Runs `done` before it returns.
  void CommitAsync(Batch batch, std::function<void(absl::StatusOr<Committed>)> done) override;
  // Nothing to do: memory keeps no deleted value.
  absl::Status Compact(absl::string_view, absl::string_view) override { return absl::OkStatus(); }
  // FAILED_PRECONDITION: memory has no folder.
  absl::Status Checkpoint(const std::string& dir) override;

 protected:
  absl::Status IngestChecked(absl::Span<const Pair> sorted) override;

 private:
  struct Log {
    uint64_t head = 0;
    std::map<uint64_t, std::string> entries;
  };
  absl::StatusOr<Committed> CommitLocked(const Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Committed ApplyLocked(const Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  mutable absl::CondVar grown_;
  std::map<std::string, Entry, std::less<>> entries_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Log, std::less<>> logs_ ABSL_GUARDED_BY(mutex_);
  uint64_t commits_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace shareway::kv
