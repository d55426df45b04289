// SPDX-License-Identifier: Apache-2.0
// Which entry ids the log has: kept as runs, since a producer numbers its
// entries densely and sends them in order, so that a batch costs one key or none.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {

// `count` entries of a stream from sequence `first` on lie at consecutive
// indices from `index` on. Runs of a stream do not overlap.
struct Run {
  uint64_t first = 0;
  uint64_t index = 0;
  uint64_t count = 0;

  // The index of a sequence in the run.
  std::optional<uint64_t> IndexOf(uint64_t sequence) const {
    if (sequence < first || sequence - first >= count) return std::nullopt;
    return index + (sequence - first);
  }
};

// The run's value: index and count. DATA_LOSS for anything else.
absl::StatusOr<Run> ParseRun(absl::string_view key, absl::string_view value);

// The durable run with the largest first sequence up to `sequence`; nothing if there is none.
absl::StatusOr<std::optional<Run>> ReadRun(const kv::Store& store, const Digest16& stream,
                                           uint64_t sequence);

// The largest sequence of a stream that is durable; 0 if there is none.
absl::StatusOr<uint64_t> LastSequence(const kv::Store& store, const Digest16& stream);

// The runs as the sequencer sees them: those in the store and those in the batch
// that it makes. After a commit that did not succeed, make a new one. Not thread-safe.
class Runs {
 public:
  explicit Runs(const kv::Store* store) : store_(store) {}

  // Where the entry is; nothing if the log does not have it. Does not see what
  // was added since the last Write.
  absl::StatusOr<std::optional<uint64_t>> Find(const Digest16& stream, uint64_t sequence);
  // Adds an entry that Find did not find.
  void Add(const Digest16& stream, uint64_t sequence, uint64_t index);
  // Puts what was added into `batch`. True if Find answers rightly before the batch is
  // durable: what was added is the newest run of its stream, which is known by heart.
  bool Write(kv::Batch* batch);

 private:
  absl::StatusOr<std::optional<Run>> Newest(const Digest16& stream);

  struct Added {
    Digest16 stream;
    Run run;
  };
  const kv::Store* store_;
  absl::flat_hash_map<Digest16, std::optional<Run>> newest_;  // by largest first sequence
  std::vector<Added> added_;
};

}  // namespace shareway::audit
