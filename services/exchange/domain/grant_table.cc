// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/grant_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/hash/hash.h"

namespace shareway::exchange {

GrantTable::GrantTable() {
  const auto none = std::make_shared<const Shard>();
  for (size_t i = 0; i < kShards; ++i) Write(i, none);
}

size_t GrantTable::NameHash::operator()(absl::string_view name) const {
  return absl::Hash<absl::string_view>()(name);
}

std::shared_ptr<const GrantTable::Shard> GrantTable::Read(size_t shard) const {
  absl::ReaderMutexLock lock(&slots_[shard].mutex);
  return slots_[shard].shard;
}

void GrantTable::Write(size_t shard, std::shared_ptr<const Shard> next) {
  absl::MutexLock lock(&slots_[shard].mutex);
  slots_[shard].shard.swap(next);  // the old one dies after the lock
}

std::shared_ptr<const Grant> GrantTable::Find(absl::string_view name) const {
  const size_t hash = NameHash()(name);
  const Slot& slot = slots_[ShardOf(hash)];
  absl::ReaderMutexLock lock(&slot.mutex);
  const auto it = slot.shard->find(name, hash);
  return it == slot.shard->end() ? nullptr : *it;
}

std::vector<std::shared_ptr<const Grant>> GrantTable::ListOf(absl::string_view consumer,
                                                             absl::string_view after,
                                                             size_t limit) const {
  std::vector<std::shared_ptr<const Grant>> found;
  for (size_t i = 0; i < kShards; ++i) {
    const std::shared_ptr<const Shard> shard = Read(i);
    for (const GrantPtr& grant : *shard) {
      if (grant->name > after && grant->consumer == consumer) found.push_back(grant);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<std::string> GrantTable::RowItemsOf(absl::string_view resource) const {
  std::set<std::string> items;
  for (size_t i = 0; i < kShards; ++i) {
    const std::shared_ptr<const Shard> shard = Read(i);
    for (const GrantPtr& grant : *shard) {
      if (grant->resource != resource || grant->state == Grant::State::kRevoked) continue;
      for (const filter::Condition& condition : grant->rows.conditions) {
        items.insert(condition.item);
      }
    }
  }
  return {items.begin(), items.end()};
}

void GrantTable::Put(Grant grant, Revision revision) {
  auto held = std::make_shared<Grant>(std::move(grant));
  shapes_.Set(held.get());
  const size_t shard = ShardOf(NameHash()(held->name));
  Shard next = *Read(shard);
  const size_t before = next.size();
  next.erase(held->name);
  next.insert(std::move(held));
  const size_t grown = next.size() - before;
  Write(shard, std::make_shared<const Shard>(std::move(next)));
  Applied(revision, size() + grown);
}

void GrantTable::Progress(Revision revision) { Applied(revision, size()); }

void GrantTable::Replace(std::vector<Grant> grants, Revision revision) {
  const size_t size = grants.size();
  std::vector<Shard> shards(kShards);
  for (Grant& grant : grants) {
    auto held = std::make_shared<Grant>(std::move(grant));
    shapes_.Set(held.get());
    Shard& shard = shards[ShardOf(NameHash()(held->name))];
    shard.erase(held->name);
    shard.insert(std::move(held));
  }
  for (size_t i = 0; i < kShards; ++i) {
    Write(i, std::make_shared<const Shard>(std::move(shards[i])));
  }
  Applied(revision, size);
}

void GrantTable::Applied(Revision revision, size_t size) {
  absl::MutexLock lock(&mutex_);
  revision_ = revision;
  size_ = size;
}

size_t GrantTable::size() const {
  absl::MutexLock lock(&mutex_);
  return size_;
}

Revision GrantTable::revision() const {
  absl::MutexLock lock(&mutex_);
  return revision_;
}

bool GrantTable::Await(Revision wanted, absl::Duration timeout) const {
  absl::MutexLock lock(&mutex_);
  auto applied = [this, &wanted]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return revision_.epoch == wanted.epoch && revision_.number >= wanted.number;
  };
  if (applied()) return true;
  if (awaited_ || revision_.epoch != wanted.epoch || wanted.number - revision_.number > kMostAhead) {
    return false;
  }
  awaited_ = true;
  const bool reached = mutex_.AwaitWithTimeout(absl::Condition(&applied), timeout);
  awaited_ = false;
  return reached;
}

}  // namespace shareway::exchange
