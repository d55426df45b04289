// SPDX-License-Identifier: Apache-2.0
// The threads that run handlers, shared fairly among callers: gRPC's own are two, and a
// handler that blocks one of them stalls half the process.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace shareway::rpc {

// A bounded pool. Threads are made when work waits and none is idle. Of each caller, by the
// name in its certificate, at most a quarter of the threads run work, one at least; its
// other work waits in a line of its own, and begins in the order in which it came. Lines
// take turns, piece by piece: whoever brings much work waits for himself and not the
// others for him. Thread-safe.
class Pool {
 public:
  Pool(int max_threads, int max_queue);
  // Runs what is queued, then joins.
  ~Pool();

  // False if the queue is full: `work` is dropped and will not run. The first piece of a
  // line finds room even then, so that a queue full of others' work refuses nobody who
  // keeps to his share.
  bool Run(const std::string& caller, std::function<void()> work);
  // The same for work that seldom blocks: waking a thread costs more than such work. It
  // is left to the threads that run already, unless fewer run than the machine has
  // cores. While none of them took anything for 1 ms one more is woken, so that work
  // which blocks after all does not hold up the queue.
  bool RunSoon(const std::string& caller, std::function<void()> work);

 private:
  // What one caller has here; there is none of who has nothing.
  struct Line {
    const std::string* caller = nullptr;  // its key in lines_
    std::list<std::function<void()>> waiting = {};
    int running = 0;
  };
  enum class Pushed { kRefused, kWaits, kMayBegin };
  Pushed Push(const std::string& caller, std::function<void()> work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the first piece of the line whose turn it is, runs it and ends it.
  void RunOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Has one more thread look into the queue.
  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many threads run work, or are on their way to the queue.
  int Busy() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return static_cast<int>(threads_.size()) - idle_ + waking_;
  }
  void Work();
  // Wakes a thread for a queue that stands still.
  void Watch();

  const int max_threads_;
  const int share_;  // threads that one caller may have
  const size_t max_queue_;
  const int cores_;
  absl::Mutex mutex_;
  absl::CondVar woken_, watch_;
  std::unordered_map<std::string, Line> lines_ ABSL_GUARDED_BY(mutex_);
  // Lines with work that may begin, each once, in turn.
  std::deque<Line*> turns_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;  // pieces in all lines
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::thread watcher_ ABSL_GUARDED_BY(mutex_);  // made when it is needed first
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;         // threads that wait for work
  int waking_ ABSL_GUARDED_BY(mutex_) = 0;       // of these, told to look, and not there yet
  uint64_t begun_ ABSL_GUARDED_BY(mutex_) = 0;   // pieces of work taken so far
  bool watching_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace shareway::rpc
