// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/imports.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/catalog/domain/faults.h"

namespace shareway::catalog {
namespace {

// Rows that one ListRows looks at.
constexpr size_t kMaxExamined = 5000;

absl::Status Unwritable(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat("the import's file cannot be ", what));
}

// What people are told while `status` keeps their import waiting: nothing of the installation's inside.
std::string WordsFor(const absl::Status& status) {
  const char* why = absl::IsResourceExhausted(status) ? "the catalogue's disk is full"
                    : absl::IsDataLoss(status) ? "what is kept of it cannot be read"
                                               : "the catalogue's store does not take it";
  return absl::StrCat("the work on it stands still, since ", why,
                      "; it is tried again by itself, and can be cancelled");
}

bool Over(const v1::Import& import) { return IsOver(static_cast<ImportState>(import.state())); }

}  // namespace

Spool::Spool(std::string name, std::string path, int fd)
    : name_(std::move(name)), path_(std::move(path)), fd_(fd) {}

Spool::~Spool() {
  if (fd_ >= 0) close(fd_);
  if (!kept_) unlink(path_.c_str());
}

absl::Status Spool::Append(absl::string_view data) {
  if (bytes_ + data.size() > files::kMaxFileBytes) {
    return Error(Reason::kFileTooLarge, absl::StatusCode::kResourceExhausted,
                 absl::StrCat("the file has more than ", files::kMaxFileBytes, " bytes"));
  }
  digest_.Update(data);
  bytes_ += data.size();
  while (!data.empty()) {
    const ssize_t n = write(fd_, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Unwritable("written");
    data.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

void Imports::CountIn(metrics::Registry* metrics) {
  if (metrics == nullptr) return;
  counts_.ended =
      metrics->AddCounters("shareway_catalog_imports_total",
                           "Imports of files that ended, by format and state.", {"format", "state"});
  counts_.entries = metrics->AddCounters(
      "shareway_catalog_import_entries_total",
      "Entries of files that were written, or refused by the writing, by result.", {"result"});
  counts_.failed = metrics->AddCounter("shareway_catalog_import_failures_total",
                                       "Steps of imports that failed and are tried again.");
  counts_.under_way = metrics->AddGauge("shareway_catalog_imports_under_way",
                                        "Imports of files that have not ended.");
  counts_.resting = metrics->AddGauge(
      "shareway_catalog_imports_resting",
      "Imports of files that stand still, since their last step failed; they are tried again.");
}

absl::StatusOr<std::unique_ptr<Imports>> Imports::Open(Parts parts) {
  std::error_code error;
  std::filesystem::create_directories(parts.folder, error);
  if (error) return Unwritable("kept: its folder cannot be made");
  auto imports = std::unique_ptr<Imports>(new Imports(std::move(parts)));
  imports->CountIn(imports->parts_.metrics);
  SHAREWAY_ASSIGN_OR_RETURN(const auto under_way, imports->parts_.store->UnderWay());
  std::set<std::string> needed;
  for (const auto& [name, agency] : under_way) needed.insert(imports->PathOf(name));
  for (const auto& file : std::filesystem::directory_iterator(imports->parts_.folder, error)) {
    // Only what NewSpool can have made.
    if (!HasForm("imports/{i}", absl::StrCat("imports/", file.path().filename().string()))) continue;
    if (!needed.contains(file.path().string())) unlink(file.path().c_str());
  }
  if (error) return Unwritable("listed");
  return imports;
}

Imports::~Imports() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

std::string Imports::PathOf(absl::string_view name) const {
  return (std::filesystem::path(parts_.folder) /
          std::string(absl::StripPrefix(name, "imports/"))).string();
}

absl::StatusOr<std::unique_ptr<Spool>> Imports::NewSpool() const {
  const std::string name = absl::StrCat("imports/", IdFromRandom(crypto::RandomBytes(15)));
  const std::string path = PathOf(name);
  const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return Unwritable("made");
  return std::unique_ptr<Spool>(new Spool(name, path, fd));
}

absl::StatusOr<v1::Import> Imports::Begin(Cause cause, const Options& options, Spool* spool) {
  if (!cause.caller.person || cause.caller.agency.empty() || cause.caller.inspects ||
      !cause.caller.roles.contains(Role::kCatalogueEditor)) {
    return Error::NotVisible("imports");
  }
  Faults faults("import.");
  faults.Text("file_name", options.file_name, 0, 200);
  if (options.file_name.find_first_of("/\\\n\t") != std::string::npos) {
    faults.Add("file_name", "is a path, want a name alone");
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults.Take()));
  const Hash32 digest = spool->digest_.Digest();
  const absl::Time now = parts_.clock->Now();
  // The file stands for itself; the same id with other options is another request.
  cause.once.body = absl::StrCat(digest.view(), options.file_name, "/",
                                 static_cast<int>(options.format), options.valid_entries,
                                 options.dry_run, options.replace);
  const auto repeated = [&]() -> absl::StatusOr<std::optional<v1::Import>> {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> name,
                              parts_.store->Find(cause.once, now));
    if (!name) return std::optional<v1::Import>();
    SHAREWAY_ASSIGN_OR_RETURN(v1::Import import, Get(cause.caller, *name));
    return std::optional<v1::Import>(std::move(import));
  };
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<v1::Import> known, repeated());
  if (known) return *std::move(known);
  // Name and bytes must last before the store says that there is an import.
  if (fsync(spool->fd_) != 0) return Unwritable("made durable");
  const int folder = open(parts_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && fsync(folder) == 0;
  if (folder >= 0) close(folder);
  if (!synced) return Unwritable("made durable");
  files::Format format = options.format;
  if (format == files::Format::kUnspecified) {
    SHAREWAY_ASSIGN_OR_RETURN(format, files::Detect(spool->path_));
  }
  {
    // A workbook's texts are held while it is open, and many callers may come at once.
    absl::MutexLock lock(&open_mutex_);
    SHAREWAY_RETURN_IF_ERROR(files::Open(spool->path_, format).status());
  }

  store::ImportRecord record;
  record.set_traceparent(cause.traceparent);
  v1::Import& import = *record.mutable_import();
  import.set_name(spool->name_);
  import.set_file_name(options.file_name);
  import.set_format(static_cast<v1::FileFormat>(format));
  import.set_mode(options.valid_entries ? v1::Import::VALID_ENTRIES : v1::Import::ALL_OR_NOTHING);
  import.set_dry_run(options.dry_run);
  import.set_replace(options.replace);
  import.set_state(v1::Import::CHECKING);
  import.set_agency(cause.caller.agency);
  import.set_importer(cause.caller.name);
  import.set_file_digest(digest.str());
  import.set_file_bytes(spool->bytes_);
  *import.mutable_create_time() = evidence::ToTimestamp(now);
  evidence::AuditRecord event;
  event.set_kind(evidence::v1::CATALOG_IMPORTED);
  event.set_object(import.name());
  event.add_agencies(import.agency());

  absl::MutexLock lock(&begin_mutex_);
  SHAREWAY_ASSIGN_OR_RETURN(const auto under_way, parts_.store->UnderWay());
  int own = 0;
  for (const auto& [name, agency] : under_way) own += agency == cause.caller.agency ? 1 : 0;
  if (own >= kMaxUnderWay) {
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 absl::StrCat(kMaxUnderWay, " imports of the agency are under way; wait for one"));
  }
  // From here on the file is deleted only by who knows that no import needs it: Open, or End.
  spool->kept_ = true;
  const absl::StatusOr<ImportStore::Loaded> saved = parts_.store->Save(
      {}, record, {},
      Event{.records = {std::move(event)}, .cause = &cause, .result = import.name(), .now = now});
  if (absl::IsAborted(saved.status())) {
    spool->kept_ = false;
    SHAREWAY_ASSIGN_OR_RETURN(known, repeated());
    if (known) return *std::move(known);
  }
  SHAREWAY_RETURN_IF_ERROR(saved.status());
  absl::MutexLock wake(&mutex_);
  woken_ = true;
  return saved->record.import();
}

