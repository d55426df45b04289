// SPDX-License-Identifier: Apache-2.0
// One pass over the waiting halves.
#include "services/audit/store/overdue.h"

#include "services/audit/store/keys.h"

namespace shareway::audit {

absl::Status ScanOverdue(const kv::Store& store, absl::Time until,
                         absl::FunctionRef<bool(const Waiting&)> visit) {
  absl::Status damage;
  const absl::Status scanned =
      store.Scan(kUnmatchedPrefix, PrefixEnd(kUnmatchedPrefix),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   const absl::StatusOr<Waiting> waiting = ParseWaiting(key, value);
                   if (!waiting.ok()) {
                     damage = waiting.status();
                     return false;
                   }
                   return waiting->receipt >= until || visit(*waiting);
                 });
  return damage.ok() ? scanned : damage;
}

}  // namespace shareway::audit
