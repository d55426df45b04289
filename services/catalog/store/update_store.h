// SPDX-License-Identifier: Apache-2.0
// Keeps update clocks and the reports that started them.
//
// Keys:
//   clock/o/{c}      -> UpdateClockRecord; its version is the etag
//   clock/a/{a}/{c}  -> empty; the clocks of agency {a}
//   clock/r/{r}/{c}  -> empty; the clocks over entry {r} that have not ended
//   clock/n/{r}      -> name of the clock over entry {r} that was started last
//   clock/d/{d}      -> DutyChangeRecord
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/update_clock.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {

// Thread-safe.
class UpdateStore {
 public:
  // Both must outlive it.
  UpdateStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  struct Loaded {
    UpdateClock clock;
    uint64_t version = 0;  // 0: not stored yet
  };
  // NOT_FOUND if there is none of that name; DATA_LOSS if it cannot be read.
  absl::StatusOr<Loaded> Load(absl::string_view name) const;
  // Those over an entry that have not ended, by name. DATA_LOSS.
  absl::StatusOr<std::vector<Loaded>> OpenOf(absl::string_view resource) const;
  // A clock's agency and name, in this order.
  struct Place {
    std::string cursor = {};
    std::string agency = {};
    std::string name = {};
  };
  // After `cursor`, of `agency` if it is not empty, up to `limit`.
  absl::StatusOr<std::vector<Place>> List(absl::string_view agency, absl::string_view cursor,
                                          size_t limit) const;
  // A report. NOT_FOUND, DATA_LOSS.
  absl::StatusOr<store::DutyChangeRecord> LoadChange(absl::string_view name) const;

  // Adds the clock to a commit, which fails with ABORTED if it is not at `version` any more.
  void Put(uint64_t version, const UpdateClock& after, kv::Batch* batch) const;
  // Lets a commit fail with ABORTED if a clock over `resource` is started meanwhile; before OpenOf.
  absl::Status ExpectNoneStarted(absl::string_view resource, kv::Batch* batch) const;
  void PutChange(const store::DutyChangeRecord& record, kv::Batch* batch) const;
  // Commits; errors as catalog::Commit.
  absl::StatusOr<kv::Committed> Commit(Event event, kv::Batch batch) const;
  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Find(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }

 private:
  kv::Store* kv_;
  const outbox::Outbox* outbox_;
};

// As everyone sees it, without etag and what is told of the time of reading.
v1::UpdateClock ToMessage(const UpdateClock& clock);
v1::DutyChange ToMessage(const DutyChange& change);
DutyChange FromMessage(const v1::DutyChange& message);

}  // namespace shareway::catalog