absl::StatusOr<ImportStore::Loaded> Imports::Visible(const Caller& caller,
                                                     absl::string_view name) const {
  if (!HasForm("imports/{i}", name)) return Error::Field("name", "is not imports/{i}");
  if (!caller.person || caller.agency.empty() || caller.inspects ||
      !caller.roles.contains(Role::kCatalogueEditor)) {
    return Error::NotVisible(name);
  }
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<ImportStore::Loaded> loaded, parts_.store->Load(name));
  if (!loaded || loaded->record.import().agency() != caller.agency) return Error::NotVisible(name);
  return *std::move(loaded);
}

absl::StatusOr<v1::Import> Imports::Get(const Caller& caller, absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(const ImportStore::Loaded loaded, Visible(caller, name));
  return Shown(loaded.record.import());
}

absl::StatusOr<v1::Import> Imports::Cancel(const Caller& caller, absl::string_view name) {
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const ImportStore::Loaded loaded, Visible(caller, name));
    if (Over(loaded.record.import())) {
      return Error(Reason::kImportOver, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(name, " has ended"))
          .With("name", name);
    }
    if (loaded.record.cancel_asked()) return loaded.record.import();
    store::ImportRecord after = loaded.record;
    after.set_cancel_asked(true);
    const auto saved = parts_.store->Save(loaded, after, {}, std::nullopt);
    // The work went on meanwhile; it takes a while from one commit to the next.
    if (absl::IsAborted(saved.status())) continue;
    SHAREWAY_RETURN_IF_ERROR(saved.status());
    absl::MutexLock lock(&mutex_);
    resting_.erase(std::string(name));  // to end it is another step, which may go
    woken_ = true;
    return saved->record.import();
  }
}

