// SPDX-License-Identifier: Apache-2.0
// Makes a lost log again from its mirror, offline, with the same indices.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/kv/store.h"
#include "services/audit/store/folder.h"

namespace shareway::audit {

// What was made.
struct CopyReport {
  uint64_t size = 0;     // entries, as many as the mirror's checkpoint covers
  Hash32 root = {};      // the checkpoint's, and that of what was made
  uint64_t deleted = 0;  // of them without record: their retention had ended
  uint64_t beyond = 0;   // further entries in the mirror, which no checkpoint there covers
  bool days = false;     // the days of service came with it; if not, ages begin anew
};

// Reads every byte of the mirror's segments up to its checkpoint, which `verifier_key`,
// pinned by the caller, must have signed, and grows a log by their entries in `store`,
// which must be empty; then compares the roots. The store is a log's only once it is
// done: cut short at any instant it does not open as one. The service's own records
// go on under a new incarnation. `now` is taken as the receipt of halves that wait.
//
// FAILED_PRECONDITION: the store is not empty, or the mirror is another log's.
// NOT_FOUND: no mirror, or none with a checkpoint yet. DATA_LOSS: naming file and
// entry, a byte is damaged or missing, or the roots differ. Otherwise as Folder
// and LogWriter::Append. `progress` hears how many entries are done, now and then.
absl::StatusOr<CopyReport> CopyFromMirror(const Folder& mirror, const std::string& verifier_key,
                                          kv::Store* store, absl::Time now,
                                          const std::function<void(uint64_t done)>& progress);

}  // namespace shareway::audit
