// SPDX-License-Identifier: Apache-2.0
// The search index: for each term, where in a span of 16,384 entries it is. A
// span's postings are made at once, sorted, and ingested as one file: keys put one
// by one would cost more than all else that an append does.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/kv/store.h"
#include "services/audit/domain/query.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {

// Entries that one file of the index covers, and bundles.
inline constexpr uint64_t kIndexBundles = 64;
inline constexpr uint64_t kIndexSpan = kIndexBundles * kBundle;

// What a search asks of an entry before it reads it.
struct Traits {
  int64_t seconds = 0;  // of its time, since 1970
  uint8_t kind = 0;     // 255 for kinds above 254
  bool failed = false;  // has a reason

  static Traits Of(const Facts& facts);
};

// One term in one span: the earliest and latest time (8 each, seconds since 1970,
// big-endian two's complement), then for each entry, ascending, its place in the
// span (2, big-endian), its kind (1) and 1 if it has a reason (1).
struct Posting {
  uint64_t span = 0;
  int64_t earliest = 0;
  int64_t latest = 0;
  struct Place {
    uint16_t place = 0;
    uint8_t kind = 0;
    bool failed = false;
  };
  std::vector<Place> places = {};

  // False if no entry of it can match.
  bool MayMatch(const Query& query) const;
  bool MayMatch(const Place& place, const Query& query) const;
};

// The terms of one complete bundle, in memory until its span is ingested. Immutable once filled.
class BundleTerms {
 public:
  // Adds the terms of the entry at `place`, in ascending order of places; `terms`
  // are those of `facts`.
  void Add(uint8_t place, const Facts& facts, absl::Span<const TermKey> terms);
  void Add(uint8_t place, const Facts& facts);

  // The places of a term's entries that may match, ascending.
  std::vector<uint8_t> Find(TermKey term, const Query& query) const;

 private:
  friend std::vector<kv::Pair> IndexFile(
      uint64_t span, absl::Span<const std::shared_ptr<const BundleTerms>> bundles);
  // Side by side, so that a search runs over the hashes alone.
  std::vector<TermKey> terms_;
  std::vector<uint8_t> places_;
  std::array<Traits, kBundle> traits_ = {};
};

// What is to be ingested of a span with these bundles, all kIndexBundles of them.
std::vector<kv::Pair> IndexFile(uint64_t span,
                                absl::Span<const std::shared_ptr<const BundleTerms>> bundles);

// How many spans are ingested; they are the first ones. DATA_LOSS if what says so is damaged.
absl::StatusOr<uint64_t> IndexedSpans(const kv::Store& store);

// Calls `visit` for the ingested postings of a term in spans up to `span`, newest
// first, until it returns false. DATA_LOSS for one that cannot be read.
absl::Status ScanPostings(const kv::Store& store, TermKey term, uint64_t span,
                          absl::FunctionRef<bool(const Posting&)> visit);

}  // namespace shareway::audit
