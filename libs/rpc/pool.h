// SPDX-License-Identifier: Apache-2.0
// The threads that run handlers: gRPC's own are two, and a handler that blocks
// one of them stalls half the process.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace shareway::rpc {

// A bounded pool. Threads are made when work waits and none is idle. Thread-safe.
class Pool {
 public:
  Pool(int max_threads, int max_queue);
  // Runs what is queued, then joins.
  ~Pool();

  // False if the queue is full: `work` is dropped and will not run.
  bool Run(std::function<void()> work);

 private:
  void Work();

  const int max_threads_;
  const size_t max_queue_;
  absl::Mutex mutex_;
  absl::CondVar woken_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace shareway::rpc
