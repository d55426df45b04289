// SPDX-License-Identifier: Apache-2.0
// Reading the log: entries, tree nodes, search. All of it works on a state that
// the caller holds, while the log grows.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "libs/kv/store.h"
#include "libs/merkle/proof.h"
#include "services/audit/domain/query.h"
#include "services/audit/domain/tile.h"
#include "services/audit/store/bundle_source.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/log_state.h"
#include "services/audit/store/unmatched.h"

namespace shareway::audit {

// An entry with its place.
struct Found {
  uint64_t index = 0;
  StoredEntry stored = {};
  Facts facts = {};  // empty if the record was deleted
};

struct SearchLimits {
  size_t entries = 50;           // at most so many found
  size_t bytes = 3 << 20;        // and so many bytes of records, after the first
  size_t examined = 10000;       // and so many looked at
  size_t bytes_read = 64 << 20;  // and so many bytes read for it; one bundle more at most
  uint64_t spans = 1024;         // and so many spans of the index passed; not for who reads all
  uint64_t from = 0;             // none below this index
};

struct SearchPage {
  std::vector<Found> found = {};  // newest first
  // Where to go on: entries below this index; 0 when none is left (above limits.from). After a
  // page that is full it is just above the next entry that is the reader's to see.
  uint64_t below = 0;
  // What it cost. To a reader of some agencies' records a bundle costs 256 KiB, whatever the
  // entries of others in it weigh, and postings cost nothing.
  size_t examined = 0;
  size_t bytes_read = 0;
};

// An entry opened, its facts with it if it has its record. DATA_LOSS if that does not have the
// commitment.
absl::StatusOr<Found> OpenFound(uint64_t index, StoredEntry stored);

// Reads from a store; keeps the tiles read last, at most 12 MiB. Thread-safe.
class LogReader {
 public:
  // `store` must outlive it, and `archive`, where bundles are that were taken out
  // of the store; none if it is null.
  explicit LogReader(const kv::Store* store, const BundleSource* archive = nullptr)
      : store_(store), archive_(archive) {}

  // The entries [begin, end), or fewer once they have more than `max_bytes`, but
  // at least one. Needs begin < end <= state.size(). DATA_LOSS if a record does
  // not have its commitment: nothing wrong is ever served.
  absl::StatusOr<std::vector<Found>> Entries(const LogState& state, uint64_t begin, uint64_t end,
                                             size_t max_bytes) const;

  // Those of the entries below `below` that match one of `queries` and that the reader may
  // read, newest first, each once. A page may be short, or empty, and still not be the last.
  //
  // What a page has, where it ends and what it cost tells a reader of some agencies' records
  // nothing of the entries of others: candidates are what the index has under one of the
  // queries *and* one of the agencies. Only the time that it takes depends on more. An agency
  // beyond the first kMaxAgencyTerms of a record does not find it.
  absl::StatusOr<SearchPage> Search(const LogState& state, absl::Span<const Query> queries,
                                    const Reader& reader, uint64_t below,
                                    const SearchLimits& limits) const;
  absl::StatusOr<SearchPage> Search(const LogState& state, const Query& query, const Reader& reader,
                                    uint64_t below, const SearchLimits& limits) const {
    return Search(state, absl::MakeConstSpan(&query, 1), reader, below, limits);
  }

  // The largest sequence of a producer's incarnation; 0 if there is none.
  absl::StatusOr<uint64_t> LastSequence(absl::string_view producer,
                                        absl::string_view incarnation) const;

  // Halves that audit took before `until` and that wait for `node`, from index
  // `from` on, oldest first; `next` is where to go on, if there may be more. Of a half
  // only the newest 2000 entries of its exchange are asked whether its match is there.
  struct WaitingPage {
    std::vector<Waiting> waiting = {};
    std::optional<uint64_t> next = {};
  };
  absl::StatusOr<WaitingPage> WaitingFor(const LogState& state, absl::string_view node,
                                         uint64_t from, absl::Time until, size_t limit) const;

  // The entries of a bundle as AppendEntry frames them, unchecked; those of the
  // last one as far as `state` has them.
  absl::StatusOr<std::string> BundleBytes(const LogState& state, uint64_t bundle) const;

  // The terms of a complete bundle.
  absl::StatusOr<std::shared_ptr<const BundleTerms>> Terms(const LogState& state,
                                                           uint64_t bundle) const;

  // The hash of a complete subtree of the tree of state.size().
  absl::StatusOr<Hash32> Node(const LogState& state, merkle::NodeId node) const;

 private:
  // A complete bundle: its bytes, and where in them the entries lie.
  struct Bundle {
    std::deque<std::string> parts = {};
    std::vector<EntryView> entries = {};
  };
  class Searching;  // one search, log_search.cc
  absl::StatusOr<Bundle> ReadBundle(uint64_t bundle) const;
  absl::StatusOr<std::shared_ptr<const Tile>> ReadTile(TileId id) const;
  absl::StatusOr<bool> HasHalf(const LogState& state, absl::string_view node,
                               const Waiting& waiting, size_t* examined) const;

  // Two generations: what is read again moves to the younger; when that is full it becomes the
  // older, and the older is forgotten.
  struct Tiles {
    using Generation = absl::flat_hash_map<TileId, std::shared_ptr<const Tile>>;
    Generation young = {};
    Generation old = {};
  };

  const kv::Store* const store_;
  const BundleSource* const archive_;
  mutable absl::Mutex mutex_;
  // Few tiles lie above the lowest, and every proof needs one of them: the lowest,
  // which are many, must not drive them out.
  mutable Tiles lowest_ ABSL_GUARDED_BY(mutex_);
  mutable Tiles upper_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::audit
