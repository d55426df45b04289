// SPDX-License-Identifier: Apache-2.0
// Replays the log bundle by bundle through the code that wrote it, and compares.
//
// Growing an empty log by the stored entries makes every key that the sequencer
// would have put; each is compared with the store, and counted: a key that
// nothing explains is a violation, too.
#include "services/audit/store/fsck.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"
#include "services/audit/store/run.h"
#include "services/audit/store/unmatched.h"

namespace shareway::audit {
namespace {

class Replay {
 public:
  explicit Replay(const kv::Store* store) : store_(store), reader_(store) {}

  absl::StatusOr<FsckReport> Run() {
    SHAREWAY_RETURN_IF_ERROR(ReadBirth(*store_).status());
    SHAREWAY_ASSIGN_OR_RETURN(const LogState state, ReadState(*store_));
    for (uint64_t begin = 0; begin < state.size(); begin += kBundle) {
      SHAREWAY_RETURN_IF_ERROR(ReplayBundle(state, begin, std::min(begin + kBundle, state.size())));
    }
    if (grown_.edge.Root(crypto::LogHasher()) != state.edge.Root(crypto::LogHasher())) {
      return Damaged(kHeadKey, "the root over all entries is another");
    }
    keys_[std::string(kTailPrefix)] = state.tail_parts.size();
    FsckReport report{.size = state.size(),
                      .root = grown_.edge.Root(crypto::LogHasher()),
                      .unmatched = unmatched_.size()};
    SHAREWAY_ASSIGN_OR_RETURN(report.checkpoint_size, CheckCheckpoint(state));
    SHAREWAY_RETURN_IF_ERROR(CheckRuns(state));
    SHAREWAY_RETURN_IF_ERROR(CheckWaiting());
    SHAREWAY_RETURN_IF_ERROR(CheckKeys());
    return report;
  }

 private:
  absl::Status ReplayBundle(const LogState& state, uint64_t begin, uint64_t end) {
    SHAREWAY_ASSIGN_OR_RETURN(
        std::vector<Found> found,
        reader_.Entries(state, begin, end, std::numeric_limits<size_t>::max()));
    std::vector<EntryPtr> entries;
    for (Found& one : found) {
      SHAREWAY_ASSIGN_OR_RETURN(Entry entry, OpenStored(one.index, std::move(one.stored)));
      SHAREWAY_ASSIGN_OR_RETURN(const std::optional<audit::Run> run,
                                ReadRun(*store_, entry.stream, entry.sequence));
      if (!run || run->IndexOf(entry.sequence) != one.index) {
        return absl::DataLossError(
            absl::StrCat("entry ", one.index, " is not where its id is kept to be"));
      }
      if (entry.half) {
        unmatched_.Take(*entry.half, entry.half_id, one.index, absl::UnixEpoch());
      }
      entries.push_back(std::make_shared<const Entry>(std::move(entry)));
    }
    kv::Batch ignored;
    unmatched_.Write(&ignored);
    kv::Batch batch;
    grown_ = Grow(grown_, entries, &batch);
    return ComparePuts(batch);
  }

  // What Grow puts for whole bundles is the same however the entries came; the
  // tail's parts and the head are compared by ReadState.
  absl::Status ComparePuts(const kv::Batch& batch) {
    for (const kv::Batch::Op& op : batch.ops()) {
      if (op.kind != kv::Batch::Op::Kind::kPut || op.key == kHeadKey) continue;
      if (absl::StartsWith(op.key, kTailPrefix)) continue;
      ++keys_[op.key.substr(0, 2)];
      absl::StatusOr<kv::Entry> found = store_->Get(op.key);
      if (!found.ok()) return Damaged(op.key, found.status().message());
      if (found->value != op.value) return Damaged(op.key, "is not what the entries make it");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> CheckCheckpoint(const LogState& state) {
    SHAREWAY_ASSIGN_OR_RETURN(const Birth birth, ReadBirth(*store_));
    SHAREWAY_ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                              ReadCheckpoint(*store_, birth.verifier_key));
    if (checkpoint.size > state.size()) {
      return Damaged(kCheckpointKey,
                     absl::StrCat("signs ", checkpoint.size, " entries of ", state.size()));
    }
    SHAREWAY_ASSIGN_OR_RETURN(
        const Hash32 root,
        merkle::RootAt(crypto::LogHasher(), checkpoint.size,
                       [&](merkle::NodeId node) { return reader_.Node(state, node); }));
    if (root != checkpoint.root) return Damaged(kCheckpointKey, "signs another root");
    keys_[std::string(kHeadKey)] = 1;
    keys_[std::string(kCheckpointKey)] = 1;
    keys_["m/"] = 2;
    return checkpoint.size;
  }

  // Every entry was found in a run; if the runs hold no more than that, each id is there once.
  absl::Status CheckRuns(const LogState& state) {
    absl::Status status;
    uint64_t count = 0;
    SHAREWAY_RETURN_IF_ERROR(
        store_->Scan(kRunPrefix, PrefixEnd(kRunPrefix),
                     [&](absl::string_view key, absl::string_view value, uint64_t) {
                       absl::StatusOr<audit::Run> run = ParseRun(key, value);
                       if (!run.ok() || run->count == 0 || run->count > state.size()) {
                         status = Damaged(key, "no run of entry ids");
                         return false;
                       }
                       ++keys_[std::string(kRunPrefix)];
                       count += run->count;
                       return true;
                     }));
    SHAREWAY_RETURN_IF_ERROR(status);
    if (count == state.size()) return absl::OkStatus();
    return Damaged(kRunPrefix, absl::StrCat(count, " entry ids for ", state.size(), " entries"));
  }

  absl::Status CheckWaiting() {
    absl::Status status;
    SHAREWAY_RETURN_IF_ERROR(
        store_->Scan(kUnmatchedPrefix, PrefixEnd(kUnmatchedPrefix),
                     [&](absl::string_view key, absl::string_view value, uint64_t) {
                       absl::StatusOr<Waiting> waiting = ParseWaiting(key, value);
                       status = waiting.ok() && !unmatched_.Has(key, *waiting)
                                    ? Damaged(key, "no half waits here")
                                    : waiting.status();
                       return status.ok();
                     }));
    keys_[std::string(kUnmatchedPrefix)] = unmatched_.size();
    return status;
  }

  absl::Status CheckKeys() {
    std::map<std::string, uint64_t> counts;
    SHAREWAY_RETURN_IF_ERROR(
        store_->Scan("", "", [&](absl::string_view key, absl::string_view, uint64_t) {
          if (!absl::StartsWith(key, kForeignPrefix)) ++counts[std::string(key.substr(0, 2))];
          return true;
        }));
    std::erase_if(keys_, [](const auto& expected) { return expected.second == 0; });
    for (const auto& [prefix, count] : counts) {
      if (keys_[prefix] != count) {
        return Damaged(prefix, absl::StrCat(count, " keys, want ", keys_[prefix]));
      }
    }
    for (const auto& [prefix, count] : keys_) {
      if (counts[prefix] != count) {
        return Damaged(prefix, absl::StrCat(counts[prefix], " keys, want ", count));
      }
    }
    return absl::OkStatus();
  }

  const kv::Store* const store_;
  const LogReader reader_;
  LogState grown_;
  Unmatched unmatched_;
  std::map<std::string, uint64_t> keys_;  // how many there must be, by prefix
};

}  // namespace

absl::StatusOr<FsckReport> CheckLog(const kv::Store& store) { return Replay(&store).Run(); }

}  // namespace shareway::audit
