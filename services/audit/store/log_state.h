// SPDX-License-Identifier: Apache-2.0
// What the log knows by heart of its durable state: the right edge of the tree
// and the entries of the incomplete last bundle.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "libs/kv/store.h"
#include "services/audit/domain/tile.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/recent_terms.h"

namespace shareway::audit {

// A value; readers share one that never changes.
struct LogState {
  RightEdge edge = {};
  std::vector<EntryPtr> tail = {};        // from index size() / 256 * 256 on
  std::vector<uint64_t> tail_parts = {};  // first index of each of their keys
  // The terms of complete bundles that are not ingested yet, perhaps beyond this
  // state; shared with the states that follow. Null: those bundles are looked through.
  std::shared_ptr<RecentTerms> recent = {};

  uint64_t size() const { return edge.size(); }
  uint64_t tail_begin() const { return size() / kBundle * kBundle; }
};

// The state after `added` are appended to `before`; adds to `batch` all that
// makes it durable: entries, complete tiles, the head. Costs per entry: its bytes
// twice (tail, then bundle; once where a whole bundle comes in one group) and 64
// bytes of hashes. Terms are the caller's.
LogState Grow(const LogState& before, absl::Span<const EntryPtr> added, kv::Batch* batch);

// Size and root, as the head's value keeps them.
struct Head {
  uint64_t size = 0;
  Hash32 root = {};
};
std::string HeadBytes(const Head& head);
absl::StatusOr<Head> ParseHead(absl::string_view bytes);

// The state that is durable, without terms. DATA_LOSS if there is no head, and if what lies
// there does not have the root that the head names.
absl::StatusOr<LogState> ReadState(const kv::Store& store);

}  // namespace shareway::audit
