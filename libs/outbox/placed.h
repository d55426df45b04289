// SPDX-License-Identifier: Apache-2.0
// The sealed batches of an outbox, and what became of each. Private to libs/outbox.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/outbox/record.pb.h"

namespace shareway::outbox {

using Records = std::vector<evidence::v1::SealedRecord>;

// A batch that audit has acknowledged.
struct Placed {
  uint64_t first = 0;  // its first entry's number
  Placement placement = {};
};

// One thread.
class PlacedBatches {
 public:
  // `store` must outlive it.
  explicit PlacedBatches(kv::Store* store) : store_(store) {}

  // How far the drain is, 1 for what never began. DATA_LOSS if it cannot be read.
  absl::StatusOr<Mark> LoadMark() const;
  // The sealed batch that begins at entry `first`. NOT_FOUND or DATA_LOSS.
  absl::StatusOr<Records> Load(uint64_t first) const;
  // Up to `most` acknowledged batches from entry `from` on, in order.
  absl::StatusOr<std::vector<Placed>> Placements(uint64_t from, size_t most) const;
  // Forgets that batches with entries above `last_sequence` were acknowledged, durably:
  // they will be delivered anew. Nothing that is included is touched.
  absl::Status Forget(uint64_t last_sequence, Mark* mark);
  // The same of all that are not proven to be in the log: for a proof that leads elsewhere.
  // Audit may have lost them with its disk while nobody asked it; it knows those that it has by
  // their ids, and names their places when they are delivered anew.
  absl::Status ForgetUnproven(Mark* mark) { return Forget(mark->include() - 1, mark); }
  // Adds to `batch` the deletion of all batches, from the oldest on, that are included
  // and either lie below `safe_size` in the log or were included before `old`.
  absl::Status Drop(uint64_t safe_size, absl::Time old, kv::Batch* batch) const;

 private:
  kv::Store* const store_;
};

}  // namespace shareway::outbox
