// SPDX-License-Identifier: Apache-2.0
// The threads that run handlers: gRPC's own are two, and a handler that blocks
// one of them stalls half the process.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace shareway::rpc {

// A bounded pool. Threads are made when work waits and none is idle. Work begins in
// the order in which it came. Thread-safe.
class Pool {
 public:
  Pool(int max_threads, int max_queue);
  // Runs what is queued, then joins.
  ~Pool();

  // False if the queue is full: `work` is dropped and will not run.
  bool Run(std::function<void()> work);
  // The same for work that seldom blocks: waking a thread costs more than such work. It
  // is left to the threads that run already, unless fewer run than the machine has
  // cores. While none of them took anything for 1 ms one more is woken, so that work
  // which blocks after all does not hold up the queue.
  bool RunSoon(std::function<void()> work);

 private:
  bool Push(std::function<void()> work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
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
  const size_t max_queue_;
  const int cores_;
  absl::Mutex mutex_;
  absl::CondVar woken_, watch_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::thread watcher_ ABSL_GUARDED_BY(mutex_);  // made when it is needed first
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;         // threads that wait for work
  int waking_ ABSL_GUARDED_BY(mutex_) = 0;       // of these, told to look, and not there yet
  uint64_t begun_ ABSL_GUARDED_BY(mutex_) = 0;   // pieces of work taken so far
  bool watching_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace shareway::rpc
