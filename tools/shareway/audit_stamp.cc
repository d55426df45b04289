// SPDX-License-Identifier: Apache-2.0
// Two questions: is the checkpoint the log's, is the token one of its text.
#include "tools/shareway/audit_stamp.h"

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "libs/base/status.h"
#include "libs/evidence/note.h"
#include "services/audit/stamp.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

struct StampArgs {
  std::string token, checkpoint, authority, key;
};

absl::Status VerifyStamp(Session* session, const StampArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string token, ReadInput(args.token));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string note, ReadInput(args.checkpoint));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string authority, ReadInput(args.authority));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string keys, ReadInput(args.key));
  const absl::StatusOr<evidence::TreeHead> head =
      evidence::OpenCheckpoint(note, {}, evidence::VerifierKeysIn(keys));
  if (!head.ok()) return VerificationFailed(head.status());
  const absl::StatusOr<crypto::Timestamp> stamp = audit::OpenStamp(token, note, authority);
  if (!stamp.ok()) return VerificationFailed(stamp.status());
  const std::string time = absl::FormatTime(absl::RFC3339_sec, stamp->time, absl::UTCTimeZone());
  if (session->flags.format == Format::kTable) {
    *session->out << "checkpoint " << head->size << " of " << head->origin << " existed at " << time
                  << "\n";
  } else {
    session->Print({{"origin", head->origin},
                    {"size", head->size},
                    {"time", time},
                    {"serial", stamp->serial},
                    {"policy", stamp->policy}});
  }
  return absl::OkStatus();
}

}  // namespace

void AddStampCommand(CLI::App* audit, Session* session) {
  CLI::App* noun = Noun(audit, "stamp", "Timestamps of checkpoints (RFC 3161)");
  auto args = std::make_shared<StampArgs>();
  CLI::App* verify = Verb(noun, session, "verify", "Verify a token offline; exit 7 if it is wrong",
                          [=] { return VerifyStamp(session, *args); });
  verify->add_option("--token", args->token, "The token's file, DER")->required();
  verify->add_option("--checkpoint", args->checkpoint, "A checkpoint of the stamped size")
      ->required();
  verify->add_option("--tsa-ca", args->authority, "The authority's certificate or its root's, PEM")
      ->required();
  verify->add_option("--key", args->key, "File of the note verifier keys that you pinned")
      ->required();
}

}  // namespace shareway::cli
