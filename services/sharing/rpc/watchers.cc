// SPDX-License-Identifier: Apache-2.0
// Which nodes watch the grants, and how far each has applied them.
#include "services/sharing/rpc/watchers.h"

#include <algorithm>

namespace shareway::sharing {

Watchers::Presence::Presence(Watchers* watchers, std::string node)
    : watchers_(watchers), node_(std::move(node)) {
  absl::MutexLock lock(&watchers_->mutex_);
  ++watchers_->nodes_[node_].streams;
}

Watchers::Presence::~Presence() {
  absl::MutexLock lock(&watchers_->mutex_);
  Watcher& watcher = watchers_->nodes_[node_];
  if (--watcher.streams == 0) watchers_->nodes_.erase(node_);
}

void Watchers::Applied(absl::string_view node, uint64_t number) {
  absl::MutexLock lock(&mutex_);
  auto found = nodes_.find(node);
  if (found != nodes_.end()) found->second.applied = std::max(found->second.applied, number);
}

std::vector<std::string> Watchers::AwaitApplied(
    uint64_t number, absl::Duration limit, absl::FunctionRef<bool(absl::string_view)> concerned) {
  const auto all_applied = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& entry) {
      return entry.second.applied >= number || !concerned(entry.first);
    });
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&all_applied), limit);
  std::vector<std::string> confirmed;
  for (const auto& [node, watcher] : nodes_) {
    if (watcher.applied >= number && concerned(node)) confirmed.push_back(node);
  }
  return confirmed;
}

int Watchers::count() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(nodes_.size());
}

}  // namespace shareway::sharing
