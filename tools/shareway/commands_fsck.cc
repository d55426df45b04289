// SPDX-License-Identifier: Apache-2.0
// shareway fsck: proves a stopped service's store from its bytes.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/evidence/note.h"
#include "libs/kv/rocks_store.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/checkpoint.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/fsck.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

constexpr absl::Duration kProgressEvery = absl::Milliseconds(250);

struct FsckArgs {
  std::string dir, archive, mirror, key, since;
  std::vector<std::string> notes;
  bool structure = false;
};

// How far it is, on one line of a terminal.
class Progress {
 public:
  explicit Progress(std::ostream* err) : err_(isatty(STDERR_FILENO) == 1 ? err : nullptr) {}
  ~Progress() {
    if (shown_) *err_ << "\r\x1b[K" << std::flush;
  }

  void Show(uint64_t done, uint64_t of) {
    const absl::Time now = SystemClock().Now();
    if (err_ == nullptr || now < next_) return;
    next_ = now + kProgressEvery;
    *err_ << "\r" << done << " of " << of << " entries, " << done * 100 / std::max<uint64_t>(of, 1)
          << " %" << std::flush;
    shown_ = true;
  }

 private:
  std::ostream* const err_;
  absl::Time next_ = absl::InfinitePast();
  bool shown_ = false;
};

absl::StatusOr<std::string> LogKeyIn(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, crypto::ReadFile(path));
  const std::vector<std::string> keys = evidence::VerifierKeysIn(text);
  if (keys.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " has no verifier key"));
  return keys.front();
}

absl::StatusOr<audit::FsckOptions> OptionsOf(const FsckArgs& args) {
  audit::FsckOptions log;
  if (!args.key.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(log.verifier_key, LogKeyIn(args.key));
  }
  if (!args.since.empty() && std::filesystem::exists(args.since)) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string text, crypto::ReadFile(args.since));
    SHAREWAY_ASSIGN_OR_RETURN(log.since, audit::Proven::Parse(text));
  }
  for (const std::string& path : args.notes) {
    SHAREWAY_ASSIGN_OR_RETURN(std::string note, crypto::ReadFile(path));
    log.notes.push_back(std::move(note));
  }
  return log;
}

absl::StatusOr<StoreReport> Check(Session* session, const FsckArgs& args, kv::Store* store) {
  SHAREWAY_ASSIGN_OR_RETURN(audit::FsckOptions log, OptionsOf(args));
  std::unique_ptr<audit::Archive> archive;
  if (!args.archive.empty()) {
    const absl::StatusOr<audit::Birth> birth = audit::ReadBirth(*store);
    archive = std::make_unique<audit::Archive>(audit::Folder(args.archive), store,
                                               birth.ok() ? birth->verifier_key : "");
    log.archive = archive.get();
  }
  const audit::Folder mirror(args.mirror);
  if (!args.mirror.empty()) log.mirror = &mirror;
  Progress progress(session->err);
  log.progress = [&](uint64_t done, uint64_t of) { progress.Show(done, of); };
  absl::StatusOr<StoreReport> report = CheckStore(*store, log, !args.structure);
  const absl::Status& status = report.status();
  // Whatever else keeps a store from being proven is its damage.
  if (status.ok() || absl::IsNotFound(status) || absl::IsFailedPrecondition(status) ||
      absl::IsUnavailable(status)) {
    return report;
  }
  return VerificationFailed(status);
}

// The next run begins where this one ended.
absl::Status Keep(const std::string& path, const StoreReport& report) {
  if (path.empty() || report.service != "audit") return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
  SHAREWAY_RETURN_IF_ERROR(file.Write(report.proven.Text()));
  return file.Keep();
}

absl::Status Fsck(Session* session, const FsckArgs& args) {
  // Both `rocksdb:PATH`, as services take it, and the bare folder.
  const std::string path(absl::StartsWith(args.dir, "rocksdb:") ? args.dir.substr(8) : args.dir);
  const absl::StatusOr<std::unique_ptr<kv::Store>> store = kv::OpenRocksReadOnly(path);
  if (absl::IsDataLoss(store.status())) return VerificationFailed(store.status());
  SHAREWAY_RETURN_IF_ERROR(store.status());
  const absl::StatusOr<StoreReport> report = Check(session, args, store->get());
  SHAREWAY_RETURN_IF_ERROR(report.status());
  SHAREWAY_RETURN_IF_ERROR(Keep(args.since, *report));
  if (session->flags.format != Format::kTable) {
    session->Print({{"service", report->service}, {"checked", report->checked}});
    return absl::OkStatus();
  }
  *session->out << report->service << " store " << path << "\n";
  for (const std::string& line : report->checked) *session->out << "ok  " << line << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddFsckCommand(CLI::App* app, Session* session) {
  auto args = std::make_shared<FsckArgs>();
  CLI::App* fsck =
      Verb(app, session, "fsck", "Check a store's invariants; exit 7 on the first violation",
           [=] { return Fsck(session, *args); });
  fsck->add_option("STORE_DIR", args->dir, "The folder of a service that is stopped")->required();
  fsck->add_option("--archive", args->archive, "Audit: the folder of archived segments");
  fsck->add_option("--mirror", args->mirror, "Audit: check the mirror in this folder, too");
  fsck->add_option("--key", args->key, "Audit: file with the log's verifier key; pins it");
  fsck->add_option("--since", args->since,
                   "Audit: file that says what an earlier run proved; made if it is not there");
  fsck->add_option("--note", args->notes, "Audit: a checkpoint that someone holds; repeatable");
  fsck->add_flag("--structure", args->structure, "Audit: do not judge what records say");
}

}  // namespace shareway::cli
