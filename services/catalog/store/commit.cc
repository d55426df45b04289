// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/commit.h"

#include "libs/base/error.h"

namespace shareway::catalog {

absl::StatusOr<kv::Committed> Commit(kv::Store* kv, const outbox::Outbox& outbox, Event event,
                                     kv::Batch batch) {
  const bool acted = event.cause != nullptr && event.cause->act.has_value();
  for (evidence::AuditRecord& record : event.records) {
    *record.mutable_time() = evidence::ToTimestamp(event.now);
    if (event.cause != nullptr) record.set_traceparent(event.cause->traceparent);
    if (acted) *record.mutable_act() = *event.cause->act;
    outbox.Add(std::move(record), &batch);
  }
  if (event.cause != nullptr) event.cause->once.Record(*kv, event.result, event.now, &batch);
  absl::StatusOr<kv::Committed> committed = kv->Commit(std::move(batch));
  if (!absl::IsAborted(committed.status())) return committed;
  if (acted && outbox.Taken(*event.cause->act)) {
    return Error(Reason::kActReplayed, absl::StatusCode::kAborted,
                 "this signed act was used before; sign a new one");
  }
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               "the object changed meanwhile; read it again and retry");
}

}  // namespace shareway::catalog
