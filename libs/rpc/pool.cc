// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/pool.h"

#include <algorithm>
#include <utility>

namespace shareway::rpc {
namespace {

constexpr absl::Duration kPatience = absl::Milliseconds(1);
// How long the watcher looks at an empty queue before it sleeps: being woken costs too.
constexpr int kQuietLooks = 50;

}  // namespace

Pool::Pool(int max_threads, int max_queue)
    : max_threads_(max_threads),
      max_queue_(static_cast<size_t>(max_queue)),
      cores_(std::min(max_threads,
                      std::max(1, static_cast<int>(std::thread::hardware_concurrency())))) {}

Pool::~Pool() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    woken_.SignalAll();
    watch_.SignalAll();
    threads.swap(threads_);
    if (watcher_.joinable()) threads.push_back(std::move(watcher_));
  }
  for (std::thread& thread : threads) thread.join();
}

bool Pool::Push(std::function<void()> work) {
  if (stopping_ || queue_.size() >= max_queue_) return false;
  queue_.push_back(std::move(work));
  return true;
}

void Pool::Wake() {
  if (idle_ > waking_) {
    ++waking_;
    woken_.Signal();
  } else if (static_cast<int>(threads_.size()) < max_threads_) {
    threads_.emplace_back([this] { Work(); });
  }
}

bool Pool::Run(std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (!Push(std::move(work))) return false;
  Wake();
  return true;
}

bool Pool::RunSoon(std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (!Push(std::move(work))) return false;
  if (Busy() < cores_) {
    Wake();
  } else if (!watching_) {
    watching_ = true;
    if (!watcher_.joinable()) watcher_ = std::thread([this] { Watch(); });
    watch_.Signal();
  }
  return true;
}

void Pool::Work() {
  absl::MutexLock lock(&mutex_);
  for (;;) {
    while (queue_.empty() && !stopping_) {
      ++idle_;
      woken_.Wait(&mutex_);
      --idle_;
      waking_ = std::max(0, waking_ - 1);
    }
    if (queue_.empty()) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    ++begun_;
    mutex_.Unlock();
    work();
    work = nullptr;  // what it holds may take the lock
    mutex_.Lock();
  }
}

void Pool::Watch() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    if (!watching_) {
      watch_.Wait(&mutex_);
      continue;
    }
    for (int quiet = 0; quiet < kQuietLooks && !stopping_;) {
      const uint64_t begun = begun_;
      watch_.WaitWithTimeout(&mutex_, kPatience);
      quiet = queue_.empty() ? quiet + 1 : 0;
      if (!queue_.empty() && begun == begun_) Wake();
    }
    watching_ = false;
  }
}

}  // namespace shareway::rpc
