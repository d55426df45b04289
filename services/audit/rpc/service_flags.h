// SPDX-License-Identifier: Apache-2.0
// The log's keys, name and start as an operator asks for them on the command line.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/audit/audit.h"
#include "services/audit/rpc/audit_service.h"

namespace shareway::audit {

//   --log_key FILE            PEM, Ed25519: signs checkpoints
//   --national_log_key FILE   PEM, SM2: signs them as well; empty: none
//   --origin NAME             the log's name in its checkpoints
//   --rebuild                 an old copy takes what it lacks from producers
//   --log_fork_settled IDS    heads that are no part of the log; see StartRule
//   --candidate_interval T    between two heads that witnesses are asked to cosign
//   --vkey_file FILE          gets the log's note verifier key

// Options of the service `producer` (its shareway:// URI), whose own records the key in
// `message_key_file` signs. Errors of PrivateKey::FromFile and HeadIds; INVALID_ARGUMENT for a
// national key that is not SM2.
absl::StatusOr<AuditService::Options> ServiceOptionsFromFlags(const std::string& message_key_file,
                                                              std::string producer);

// Says which log is open, and hands its verifier key to --vkey_file. Errors of WriteVkeyFile.
absl::Status AnnounceLog(const Audit& audit);

}  // namespace shareway::audit
