// SPDX-License-Identifier: Apache-2.0
// Flags into options.
#include "services/audit/rpc/service_flags.h"

#include <set>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/status.h"
#include "libs/crypto/key.h"
#include "libs/log/log.h"
#include "services/audit/domain/start_rule.h"
#include "services/audit/upkeep_flags.h"
#include "services/audit/vkey_file.h"

ABSL_FLAG(std::string, log_key, "", "PEM file of the Ed25519 key that signs checkpoints.");
ABSL_FLAG(std::string, national_log_key, "",
          "PEM file of an SM2 key that signs them as well. Empty: none.");
ABSL_FLAG(std::string, origin, "shareway.example/audit", "The log's name in its checkpoints.");
ABSL_FLAG(std::string, vkey_file, "", "File to write the log's note verifier key to.");
ABSL_FLAG(bool, rebuild, false, "If the store is an old copy, take what it lacks from producers.");
ABSL_FLAG(std::string, log_fork_settled, "",
          "Ids of heads that the log signed and that are no part of it, with commas between them: "
          "each by the first 16 hexadecimal digits of its root, as log-forked and "
          "log-behind-witnesses name it. Witnesses that report one count as silent; enough others "
          "must report.");
ABSL_FLAG(absl::Duration, candidate_interval, absl::Seconds(1),
          "Between two heads that witnesses are asked to cosign.");

namespace shareway::audit {
namespace {

absl::StatusOr<LogKey> LogKeyFromFlags() {
  SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey key,
                            crypto::PrivateKey::FromFile(absl::GetFlag(FLAGS_log_key)));
  LogKey log_key{.key = std::move(key), .origin = absl::GetFlag(FLAGS_origin)};
  if (const std::string path = absl::GetFlag(FLAGS_national_log_key); !path.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(log_key.national, crypto::PrivateKey::FromFile(path));
    if (log_key.national->public_key().suite() != crypto::Suite::kSm2Sm3) {
      return absl::InvalidArgumentError("--national_log_key: want an SM2 key");
    }
  }
  return log_key;
}

}  // namespace

absl::StatusOr<AuditService::Options> ServiceOptionsFromFlags(const std::string& message_key_file,
                                                              std::string producer) {
  SHAREWAY_ASSIGN_OR_RETURN(LogKey log_key, LogKeyFromFlags());
  SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey message_key,
                            crypto::PrivateKey::FromUri(message_key_file));
  absl::StatusOr<std::set<std::string>> set_aside = HeadIds(absl::GetFlag(FLAGS_log_fork_settled));
  if (!set_aside.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--log_fork_settled: ", set_aside.status().message()));
  }
  return AuditService::Options{
      .log_key = std::move(log_key),
      .message_key = std::move(message_key),
      .producer = std::move(producer),
      .watched = {.rebuild = absl::GetFlag(FLAGS_rebuild),
                  .set_aside = *std::move(set_aside),
                  .candidate_interval = absl::GetFlag(FLAGS_candidate_interval),
                  .retention = RetentionFromFlags()}};
}

absl::Status AnnounceLog(const Audit& audit) {
  log::Info("log-opened",
            {{"verifier_key", audit.verifier_key()}, {"size", audit.state()->size()}});
  return WriteVkeyFile(absl::GetFlag(FLAGS_vkey_file), audit.verifier_key());
}

}  // namespace shareway::audit