absl::StatusOr<std::vector<std::pair<std::string, v1::Import>>> Imports::List(
    const Caller& caller, absl::string_view cursor, size_t limit) const {
  std::vector<std::pair<std::string, v1::Import>> page;
  SHAREWAY_ASSIGN_OR_RETURN(const auto found, parts_.store->List(caller.agency, cursor, limit));
  for (const ImportStore::Listed& listed : found) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto loaded, parts_.store->Load(listed.name));
    if (loaded) page.emplace_back(listed.cursor, Shown(loaded->record.import()));
  }
  return page;
}

absl::StatusOr<Imports::Rows> Imports::ListRows(const Caller& caller, absl::string_view name,
                                                uint32_t number, size_t limit,
                                                bool refused) const {
  SHAREWAY_ASSIGN_OR_RETURN(const ImportStore::Loaded loaded, Visible(caller, name));
  const v1::Import& import = loaded.record.import();
  Rows page;
  for (size_t examined = 0; examined < kMaxExamined;) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<store::ImportRowRecord> rows,
                              parts_.store->ListRows(name, number, kBatch));
    if (rows.empty()) return page;
    for (store::ImportRowRecord& record : rows) {
      if (page.rows.size() == limit) {
        page.next = number;
        return page;
      }
      ++examined;
      v1::ImportRow& row = *record.mutable_row();
      number = row.number();
      if (row.result() != v1::ImportRow::ENTRY_REFUSED) {
        if (refused) continue;
        // The check's word alone is no result where entries are to be written.
        if (!import.dry_run() && !record.written()) {
          if (!Over(import)) continue;
          row.set_result(v1::ImportRow::NOT_WRITTEN);
        }
      }
      page.rows.push_back(std::move(row));
    }
  }
  page.next = number;
  return page;
}

absl::Status Imports::Expire() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                            parts_.store->EndedBefore(parts_.clock->Now() - kKept));
  for (const std::string& name : names) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto loaded, parts_.store->Load(name));
    if (loaded) SHAREWAY_RETURN_IF_ERROR(parts_.store->Delete(*loaded));
  }
  return absl::OkStatus();
}

absl::Status Imports::StepOf(absl::string_view name) {
  SHAREWAY_ASSIGN_OR_RETURN(auto import, parts_.store->Load(name));
  if (!import) return absl::DataLossError("an import under way is not there");
  if (import->record.cancel_asked()) {
    return End(*import, import->record, ImportEvent::kCancel, {});
  }
  absl::Status status = OpenJob(&*import);
  if (status.ok()) {
    import->record.set_starts(0);  // with what is done next
    status = import->record.import().state() == v1::Import::CHECKING ? CheckSome(*import)
                                                                     : WriteOne(*import);
  }
  return status.ok() ? status : EndFor(*import, status);
}

