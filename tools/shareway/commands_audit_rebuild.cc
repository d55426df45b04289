// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/commands_audit_rebuild.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/clock.h"
#include "libs/base/status.h"
#include "libs/evidence/note.h"
#include "libs/kv/rocks_store.h"
#include "services/audit/store/log_copy.h"
#include "services/audit/store/mirror.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace fs = std::filesystem;

struct RebuildArgs {
  std::string from, store, key;
};

// The pinned Ed25519 key that signed the mirror's checkpoint.
absl::StatusOr<std::string> LogKeyOf(const RebuildArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string key_text, ReadInput(args.key));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string note,
                            ReadInput(absl::StrCat(args.from, "/", audit::kMirrorCheckpoint)));
  const std::vector<std::string> keys = evidence::VerifierKeysIn(key_text);
  absl::Status wrong = UsageError(absl::StrCat("--key: no verifier key in ", args.key));
  for (const std::string& key : keys) {
    // NAME+HASH+BASE64; base64 may have a '+', a name has none.
    const std::vector<std::string> parts = absl::StrSplit(key, absl::MaxSplits('+', 2));
    const absl::StatusOr<std::string> typed = FromBase64(parts.back());
    if (parts.size() != 3 || !typed.ok() || typed->substr(0, 1) != "\x01") continue;
    const absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(note, key);
    if (head.ok()) return key;
    wrong = VerificationFailed(head.status());
  }
  return wrong;
}

absl::Status Occupied(const std::string& path, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("--store: ", path, " ", why));
}

absl::Status PublishFolder(const fs::path& made, const fs::path& name) {
  std::error_code error;
  fs::rename(made, name, error);
  if (error) return absl::UnknownError(absl::StrCat(name.string(), ": ", error.message()));
  const int parent = ::open(fs::absolute(name).parent_path().c_str(), O_RDONLY | O_DIRECTORY);
  const bool synced = parent >= 0 && ::fsync(parent) == 0;
  if (parent >= 0) ::close(parent);
  if (synced) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat("cannot sync the folder of ", name.string()));
}

absl::Status Rebuild(Session* session, const RebuildArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string key, LogKeyOf(args));
  const fs::path name =
      std::string(absl::StripSuffix(absl::StripPrefix(args.store, "rocksdb:"), "/"));
  const fs::path made = name.string() + ".rebuilding";
  std::error_code ignored;
  if (fs::exists(name, ignored) && !fs::is_empty(name, ignored)) {
    return Occupied(name.string(), "is there already: a store is never overwritten");
  }
  if (fs::exists(made, ignored)) {
    return Occupied(made.string(), "is left of an attempt that was cut short: remove it");
  }
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<kv::Store> store, kv::OpenRocks(made.string()));
  const absl::StatusOr<audit::CopyReport> report = audit::CopyFromMirror(
      audit::Folder(args.from), key, store.get(), SystemClock().Now(),
      [session](uint64_t done) { *session->err << "\r" << done << " entries" << std::flush; });
  *session->err << "\n";
  store.reset();
  if (!report.ok()) {
    fs::remove_all(made, ignored);
    return absl::IsDataLoss(report.status()) ? VerificationFailed(report.status())
                                             : report.status();
  }
  SHAREWAY_RETURN_IF_ERROR(PublishFolder(made, name));
  if (report->beyond > 0) {
    *session->err << report->beyond
                  << " further entries of the mirror are under no checkpoint there; their "
                     "producers still have them: start the service with --rebuild\n";
  }
  if (!report->days) *session->err << "the mirror has no days of service: ages begin anew\n";
  session->Print({{"store", name.string()},
                  {"entries", report->size},
                  {"root", ToHex(report->root.view())},
                  {"without_record", report->deleted}});
  return absl::OkStatus();
}

}  // namespace

void AddAuditRebuildCommand(CLI::App* noun, Session* session) {
  auto args = std::make_shared<RebuildArgs>();
  CLI::App* verb =
      Verb(noun, session, "rebuild", "A lost log's store, made again from its mirror, offline",
           [=] { return Rebuild(session, *args); });
  verb->add_option("--from", args->from, "The mirror's folder")->required();
  verb->add_option("--store", args->store, "The folder to make; it must not be there")->required();
  verb->add_option("--key", args->key, "File of the log's verifier key that you pinned")
      ->required();
}

}  // namespace shareway::cli
