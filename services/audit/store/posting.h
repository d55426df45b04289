// SPDX-License-Identifier: Apache-2.0
// The search index: for each term of a complete bundle, where in it the term
// is. A bundle is small, so a posting is a few bytes, and a term that fills a
// bundle, such as a busy agency, still costs one key.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kv/store.h"
#include "services/audit/domain/query.h"
#include "services/audit/store/entry.h"

namespace shareway::audit {

// One term in one bundle: the earliest and latest time (8 each, seconds since
// 1970, big-endian two's complement), then for each entry its place in the
// bundle (1) and its kind (1; 255 for kinds above 254).
struct Posting {
  uint64_t bundle = 0;
  int64_t earliest = 0;
  int64_t latest = 0;
  struct Place {
    uint8_t place = 0;
    uint8_t kind = 0;
  };
  std::vector<Place> places = {};

  // False if no entry of it can match.
  bool MayMatch(const Query& query) const;
  bool MayMatch(const Place& place, const Query& query) const;
};

// Puts the postings of a complete bundle.
void PutPostings(absl::Span<const EntryPtr> entries, uint64_t bundle, kv::Batch* batch);

// Calls `visit` for the postings of a term in bundles up to `bundle`, newest
// first, until it returns false. DATA_LOSS for one that cannot be read.
absl::Status ScanPostings(const kv::Store& store, const TermKey& term, uint64_t bundle,
                          absl::FunctionRef<bool(const Posting&)> visit);

}  // namespace shareway::audit
