// SPDX-License-Identifier: Apache-2.0
// Halves of exchanges whose other half is not there yet. Normally a few seconds'
// worth; a node that was away asks for those that it owes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {

// A half as the account of waiting ones knows it.
struct HalfId {
  Digest16 node = {};     // that wrote it
  Digest16 other = {};    // whose half must match
  Digest16 own = {};      // this half
  Digest16 missing = {};  // the other half
};
HalfId IdOf(const Half& half);

// A half that waits for the other.
struct Waiting {
  uint64_t index = 0;  // of the half that is there
  Side missing = Side::kConsumer;
  uint32_t attempt = 0;
  absl::Time receipt = {};  // when audit took it
  std::string exchange = {};
};

// A waiting half's value, guarded, and back. DATA_LOSS if it is not what was written.
std::string WaitingBytes(absl::string_view key, const Waiting& waiting);
absl::StatusOr<Waiting> ParseWaiting(absl::string_view key, absl::string_view bytes);

// Those that wait for `node`, from index `from` on, oldest first, at most `limit`.
absl::StatusOr<std::vector<Waiting>> ReadWaiting(const kv::Store& store, absl::string_view node,
                                                 uint64_t from, size_t limit);

// All waiting halves, as the sequencer sees them: those in the store and those in
// the batch that it makes. After a commit that did not succeed, Read again.
// About 50 bytes of memory each. Not thread-safe.
class Unmatched {
 public:
  static absl::StatusOr<Unmatched> Read(const kv::Store& store);

  // Takes the half at `index` into account: it matches one that waits, or waits
  // itself. `id` is IdOf(half).
  void Take(const Half& half, const HalfId& id, uint64_t index, absl::Time receipt);
  // Puts into `batch` what changed since the last Write. Halves that met within
  // one group, as those of a busy log mostly do, cost nothing.
  void Write(kv::Batch* batch);
  size_t size() const { return waiting_.size(); }
  // True if a half waits as `key` and its value say.
  bool Has(absl::string_view key, const Waiting& waiting) const;

 private:
  // By the half that is missing.
  absl::flat_hash_map<Digest16, uint64_t> waiting_;
  absl::flat_hash_map<std::string, Waiting> added_;  // by key
  std::vector<std::string> deleted_;
};

}  // namespace shareway::audit
