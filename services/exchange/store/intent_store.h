// SPDX-License-Identifier: Apache-2.0
// Transfers and calls that began and have not ended: what a node must settle when it comes up again.
//
// Keys:
//   open/{consumer}/{exchange}/{attempt} -> an AuditRecord: of a transfer its TRANSFER_INTENT
//     half, of a call the half that is recorded if nobody hears how it ended
//
// Crash order: put in the commit that has the intent's evidence, of a call before the system is
// asked, dropped in the one that has the end's. So a node that died in between finds every one
// whose end nobody recorded.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"

namespace shareway::exchange {

// Thread-safe.
class IntentStore {
 public:
  // `kv` must outlive it.
  explicit IntentStore(kv::Store* kv) : kv_(kv) {}

  // `intent` names consumer (its first agency), exchange and attempt.
  void Put(const evidence::AuditRecord& intent, kv::Batch* batch) const;
  // Drops the intent of the exchange and attempt that `half` names; nothing if there is none.
  void Drop(const evidence::AuditRecord& half, kv::Batch* batch) const;
  // All that did not end. DATA_LOSS if one cannot be read.
  absl::StatusOr<std::vector<evidence::AuditRecord>> Open() const;

 private:
  kv::Store* const kv_;
};

}  // namespace shareway::exchange
