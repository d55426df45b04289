// SPDX-License-Identifier: Apache-2.0
// Evidence packs from the log: what a party takes to court.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/directory.h"
#include "services/audit/audit.h"
#include "services/audit/domain/query.h"
#include "services/audit/rpc/prover.h"
#include "services/audit/store/log_reader.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// A pack (proto/FORMATS.md) of the entries that `request` names and `reader` may
// read, with paths to the newest checkpoint and the public key of each signature
// in them that the directory knows. Waits up to a second for a checkpoint.
//
// INVALID_ARGUMENT unless exactly one of exchange and indices (at most 1000) is
// given, and if the records are too many for one answer; LOG_TOO_SMALL for an
// index beyond the log; the answer for strangers (Error::NotVisible) if nothing
// of the exchange, or not every index, is the reader's to read.
absl::StatusOr<std::string> ExportPack(const v1::ExportEvidenceRequest& request,
                                       const Reader& reader, const Audit& audit,
                                       const LogReader& log, const Prover& prover,
                                       const rpc::Directory& directory);

}  // namespace shareway::audit
