// SPDX-License-Identifier: Apache-2.0
// Flags of upkeep, and what it is connected to.
#include "services/audit/upkeep_flags.h"

#include <optional>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_join.h"

ABSL_FLAG(std::string, mirror, "",
          "Folder, on another volume, of a second copy of the log. Empty: none.");
ABSL_FLAG(std::string, archive, "",
          "Folder that takes old segments of the log out of the store. Empty: none.");
ABSL_FLAG(int, archive_after_days, 90,
          "Days after which a complete segment goes to the archive; 0: at once.");
ABSL_FLAG(int, retain_exchange_days, -1,
          "Days that exchange records are kept by a log that begins: at least 1096 (R25 29). 0: "
          "for ever. Later two administrators change it (`shareway audit propose-retention`). "
          "-1: what the log says; a new one for ever.");
ABSL_FLAG(int, retain_calls_days, -1,
          "Days that records of refused calls are kept, in the same way: at least 184 "
          "(Cybersecurity Law 21(3)). 0: for ever. -1: what the log says.");

namespace shareway::audit {
namespace {

NotedHead NotedHeadOf(const WitnessedCheckpoint& witnessed) {
  const Checkpoint& checkpoint = witnessed.checkpoint;
  return {.size = checkpoint.size,
          .root = checkpoint.root,
          .note = checkpoint.note + absl::StrJoin(witnessed.cosignatures, "")};
}

std::optional<int> Said(int days) {
  if (days == -1) return std::nullopt;
  return days;
}

}  // namespace

AskedRetention RetentionFromFlags() {
  return {.exchange_days = Said(absl::GetFlag(FLAGS_retain_exchange_days)),
          .calls_days = Said(absl::GetFlag(FLAGS_retain_calls_days))};
}

absl::StatusOr<std::unique_ptr<Archive>> ArchiveFromFlags(kv::Store* store,
                                                          const std::string& verifier_key) {
  return OpenArchive(absl::GetFlag(FLAGS_archive), store, verifier_key);
}

absl::StatusOr<std::unique_ptr<Upkeep>> UpkeepFromFlags(const UpkeepParts& parts) {
  Upkeep::Ways ways{.store = parts.store,
                    .reader = parts.reader,
                    .archive = parts.archive,
                    .state = [audit = parts.audit] { return audit->state(); }};
  ways.newest = [witnesses = parts.witnesses, gate = parts.gate]() -> std::optional<NotedHead> {
    if (!gate->serving()) return std::nullopt;
    const std::shared_ptr<const WitnessedCheckpoint> newest = witnesses->newest();
    // Without a note nothing has been witnessed yet.
    if (newest->checkpoint.note.empty()) return std::nullopt;
    return NotedHeadOf(*newest);
  };
  ways.record = [own = parts.own](evidence::AuditRecord record) {
    return own->Append(std::move(record)).status();
  };
  ways.retention = [controls = parts.controls] { return controls->InForce(); };
  return Upkeep::Open(std::move(ways),
                      {.verifier_key = parts.audit->verifier_key(),
                       .mirror = absl::GetFlag(FLAGS_mirror),
                       .archive_after_days = absl::GetFlag(FLAGS_archive_after_days),
                       .metrics = parts.metrics,
                       .clock = &parts.audit->clock()});
}

}  // namespace shareway::audit
