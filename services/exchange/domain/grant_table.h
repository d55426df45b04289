// SPDX-License-Identifier: Apache-2.0
// The grants that a node holds, for reading at every call.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/exchange/domain/grant.h"

namespace shareway::exchange {

// How long a cited revision that is ahead of this node may take to arrive.
inline constexpr absl::Duration kGrantPatience = absl::Milliseconds(500);

// Immutable per shard: a change copies one shard of 1,024, readers keep what they
// hold. Thread-safe; changes come from one thread.
class GrantTable {
 public:
  static constexpr size_t kShardBits = 10;
  static constexpr size_t kShards = size_t{1} << kShardBits;
  static constexpr uint64_t kMostAhead = 1000;

  GrantTable();

  // Null if this node holds no such grant. Shared because a change must not
  // wait for the calls that still read the old state.
  std::shared_ptr<const Grant> Find(absl::string_view name) const;
  // Grants of one consumer, by name, after `after`, at most `limit`.
  std::vector<std::shared_ptr<const Grant>> ListOf(absl::string_view consumer,
                                                   absl::string_view after, size_t limit) const;
  // The items in the row filters of the grants on `resource` that are not revoked, each once.
  std::vector<std::string> RowItemsOf(absl::string_view resource) const;

  // One grant is new or changed; `revision` is applied.
  void Put(Grant grant, Revision revision);
  // Nothing for this node changed up to `revision`.
  void Progress(Revision revision);
  // What is held is replaced, each shard at once.
  void Replace(std::vector<Grant> grants, Revision revision);

  size_t size() const;
  Revision revision() const;
  // Waits until `revision` is applied, for at most `timeout`. One caller at a
  // time waits; others, callers of another epoch, and who names a revision more than
  // kMostAhead ahead, which no grant that is on its way has, get the answer at once.
  bool Await(Revision revision, absl::Duration timeout) const;

 private:
  // By name, which is in the grant: small enough to stay in the processor's memory.
  using GrantPtr = std::shared_ptr<const Grant>;
  struct NameHash {
    using is_transparent = void;
    size_t operator()(absl::string_view name) const;
    size_t operator()(const GrantPtr& grant) const { return (*this)(grant->name); }
  };
  struct SameName {
    using is_transparent = void;
    static absl::string_view NameOf(absl::string_view name) { return name; }
    static absl::string_view NameOf(const GrantPtr& grant) {
      __builtin_prefetch(grant.get());  // the decision will read what lies before the name
      return grant->name;
    }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return NameOf(a) == NameOf(b);
    }
  };
  using Shard = absl::flat_hash_set<GrantPtr, NameHash, SameName>;
  struct Slot {
    mutable absl::Mutex mutex;
    std::shared_ptr<const Shard> shard ABSL_GUARDED_BY(mutex);
  };

  // By the bits that a shard's own order has no use for.
  static size_t ShardOf(size_t hash) { return hash >> (8 * sizeof(size_t) - kShardBits); }
  std::shared_ptr<const Shard> Read(size_t shard) const;
  void Write(size_t shard, std::shared_ptr<const Shard> next);
  void Applied(Revision revision, size_t size);

  std::array<Slot, kShards> slots_;
  GrantShapes shapes_;  // of the thread that changes
  mutable absl::Mutex mutex_;
  Revision revision_ ABSL_GUARDED_BY(mutex_);
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  mutable bool awaited_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace shareway::exchange
