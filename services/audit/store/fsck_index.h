// SPDX-License-Identifier: Apache-2.0
// Compares what lies in the search index with what the entries put there. Part of fsck.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kv/store.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/posting.h"

namespace shareway::audit {

// For one thread. Memory: the terms of one span.
class IndexCheck {
 public:
  // Of the spans from `first_span` on.
  IndexCheck(const kv::Store* store, uint64_t first_span)
      : store_(store), span_(first_span) {}

  // The entries of the next complete bundle; those whose record was deleted have none.
  // DATA_LOSS naming the posting that is missing or has another value.
  absl::Status Take(absl::Span<const EntryPtr> entries);
  // All complete bundles of a log of `size` were taken. DATA_LOSS naming a posting that no
  // entry explains, or a span that is not as many as were ingested. Places of deleted
  // records may be there: nobody can tell whose they were.
  absl::Status Finish(uint64_t size);

 private:
  absl::Status CheckSpan();
  absl::Status CheckPosting(const kv::Pair& want) const;
  bool IsDeleted(absl::string_view place) const;

  const kv::Store* const store_;
  uint64_t span_;
  std::vector<std::shared_ptr<const BundleTerms>> bundles_;  // of span_, so far
  std::set<uint16_t> deleted_;                               // places in span_
  std::map<uint64_t, uint64_t> wanted_;                      // postings, by span; 0: some deleted
};

}  // namespace shareway::audit
