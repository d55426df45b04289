// SPDX-License-Identifier: Apache-2.0
// Load, decide, store: what is new, where it goes, one batch.
//
// Crash order: everything about a group of entries is one batch, so a crash
// leaves the log before the group or after it. A producer that got no answer
// sends again and is told the indices that its entries have.
#include "services/audit/store/log_writer.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {
namespace {

absl::Status CheckSigned(const kv::Store& store, const LogState& state,
                         const Checkpoint& checkpoint) {
  if (state.size() < checkpoint.size) {
    return absl::DataLossError(absl::StrCat("the log has ", state.size(), " entries, but ",
                                            checkpoint.size, " were signed"));
  }
  const LogReader reader(&store);
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, merkle::RootAt(crypto::LogHasher(), checkpoint.size,
                                                              [&](merkle::NodeId node) {
                                                                return reader.Node(state, node);
                                                              }));
  if (root == checkpoint.root) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the first ", checkpoint.size, " entries do not have the root that was signed"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogWriter>> LogWriter::Open(kv::Store* store,
                                                           const Checkpoint& checkpoint) {
  std::unique_ptr<LogWriter> writer(new LogWriter(store, checkpoint));
  SHAREWAY_RETURN_IF_ERROR(writer->Read());
  return writer;
}

absl::Status LogWriter::Read() {
  SHAREWAY_ASSIGN_OR_RETURN(LogState state, ReadState(*store_));
  SHAREWAY_RETURN_IF_ERROR(CheckSigned(*store_, state, checkpoint_));
  SHAREWAY_ASSIGN_OR_RETURN(unmatched_, Unmatched::Read(*store_));
  runs_ = Runs(store_);
  stale_ = false;
  absl::MutexLock lock(&mutex_);
  state_ = std::make_shared<const LogState>(std::move(state));
  return absl::OkStatus();
}

std::shared_ptr<const LogState> LogWriter::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

absl::StatusOr<LogWriter::Appended> LogWriter::Plan(absl::Span<const EntryPtr> entries,
                                                    std::vector<EntryPtr>* fresh) {
  // In the order of ids, so that twins are neighbours and runs are long.
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [entries](size_t a, size_t b) {
    return std::tie(entries[a]->stream, entries[a]->sequence) <
           std::tie(entries[b]->stream, entries[b]->sequence);
  });

  const uint64_t size = state()->size();
  Appended appended;
  appended.indices.resize(entries.size());
  const Entry* before = nullptr;
  uint64_t before_index = 0;
  for (const size_t place : order) {
    const Entry& entry = *entries[place];
    if (before == nullptr || before->stream != entry.stream || before->sequence != entry.sequence) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::optional<uint64_t> known,
                                runs_.Find(entry.stream, entry.sequence));
      before_index = known.value_or(size + fresh->size());
      if (!known) {
        runs_.Add(entry.stream, entry.sequence, before_index);
        fresh->push_back(entries[place]);
      }
    }
    appended.indices[place] = before_index;
    before = &entry;
  }
  appended.added = fresh->size();
  return appended;
}

absl::StatusOr<LogWriter::Appended> LogWriter::Append(absl::Span<const EntryPtr> entries,
                                                      absl::Time receipt) {
  if (stale_) SHAREWAY_RETURN_IF_ERROR(Read());
  // From here on until the commit is known to have succeeded, memory is ahead of the store.
  stale_ = true;
  std::vector<EntryPtr> fresh;
  SHAREWAY_ASSIGN_OR_RETURN(Appended appended, Plan(entries, &fresh));
  if (fresh.empty()) {
    stale_ = false;
    return appended;
  }
  const std::shared_ptr<const LogState> before = state();
  kv::Batch batch;
  auto after = std::make_shared<const LogState>(Grow(*before, fresh, &batch));
  runs_.Write(&batch);
  for (size_t i = 0; i < fresh.size(); ++i) {
    const Entry& entry = *fresh[i];
    if (entry.half) unmatched_.Take(*entry.half, entry.half_id, before->size() + i, receipt);
  }
  unmatched_.Write(&batch);
  SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
  absl::MutexLock lock(&mutex_);
  state_ = std::move(after);
  stale_ = false;
  return appended;
}

}  // namespace shareway::audit
