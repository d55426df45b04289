// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/live_streams.h"

#include <utility>
#include <vector>

namespace shareway::console {

LiveStreams::LiveStreams(Stands stands, absl::Duration every)
    : stands_(std::move(stands)), every_(every), thread_([this] { Run(); }) {}

LiveStreams::~LiveStreams() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

std::shared_ptr<void> LiveStreams::Add(Holder holder, End end) {
  absl::Status closed;
  uint64_t id = 0;
  {
    absl::MutexLock lock(&mutex_);
    closed = closed_;
    id = next_++;
    if (closed.ok()) entries_.emplace(id, Entry{std::move(holder), std::move(end)});
  }
  if (!closed.ok()) {
    end(closed);
    return nullptr;
  }
  return std::shared_ptr<void>(this, [id](void* live) {
    static_cast<LiveStreams*>(live)->Remove(id);
  });
}

void LiveStreams::Remove(uint64_t id) {
  Entry removed;  // destroyed without the lock
  absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return;
  removed = std::move(entry->second);
  entries_.erase(entry);
}

void LiveStreams::LookSoon() {
  absl::MutexLock lock(&mutex_);
  look_ = true;
}

void LiveStreams::EndAll(const absl::Status& why) {
  std::vector<End> ends;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = why;
    for (auto& [id, entry] : entries_) ends.push_back(entry.end);
  }
  for (const End& end : ends) end(why);
}

void LiveStreams::Run() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || look_;
      };
      mutex_.AwaitWithTimeout(absl::Condition(&due), every_);
      if (stopping_) return;
      look_ = false;
    }
    Look();
  }
}

void LiveStreams::Look() {
  std::map<Holder, std::vector<End>> by_holder;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, entry] : entries_) by_holder[entry.holder].push_back(entry.end);
  }
  for (const auto& [holder, ends] : by_holder) {
    const absl::Status stands = stands_(holder);
    if (stands.ok() || absl::IsUnavailable(stands)) continue;
    for (const End& end : ends) end(stands);
  }
}

}  // namespace shareway::console
