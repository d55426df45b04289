// SPDX-License-Identifier: Apache-2.0
// Mirror, archive and retention as an operator asks for them on the command line.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/metrics/registry.h"
#include "services/audit/audit.h"
#include "services/audit/controls.h"
#include "services/audit/domain/control.h"
#include "services/audit/own_record.h"
#include "services/audit/start_gate.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/upkeep.h"
#include "services/audit/witnesses.h"

namespace shareway::audit {

// All are off unless their flags are given. A folder must be there; one inside the volume's
// mount point is missed when the volume is not mounted.
//   --mirror DIR                  a second copy of the log, on another volume (mirror.h)
//   --archive DIR                 where closed segments go in place of the store (archive.h)
//   --archive_after_days N        once they are so old; 90
//   --retain_exchange_days N      exchange records, at least 1096; 0: for ever
//   --retain_calls_days N         records of refused calls, at least 184; 0: for ever
// The last two count for a log that begins, which records them; from then on the log says how long
// (controls.h), and they may say the same, or be left out.

// The archive, for whoever reads the log; null without one. Errors as OpenArchive.
absl::StatusOr<std::unique_ptr<Archive>> ArchiveFromFlags(kv::Store* store,
                                                          const std::string& verifier_key);

// What the two flags of retention say.
AskedRetention RetentionFromFlags();

// The upkeep, not started. All must outlive it; `archive` may be null. FAILED_PRECONDITION naming
// the flag that forbids it.
struct UpkeepParts {
  kv::Store* store = nullptr;
  const Audit* audit = nullptr;
  const LogReader* reader = nullptr;
  Archive* archive = nullptr;
  const Witnesses* witnesses = nullptr;
  const StartGate* gate = nullptr;
  OwnRecords* own = nullptr;
  Controls* controls = nullptr;
  metrics::Registry* metrics = nullptr;
};
absl::StatusOr<std::unique_ptr<Upkeep>> UpkeepFromFlags(const UpkeepParts& parts);

}  // namespace shareway::audit
