// SPDX-License-Identifier: Apache-2.0
// Halves of exchanges whose other half is not there yet. Normally a few seconds'
// worth; a node that was away asks for those that it owes.
//
// A half settles when it has waited for a while: only then it costs keys. So
// memory holds the last seconds, the store all before, however many peers died.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {

// A half that waits for the other.
struct Waiting {
  uint64_t index = 0;  // of the half that is there
  Side missing = Side::kConsumer;
  uint32_t attempt = 0;
  absl::Time receipt = {};  // when audit took it
  std::string exchange = {};    // Half::exchange
};

// A waiting half's value, guarded, and back. DATA_LOSS if it is not what was written.
std::string WaitingBytes(absl::string_view key, const Waiting& waiting);
absl::StatusOr<Waiting> ParseWaiting(absl::string_view key, absl::string_view bytes);

// Those settled that wait for `node`, from index `from` on, oldest first, at most `limit`.
absl::StatusOr<std::vector<Waiting>> ReadWaiting(const kv::Store& store, absl::string_view node,
                                                 uint64_t from, size_t limit);

// A half by what it is, whether there or missing; the second one borrows its text.
struct HalfName {
  Digest16 node = {};
  Side side = Side::kConsumer;
  uint32_t attempt = 0;
  std::string exchange = {};

  static HalfName Of(const Half& half);
  static HalfName OfMissing(const Half& half);
  // The key of the half as a missing one that is settled.
  std::string AwaitedKey() const;
  friend bool operator==(const HalfName&, const HalfName&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const HalfName& name) {
    return H::combine(std::move(h), name.node, name.side, name.attempt, name.exchange);
  }
};

struct HalfView {
  Digest16 node = {};
  Side side = Side::kConsumer;
  uint32_t attempt = 0;
  absl::string_view exchange = {};

  static HalfView Of(const Half& half) {
    return {NodeHash(half.node), half.side, half.attempt, half.exchange};
  }
  static HalfView OfMissing(const Half& half) {
    return {NodeHash(half.other), half.other_side(), half.attempt, half.exchange};
  }
  static HalfView Of(const HalfName& name) {
    return {name.node, name.side, name.attempt, name.exchange};
  }
  HalfName name() const { return {node, side, attempt, std::string(exchange)}; }
  friend bool operator==(const HalfView&, const HalfView&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const HalfView& half) {
    return H::combine(std::move(h), half.node, half.side, half.attempt, half.exchange);
  }
};

// The missing half that a waiting one's key and value name.
HalfName MissingOf(absl::string_view key, const Waiting& waiting);

// How far halves are settled: those at an index below `until` are matched or
// under one of `count` keys, none above is.
struct Account {
  uint64_t until = 0;
  uint64_t count = 0;
};
// Zeros if there is none. DATA_LOSS if it is damaged.
absl::StatusOr<Account> ReadAccount(const kv::Store& store);

// The waiting halves as the sequencer sees them: those in the store and those in
// the batch that it makes. After a commit that did not succeed, Read again. Not
// thread-safe.
class Unmatched {
 public:
  // Halves settle `settle` after their receipt, or when more than `kMaxUnsettled` wait.
  static constexpr size_t kMaxUnsettled = 65536;

  // What `store`, which must outlive it, knows; then take the halves of all entries
  // from until() on.
  static absl::StatusOr<Unmatched> Read(const kv::Store* store, absl::Duration settle);
  // Without store, for one who replays the log: nothing settles.
  Unmatched() = default;
  Unmatched(Unmatched&&) = default;  // what lies in a deque stays where it is
  Unmatched& operator=(Unmatched&&) = default;

  uint64_t until() const { return account_.until; }
  // Takes the half at `index` into account: it matches one that waits, or waits
  // itself. An error is the store's.
  absl::Status Take(const Half& half, uint64_t index, absl::Time receipt);
  // Puts into `batch` the matches since the last Write and what settles by `now` in
  // a log of `size` entries. Halves that met before they settled cost nothing.
  absl::Status Write(absl::Time now, uint64_t size, kv::Batch* batch);
  // True if Write would settle halves.
  bool Due(absl::Time now) const;

  // Halves that wait, settled or not.
  size_t size() const { return account_.count + unsettled_.size(); }
  // Unsettled ones at an index below `index`.
  size_t CountBelow(uint64_t index) const;
  // True if an unsettled half waits as `key` and its value say.
  bool Has(absl::string_view key, const Waiting& waiting) const;

 private:
  struct Pending {
    HalfName missing = {};
    uint64_t index = 0;  // of the half that is there
    absl::Time receipt = {};
    bool met = false;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const HalfView& half) const { return absl::Hash<HalfView>()(half); }
    size_t operator()(const Pending* pending) const {
      return (*this)(HalfView::Of(pending->missing));
    }
  };
  struct Same {
    using is_transparent = void;
    static HalfView ViewOf(const HalfView& half) { return half; }
    static HalfView ViewOf(const Pending* pending) { return HalfView::Of(pending->missing); }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return ViewOf(a) == ViewOf(b);
    }
  };
  absl::StatusOr<bool> TakeSettled(const HalfView& own);
  absl::Status Settle(const Pending& pending, kv::Batch* batch);

  const kv::Store* store_ = nullptr;
  absl::Duration settle_ = absl::InfiniteDuration();
  Account account_;
  std::deque<Pending> pending_;                          // by index
  absl::flat_hash_set<Pending*, Hash, Same> unsettled_;  // those of them that wait
  absl::flat_hash_set<Digest16> owing_;                  // nodes with settled halves
  absl::flat_hash_set<std::string> deleted_;             // keys, since the last Write
};

}  // namespace shareway::audit
