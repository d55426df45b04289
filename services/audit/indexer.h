// SPDX-License-Identifier: Apache-2.0
// Makes the search index behind the log's back: a file for every 16,384 entries.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "libs/kv/store.h"
#include "libs/metrics/registry.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {

// Ingests the terms of each span of entries once it is complete, on a thread of
// its own; until then searches find them in memory. Nothing waits for it.
//
// Crash order: a span is ingested, then memory forgets it; a crash between the two
// ingests nothing twice, since the file itself says that the span is there.
class Indexer {
 public:
  using State = std::function<std::shared_ptr<const LogState>()>;
  // `store`, and `archive` if there is one (see LogReader), must outlive it.
  Indexer(kv::Store* store, const BundleSource* archive, State state, metrics::Registry* metrics);
  ~Indexer();

  // Starts the thread.
  void Start();
  // There may be a complete span. Thread-safe.
  void Wake();

  // Ingests all complete spans. An error leaves those before it ingested; searches
  // find the others in memory. Not together with Start.
  absl::Status Turn();

 private:
  void Run();
  absl::Status IngestSpan(uint64_t span, std::vector<std::shared_ptr<const BundleTerms>> bundles);

  kv::Store* const store_;
  const LogReader reader_;
  const State state_;
  metrics::Gauge unindexed_;

  absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace shareway::audit
