// SPDX-License-Identifier: Apache-2.0
// The one thread that writes: it takes what is queued, decides each batch in
// order, and writes the winners as one durable group.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/kv/engine.h"
#include "libs/kv/store.h"

namespace shareway::kv {

// A group ends at whichever of these it reaches first.
inline constexpr size_t kMaxGroupBatches = 1024;
inline constexpr size_t kMaxGroupBytes = 1 << 20;

using Logs = std::map<std::string, LogEnds, std::less<>>;

// What an engine held when it was opened.
struct Durable {
  uint64_t commits = 0;  // the last version given
  Logs logs = {};
};

// Owns the commit thread. A write whose outcome is unknown ends the process with
// exit code 74 (EX_IOERR): only a restart can learn what is on the disk.
// Thread-safe.
class Committer {
 public:
  // `engine` must outlive this object; `durable` is what it holds.
  Committer(Engine* engine, Durable durable);
  // Commits what is queued first.
  ~Committer();

  // See Store.
  void CommitAsync(Batch batch, std::function<void(absl::StatusOr<Committed>)> done);
  uint64_t LogHead(absl::string_view log) const;
  uint64_t LogTail(absl::string_view log) const;
  bool WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const;

 private:
  struct Waiting {
    Batch batch;
    std::function<void(absl::StatusOr<Committed>)> done;
    absl::StatusOr<Committed> result;
  };

  void Run();
  // Blocks for the next group; empty once the committer stops and nothing is left.
  std::vector<Waiting> Take();
  void CommitGroup(std::vector<Waiting> group);
  LogEnds Ends(absl::string_view log) const;

  Engine* const engine_;
  // The commit thread's own.
  uint64_t commits_;
  bool full_ = false;  // the last write found the disk full

  mutable absl::Mutex queue_mutex_;
  absl::CondVar arrived_;
  std::deque<Waiting> queue_ ABSL_GUARDED_BY(queue_mutex_);
  bool stopping_ ABSL_GUARDED_BY(queue_mutex_) = false;

  mutable absl::Mutex logs_mutex_;
  mutable absl::CondVar grown_;
  Logs logs_ ABSL_GUARDED_BY(logs_mutex_);  // only what is durable

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace shareway::kv
