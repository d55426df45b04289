// SPDX-License-Identifier: Apache-2.0
// The one way in which this service commits: change, event and request id together.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/store/cause.h"

namespace shareway::catalog {

// What a change is recorded as, besides the change itself.
struct Event {
  std::vector<evidence::AuditRecord> records = {};  // without act and trace, which are the cause's
  const Cause* cause = nullptr;                     // null: the installation itself
  std::string result = {};                          // what a repeated request id gets
  absl::Time now = {};
};

// Adds the event to `batch` and commits both. ABORTED: nothing was written, with
// reason ACT_REPLAYED if the act was taken before, else CHANGED_MEANWHILE.
// Other errors as kv::Store::Commit.
absl::StatusOr<kv::Committed> Commit(kv::Store* kv, const outbox::Outbox& outbox, Event event,
                                     kv::Batch batch);

}  // namespace shareway::catalog
