// SPDX-License-Identifier: Apache-2.0
// Spans into files.
#include "services/audit/indexer.h"

#include <limits>
#include <utility>
#include <vector>

#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/audit/store/posting.h"

namespace shareway::audit {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(5);

}  // namespace

Indexer::Indexer(kv::Store* store, const BundleSource* archive, State state,
                 metrics::Registry* metrics)
    : store_(store),
      reader_(store, archive),
      state_(std::move(state)),
      unindexed_(metrics->AddGauge("shareway_audit_unindexed_bundles",
                                   "Complete bundles whose terms are in memory only.")) {}

Indexer::~Indexer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Indexer::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Indexer::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

void Indexer::Run() {
  const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return woken_ || stopping_; };
  bool failing = false;
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (failing) {
        mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kRetry);
      } else {
        mutex_.Await(absl::Condition(&due));
      }
      if (stopping_) return;
      woken_ = false;
    }
    const absl::Status status = Turn();
    // Once for each time that it begins to fail: a full disk fails for long.
    if (!status.ok() && !failing) log::Error("indexing-failed", {{"status", status}});
    failing = !status.ok();
  }
}

absl::Status Indexer::Turn() {
  for (;;) {
    // The object may be another after an append that failed.
    const std::shared_ptr<const LogState> state = state_();
    RecentTerms::View recent = state->recent->view();
    unindexed_.Set(static_cast<double>(recent.bundles.size()));
    if (recent.bundles.size() < kIndexBundles) return absl::OkStatus();
    recent.bundles.resize(kIndexBundles);
    SHAREWAY_RETURN_IF_ERROR(IngestSpan(recent.first / kIndexBundles, std::move(recent.bundles)));
    state->recent->DropBelow(recent.first + kIndexBundles);
  }
}

absl::Status Indexer::IngestSpan(uint64_t span,
                                 std::vector<std::shared_ptr<const BundleTerms>> bundles) {
  for (uint64_t i = 0; i < bundles.size(); ++i) {
    if (bundles[i] != nullptr) continue;
    SHAREWAY_ASSIGN_OR_RETURN(bundles[i], reader_.Terms(*state_(), span * kIndexBundles + i));
  }
  return store_->Ingest(IndexFile(span, bundles));
}

}  // namespace shareway::audit
