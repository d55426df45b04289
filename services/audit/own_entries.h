// SPDX-License-Identifier: Apache-2.0
// The service's own entries, as its witnesses take them: the log has no outbox of its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"
#include "services/audit/audit.h"
#include "services/audit/own_record.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {

// Finds them by the runs of their ids, under every incarnation that the service had. Keeps
// the last ones that were read, since every witness asks for the same. Thread-safe.
class OwnEntries {
 public:
  // All must outlive it.
  OwnEntries(const kv::Store* store, const Audit* audit, const LogReader* reader,
             const OwnRecords* own)
      : store_(store), audit_(audit), reader_(reader), own_(own) {}

  // Those with an index in [from, end), oldest first, of the log's durable entries: at most
  // `max_bytes` of them, but at least one. DATA_LOSS if the log is damaged.
  struct Page {
    std::vector<Found> entries = {};
    uint64_t next = 0;  // own entries below this index are all there; `end` on the last page
  };
  absl::StatusOr<Page> Read(uint64_t from, uint64_t end, size_t max_bytes) const;

 private:
  absl::StatusOr<std::vector<uint64_t>> Indices(uint64_t from, uint64_t end) const;
  absl::StatusOr<Found> ReadOne(uint64_t index) const;

  const kv::Store* const store_;
  const Audit* const audit_;
  const LogReader* const reader_;
  const OwnRecords* const own_;
  mutable absl::Mutex mutex_;
  mutable std::map<uint64_t, Found> kept_ ABSL_GUARDED_BY(mutex_);
};

// Appends `record` unless the log has one of its own with an index of at least `from` that says
// the same (nonce, id and time left aside): a first try may have come through though it failed.
// For one caller at a time, and for records that nobody else appends. Errors as
// OwnRecords::Append and OwnEntries::Read.
absl::Status AppendOnce(evidence::AuditRecord record, uint64_t from, const OwnEntries& entries,
                        Audit* audit, OwnRecords* own);

}  // namespace shareway::audit
