// SPDX-License-Identifier: Apache-2.0
// The one writer of the log: gives indices and makes entries durable.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/kv/store.h"
#include "services/audit/store/bundle_source.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"
#include "services/audit/store/run.h"
#include "services/audit/store/unmatched.h"

namespace shareway::audit {

// Nobody else writes the keys of the log (but the checkpoint), so nothing is
// expected of the store at commit: what this object holds is what lies there.
// When a commit fails, whatever the reason, it forgets what it held and reads it
// again before it writes the next time.
class LogWriter {
 public:
  struct Options {
    // How long halves of exchanges wait for the other in memory alone; see Unmatched.
    absl::Duration settle = absl::ZeroDuration();
    // When audit took those that the last run had in memory: now.
    absl::Time now = absl::UnixEpoch();
    // See LogReader.
    const BundleSource* archive = nullptr;
  };
  // The log in `store`, which must outlive the writer. DATA_LOSS if the stored
  // tree is damaged, smaller than the checkpoint, or not the one that it signs.
  // Reads the entries whose terms are not ingested yet, one or two spans of them.
  static absl::StatusOr<std::unique_ptr<LogWriter>> Open(kv::Store* store,
                                                         const Checkpoint& checkpoint,
                                                         const Options& options);
  static absl::StatusOr<std::unique_ptr<LogWriter>> Open(kv::Store* store,
                                                         const Checkpoint& checkpoint) {
    return Open(store, checkpoint, Options());
  }

  struct Appended {
    std::vector<uint64_t> indices = {};  // one for each entry, in order
    uint64_t added = 0;                  // entries that were new
  };
  // What one commit writes.
  class Group;

  // Appends those of `entries` that the log does not have, and says where all of
  // them are; `receipt` is now. Durable once it returns OK. RESOURCE_EXHAUSTED:
  // the disk is full and nothing was written. Any other error: the outcome is
  // unknown, and sending the same entries again is safe. Entries of one producer
  // get indices in the order of their sequences. DATA_LOSS if an entry's bytes have
  // changed in memory since it was opened: nothing was written. For one thread.
  absl::StatusOr<Appended> Append(absl::Span<const EntryPtr> entries, absl::Time receipt);

  // The same in steps, so that one group is made while the one before it is written:
  // Make, Begin, Finish for each, and of two groups the second may be made before the
  // first is finished if that has Group::followable, but not begun. `written` runs just
  // before Finish would not block any more, on the store's thread or inside Begin. After
  // an error of Finish a group made meanwhile is void: make it again. After an error of
  // Make, finish what was begun before the next is made.
  absl::StatusOr<Group> Make(absl::Span<const EntryPtr> entries, absl::Time receipt);
  void Begin(Group* group, std::function<void()> written);
  absl::StatusOr<Appended> Finish(Group group);

  // Makes halves durable that have waited long enough by `now`, when no append does
  // so and no group is on its way. Errors as Append's. For the thread that appends.
  absl::Status Settle(absl::Time now);

  // What is durable. Thread-safe.
  std::shared_ptr<const LogState> state() const;
  // Halves of exchanges that wait for the other. For the thread that appends.
  size_t unmatched() const { return unmatched_.size(); }

 private:
  LogWriter(kv::Store* store, Checkpoint checkpoint, const Options& options)
      : store_(store),
        checkpoint_(std::move(checkpoint)),
        options_(options),
        reader_(store, options.archive),
        runs_(store) {}
  absl::Status Read(absl::Time now);
  absl::Status Replay(LogState* state, absl::Time now);
  absl::Status ReplayBundle(const LogState& state, uint64_t begin, bool with_terms, absl::Time now);
  absl::StatusOr<Appended> Plan(absl::Span<const EntryPtr> entries, std::vector<EntryPtr>* fresh);
  absl::StatusOr<Group> MakeFresh(absl::Span<const EntryPtr> entries, absl::Time receipt);

  kv::Store* const store_;
  const Checkpoint checkpoint_;  // at the start
  const Options options_;
  const LogReader reader_;
  // True: what is held may not be what lies in the store once all groups made are written.
  bool stale_ = true;
  std::shared_ptr<const LogState> made_;  // with all groups that were made
  Runs runs_;
  Unmatched unmatched_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const LogState> state_ ABSL_GUARDED_BY(mutex_);
};

class LogWriter::Group {
 public:
  // The next group can be made before this one is finished: all that it changes of what
  // is looked up in the store is known by heart.
  bool followable() const { return followable_; }

 private:
  friend class LogWriter;
  struct Outcome {
    absl::Notification written = {};
    absl::Status status = {};
  };

  Appended appended_ = {};
  kv::Batch batch_ = {};
  std::shared_ptr<const LogState> after_ = {};  // null if no entry is new
  std::vector<std::shared_ptr<const BundleTerms>> terms_ = {};  // of bundles it completes
  bool followable_ = true;
  std::shared_ptr<Outcome> outcome_ = {};  // once begun
};

}  // namespace shareway::audit
