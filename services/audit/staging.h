// SPDX-License-Identifier: Apache-2.0
// Entries that were given back to a log that lost its disk, until it is whole.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "libs/kv/store.h"
#include "services/audit/domain/arrangement.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {

// An entry and the place it had; or kUnknownIndex, if it may have been appended and its producer
// never learnt where.
struct RestoredEntry {
  uint64_t index = 0;
  EntryPtr entry = {};
};

// Keeps, durably, all that is given for an index: three entries of one giver and 16 together at
// most, but the first one of each giver in any case, in place of another's second or third. What
// is not kept is logged. Entries without a place that neighbour each other in one call,
// and have consecutive sequences, are a *run*: they were sent as one batch, and lie together in
// the log, if there at all. Runs are kept up to 8, 2,048 entries and 4 MiB of one giver, 65,536
// entries and 64 MiB in all. What the log has is not kept. For one thread at a time.
class Staging {
 public:
  // Takes up what was staged before in `store`, which must outlive it. `own` is the log's own
  // producer: only of its entries anybody may be the giver. DATA_LOSS if an entry is damaged.
  static absl::StatusOr<Staging> Open(kv::Store* store, std::string own);

  // Stages what lies in [begin, end), or nobody knows where. Durable once it returns OK. True if
  // any of it was new, even if only the giver was.
  absl::StatusOr<bool> Take(absl::string_view giver, const std::vector<RestoredEntry>& entries,
                            uint64_t begin, uint64_t end);

  // How many indices in [begin, end) have no entry.
  uint64_t CountMissing(uint64_t begin, uint64_t end) const;
  // The first index from `begin` on that has none.
  uint64_t FirstMissing(uint64_t begin);
  // Entries without a place.
  uint64_t unplaced() const;
  // One past the last index that has an entry; 0 if none has.
  uint64_t end() const { return staged_.empty() ? 0 : staged_.rbegin()->first + 1; }
  // The indices from `begin` on that have several entries; at most `limit`.
  std::vector<uint64_t> Disputed(uint64_t begin, uint64_t end, size_t limit) const;
  bool empty() const { return staged_.empty() && runs_.empty(); }

  // All that is known of [edge.size(), end), without heads.
  Pieces PiecesUpTo(const RightEdge& edge, uint64_t end) const;
  // Chooses, and stages runs at their places, in one commit, as an arrangement of those pieces
  // says that was proven.
  absl::Status Settle(const Arrangement& found);
  // True if `entry` is the one to append at `index`.
  bool IsChosen(uint64_t index, const Hash32& commitment) const;

  // Forgets what lies below `size` and is in the log; returns how many entries that were.
  uint64_t DropBelow(uint64_t size);
  // Forgets everything, durably.
  absl::Status Forget();

 private:
  using Giver = uint32_t;
  // The entry of an index; the chosen one where there are rivals.
  struct Staged {
    Hash32 commitment = {};
    Digest16 stream = {};
    uint64_t sequence = 0;
    Giver giver = 0;
  };
  struct Rival {
    Hash32 commitment = {};
    std::set<Giver> givers = {};
  };
  struct Run {
    Giver giver = 0;
    size_t bytes = 0;
    std::vector<Hash32> commitments = {};
  };
  struct RunId {
    Digest16 stream = {};
    uint64_t first = 0;  // sequence
    friend auto operator<=>(const RunId&, const RunId&) = default;
  };

  Staging(kv::Store* store, std::string own) : store_(store), own_(std::move(own)) {}
  absl::Status Load();
  Giver GiverOf(absl::string_view producer);
  absl::StatusOr<bool> TakeRivals(Giver giver, const std::vector<RestoredEntry>& entries,
                                  absl::string_view name);
  // One that may go, since all who gave it gave others, too; the end if there is none.
  static std::vector<Rival>::iterator Surplus(std::vector<Rival>* all, const Hash32& chosen);
  absl::StatusOr<bool> TakeRuns(Giver giver, const std::vector<RestoredEntry>& entries,
                                absl::string_view name);
  // True if the entry is in a run, or in the log.
  absl::StatusOr<bool> Knows(const Entry& entry) const;
  bool HasRoomFor(const Run& run) const;

  kv::Store* store_;
  std::string own_;
  std::map<std::string, Giver, std::less<>> givers_;
  std::map<uint64_t, Staged> staged_;              // by index
  std::map<uint64_t, std::vector<Rival>> rivals_;  // where there are at least two
  std::map<RunId, Run> runs_;
  uint64_t gap_ = 0;  // nothing is missing below it
};

}  // namespace shareway::audit