std::string Imports::Next(const std::vector<std::pair<std::string, std::string>>& able,
                          absl::Time now) {
  std::map<std::string, std::string> oldest;  // import, by agency
  for (const auto& [name, agency] : able) oldest.emplace(agency, name);
  std::erase_if(turns_, [&](const auto& turn) { return !oldest.contains(turn.first); });
  const auto began = turns_.find(turn_);
  if (began == turns_.end() || now >= began->second + kTurn) {
    const auto last = [&](const std::string& agency) {
      const auto turn = turns_.find(agency);
      return turn == turns_.end() ? absl::InfinitePast() : turn->second;
    };
    turn_ = able.front().second;
    for (const auto& [name, agency] : able) {
      if (last(agency) < last(turn_)) turn_ = agency;
    }
    turns_[turn_] = now;
  }
  return oldest.at(turn_);
}

absl::StatusOr<bool> Imports::Step() {
  SHAREWAY_ASSIGN_OR_RETURN(const auto under_way, parts_.store->UnderWay());
  const absl::Time now = parts_.clock->Now();
  std::erase_if(started_, [&](const std::string& name) {
    return std::none_of(under_way.begin(), under_way.end(),
                        [&](const auto& other) { return other.first == name; });
  });
  std::vector<std::pair<std::string, std::string>> able;
  {
    absl::MutexLock lock(&mutex_);
    std::map<std::string, Rest> resting;
    for (const auto& [name, agency] : under_way) {
      const auto rest = resting_.find(name);
      if (rest != resting_.end()) resting.insert(*rest);
      if (rest == resting_.end() || rest->second.until <= now) able.emplace_back(name, agency);
    }
    resting_ = std::move(resting);
    counts_.resting.Set(static_cast<double>(resting_.size()));
  }
  counts_.under_way.Set(static_cast<double>(under_way.size()));
  if (able.empty()) return false;
  const std::string next = Next(able, now);
  const absl::Status status = StepOf(next);
  // A person asked for its end meanwhile: the next step reads that.
  const bool changed = absl::IsAborted(status);
  if (!status.ok()) {
    job_.reset();  // the reader may be ahead of what is stored
    ForgetStart(next);
    if (absl::IsCancelled(status)) return false;  // by ~Imports, in the middle of a file
  }
  absl::MutexLock lock(&mutex_);
  if (status.ok() || changed) {
    resting_.erase(next);
    return true;
  }
  Rest& rest = resting_[next];
  rest.until = now + std::min(kLongestRest, kFirstRest * (1 << std::min(rest.failures, 20)));
  ++rest.failures;
  rest.why = WordsFor(status);
  counts_.failed.Add();
  counts_.resting.Set(static_cast<double>(resting_.size()));
  return status;
}

v1::Import Imports::Shown(v1::Import import) const {
  if (IsOver(static_cast<ImportState>(import.state()))) return import;
  absl::MutexLock lock(&mutex_);
  const auto rest = resting_.find(import.name());
  if (rest != resting_.end()) import.set_message(rest->second.why);
  return import;
}

void Imports::Start() {
  thread_ = std::thread([this] {
    absl::Time expire = absl::InfinitePast();
    while (true) {
      if (const absl::Time now = absl::Now(); now >= expire) {
        if (const absl::Status status = Expire(); !status.ok()) {
          log::Warn("imports-not-expired", {{"status", status}});
        }
        expire = now + absl::Hours(1);
      }
      const absl::StatusOr<bool> did = Step();
      if (!did.ok()) log::Warn("import-step-failed", {{"status", did.status()}});
      const bool more = did.ok() && *did;
      absl::MutexLock lock(&mutex_);
      const auto wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopped_ || woken_;
      };
      if (!more) mutex_.AwaitWithTimeout(absl::Condition(&wanted), absl::Seconds(1));
      if (stopped_) return;
      woken_ = false;
    }
  });
}

}  // namespace shareway::catalog
