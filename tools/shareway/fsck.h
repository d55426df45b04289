// SPDX-License-Identifier: Apache-2.0
// Checks the invariants of a service's store from its bytes alone.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "services/audit/store/fsck.h"

namespace shareway::cli {

struct StoreReport {
  std::string service = {};               // audit, catalog, sharing, exchange
  std::vector<std::string> checked = {};  // what held, a sentence each
  audit::Proven proven = {};              // of an audit store, for the next run
};

// Recognises whose store it is and checks, in this order:
//   every store     each key reads; the outbox's log has no gap, its records parse
//                   and are of its incarnation; sealed batches follow each other,
//                   their records open, and one signature covers each batch; it
//                   verifies if the store's copy of the directory has the key
//   audit           services/audit/store/fsck.h with `log`, and if `records` what the
//                   records say, fsck_records.h
//   catalog         both change logs have no gap and parse; the directory's head; projects are
//                   their agencies', entries bear the accepted ones alone; codes that are kept
//                   are borne by no entry and never given out again
//   sharing         the grant log has no gap, and ends each grant with what is stored
//   exchange        kept grants and resources parse
// DATA_LOSS naming the first violation; NOT_FOUND if it is no store of Shareway's.
// Not for a store that is being written. FAILED_PRECONDITION if `log` does not fit the store.
absl::StatusOr<StoreReport> CheckStore(const kv::Store& store, const audit::FsckOptions& log = {},
                                       bool records = false);

}  // namespace shareway::cli
