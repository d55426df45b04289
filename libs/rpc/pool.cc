// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/pool.h"

#include <algorithm>
#include <utility>

namespace shareway::rpc {
namespace {

constexpr absl::Duration kPatience = absl::Milliseconds(1);
// How long the watcher looks at an empty queue before it sleeps: being woken costs too.
constexpr int kQuietLooks = 50;
constexpr int kShares = 4;  // of the threads, of which a caller has one

}  // namespace

Pool::Pool(int max_threads, int max_queue)
    : max_threads_(max_threads),
      share_(std::max(1, max_threads / kShares)),
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

Pool::Pushed Pool::Push(const std::string& caller, std::function<void()> work) {
  if (stopping_) return Pushed::kRefused;
  const auto [it, made] = lines_.try_emplace(caller);
  Line& line = it->second;
  if (made) line.caller = &it->first;
  if (!line.waiting.empty() && waiting_ >= max_queue_) return Pushed::kRefused;
  line.waiting.push_back(std::move(work));
  ++waiting_;
  // Its line is among the turns already if it may begin more than waited.
  if (line.waiting.size() == 1 && line.running < share_) turns_.push_back(&line);
  return line.running + static_cast<int>(line.waiting.size()) <= share_ ? Pushed::kMayBegin
                                                                        : Pushed::kWaits;
}

void Pool::Wake() {
  if (idle_ > waking_) {
    ++waking_;
    woken_.Signal();
  } else if (static_cast<int>(threads_.size()) < max_threads_) {
    threads_.emplace_back([this] { Work(); });
  }
}

// What waits for its own line is begun by the thread that makes room in it.
bool Pool::Run(const std::string& caller, std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  const Pushed pushed = Push(caller, std::move(work));
  if (pushed == Pushed::kMayBegin) Wake();
  return pushed != Pushed::kRefused;
}

bool Pool::RunSoon(const std::string& caller, std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  const Pushed pushed = Push(caller, std::move(work));
  if (pushed != Pushed::kMayBegin) return pushed == Pushed::kWaits;
  if (Busy() < cores_) {
    Wake();
  } else if (!watching_) {
    watching_ = true;
    if (!watcher_.joinable()) watcher_ = std::thread([this] { Watch(); });
    watch_.Signal();
  }
  return true;
}

void Pool::RunOne() {
  Line* const line = turns_.front();
  turns_.pop_front();
  std::function<void()> work = std::move(line->waiting.front());
  line->waiting.pop_front();
  --waiting_;
  ++begun_;
  if (++line->running < share_ && !line->waiting.empty()) turns_.push_back(line);
  mutex_.Unlock();
  work();
  work = nullptr;  // what it holds may take the lock
  mutex_.Lock();
  const bool had_turn = line->running < share_;
  --line->running;
  if (!had_turn && !line->waiting.empty()) turns_.push_back(line);
  if (line->running == 0 && line->waiting.empty()) lines_.erase(lines_.find(*line->caller));
}

void Pool::Work() {
  absl::MutexLock lock(&mutex_);
  for (;;) {
    while (turns_.empty() && !stopping_) {
      ++idle_;
      woken_.Wait(&mutex_);
      --idle_;
      waking_ = std::max(0, waking_ - 1);
    }
    // What still waits has its line's share of threads, which look again when they are done.
    if (turns_.empty()) return;
    RunOne();
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
      if (stopping_) return;  // the destructor has taken the threads: none may come after them
      quiet = turns_.empty() ? quiet + 1 : 0;
      if (!turns_.empty() && begun == begun_) Wake();
    }
    watching_ = false;
  }
}

}  // namespace shareway::rpc
