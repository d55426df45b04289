// SPDX-License-Identifier: Apache-2.0
// The end of the search index: the terms of complete bundles whose span is not ingested yet.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/audit/store/posting.h"

namespace shareway::audit {

// Holds durable bundles only. About 40 KiB each, and rarely more than two spans of
// them. Thread-safe: the log's writer adds, the indexer drops, searches look.
class RecentTerms {
 public:
  // Bundles from `first` on, which begins a span.
  explicit RecentTerms(uint64_t first) : first_(first) {}

  // Bundles from `first` on, one after another. One without terms (null) has to be
  // looked through.
  struct View {
    uint64_t first = 0;
    std::vector<std::shared_ptr<const BundleTerms>> bundles = {};

    uint64_t end() const { return first + bundles.size(); }
  };
  View view() const;

  void Add(std::shared_ptr<const BundleTerms> bundle);
  // Forgets bundles below `bundle`: their spans are ingested.
  void DropBelow(uint64_t bundle);

 private:
  mutable absl::Mutex mutex_;
  uint64_t first_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<const BundleTerms>> bundles_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::audit
