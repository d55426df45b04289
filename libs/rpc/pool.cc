// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/pool.h"

#include <utility>

namespace shareway::rpc {

Pool::Pool(int max_threads, int max_queue)
    : max_threads_(max_threads), max_queue_(static_cast<size_t>(max_queue)) {}

Pool::~Pool() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    woken_.SignalAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

bool Pool::Run(std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ || queue_.size() >= max_queue_) return false;
  queue_.push_back(std::move(work));
  if (static_cast<int>(queue_.size()) > idle_ &&
      static_cast<int>(threads_.size()) < max_threads_) {
    threads_.emplace_back([this] { Work(); });
  } else {
    woken_.Signal();
  }
  return true;
}

void Pool::Work() {
  for (;;) {
    std::function<void()> work;
    {
      absl::MutexLock lock(&mutex_);
      ++idle_;
      while (queue_.empty() && !stopping_) woken_.Wait(&mutex_);
      --idle_;
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace shareway::rpc
