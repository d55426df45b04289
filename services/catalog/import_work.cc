// SPDX-License-Identifier: Apache-2.0
// The work of imports: checking and writing entries, a step at a time.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/catalog/domain/item_ids.h"
#include "services/catalog/imports.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

// True for an answer that is about the entry; false for a fault of this installation, after which
// the same is tried again.
bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDataLoss:  // of the entry as it is stored: no later try reads it
      return true;
    default: {
      const auto details = DetailsOf(status);
      return details && details->reason == Reason::kCodeSpaceFull;
    }
  }
}

std::string ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? std::string(ReasonName(details->reason)) : "";
}

bool AboutTheFile(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details && (details->reason == Reason::kFileRefused ||
                     details->reason == Reason::kFileTooLarge);
}

constexpr size_t kMaxTold = 500;
constexpr size_t kMaxCode = 64;    // no code that can stand is longer
constexpr size_t kMaxSheet = 124;  // Excel's longest name, in UTF-8

// What a row tells of a text of the file, which may be longer than a row can be stored: whole
// characters of its beginning, `most` bytes in all.
std::string Told(absl::string_view text, size_t most = kMaxTold) {
  constexpr absl::string_view kMore = "…";
  if (text.size() <= most) return std::string(text);
  size_t end = most - kMore.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kMore);
}

// Keeps what an import's rows take within bounds, whatever the file makes them say; counts the row.
void Fit(uint64_t max_row_bytes, v1::ImportRow* row, store::ImportRecord* record) {
  if (row->faults_size() > 0 && record->row_bytes() + row->ByteSizeLong() > max_row_bytes) {
    const int faults = row->faults_size();
    row->clear_faults();
    v1::ImportFault* fault = row->add_faults();
    fault->set_row(row->first_row());
    fault->set_rule(absl::StrCat("breaks ", faults, faults == Imports::kMaxFaults ? " or more" : "",
                                 " rules, which the import has no room left to tell"));
  }
  record->set_row_bytes(record->row_bytes() + row->ByteSizeLong());
}

void AddFault(const files::Spot& spot, absl::string_view field, absl::string_view rule,
              v1::ImportRow* row) {
  if (row->faults_size() == Imports::kMaxFaults) return;
  v1::ImportFault* fault = row->add_faults();
  fault->set_sheet(Told(spot.sheet, kMaxSheet));
  fault->set_row(spot.row);
  fault->set_column(Told(spot.column));
  fault->set_field(Told(field));
  fault->set_rule(Told(rule));
}

// A refusal's rules, each where the file breaks it.
void AddFaults(const files::FileEntry& entry, const absl::Status& status, v1::ImportRow* row) {
  const auto details = DetailsOf(status);
  if (!details || details->fields.empty()) {
    return AddFault({.sheet = entry.sheet, .row = entry.first_row}, "", status.message(), row);
  }
  for (const FieldViolation& violation : details->fields) {
    AddFault(entry.SpotOf(violation.field), violation.field, violation.rule, row);
  }
}

std::string NameOf(absl::string_view code) {
  return absl::StrCat("resources/", absl::StrReplaceAll(code, {{"/", "-"}}));
}

v1::ImportRow RowOf(const files::FileEntry& entry) {
  v1::ImportRow row;
  row.set_number(entry.number);
  row.set_sheet(Told(entry.sheet, kMaxSheet));
  row.set_first_row(entry.first_row);
  row.set_last_row(entry.last_row);
  row.set_code(Told(entry.entry.code, kMaxCode));
  return row;
}

// What Job::codes has for a code: itself, or for a long one, which cannot stand, a digest.
std::string CodeKey(const std::string& code) {
  return code.size() <= kMaxCode ? code : crypto::Sha256(code).str();
}

void Count(const v1::ImportRow& row, v1::Import* import) {
  switch (row.result()) {
    case v1::ImportRow::CREATED:
      return import->set_created(import->created() + 1);
    case v1::ImportRow::UPDATED:
      return import->set_updated(import->updated() + 1);
    case v1::ImportRow::ENTRY_REFUSED:
      return import->set_refused(import->refused() + 1);
    default:
      return;
  }
}

}  // namespace

absl::StatusOr<Cause> Imports::CauseFor(const store::ImportRecord& record) const {
  const v1::Import& import = record.import();
  const std::shared_ptr<const Register> all = parts_.directory();
  const Person* person = all->Find<Person>(import.importer());
  const Agency* agency = all->Find<Agency>(import.agency());
  std::set<Role> roles;
  // What is suspended or retired is still found, and may write nothing more by a file than by hand.
  if (person != nullptr && person->agency == import.agency() &&
      person->standing == Standing::kActive && agency != nullptr &&
      agency->standing == Standing::kActive) {
    roles.insert(person->roles.begin(), person->roles.end());
  }
  if (!roles.contains(Role::kCatalogueEditor)) {
    return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
                 "who imports is no active editor of an active agency any more");
  }
  Cause cause;
  cause.caller.name = import.importer();
  cause.caller.agency = import.agency();
  cause.caller.person = true;
  cause.caller.roles = std::move(roles);
  cause.traceparent = record.traceparent();
  return cause;
}

absl::StatusOr<Imports::Outcome> Imports::Check(const store::ImportRecord& record,
                                                files::FileEntry entry) const {
  const v1::Import& import = record.import();
  Outcome outcome;
  v1::ImportRow& row = *outcome.row.mutable_row();
  row = RowOf(entry);
  for (const files::CellFault& fault : entry.faults) {
    AddFault(fault.spot, fault.field, fault.rule, &row);
  }
  if (entry.entry.provider.empty()) entry.entry.provider = import.agency();
  const bool own = entry.entry.provider == import.agency();
  if (!own) {
    AddFault(entry.SpotOf("resource.provider"), "resource.provider",
             "is another agency; an import is of the own agency's entries", &row);
  }
  if (const auto twins = job_->codes.find(CodeKey(entry.entry.code));
      twins != job_->codes.end() && twins->second.size() > 1) {
    std::string rows;
    for (size_t i = 0; i < twins->second.size() && i < 10; ++i) {
      absl::StrAppend(&rows, i == 0 ? "" : ", ", twins->second[i]);
    }
    AddFault(entry.SpotOf("resource.code"), "resource.code",
             absl::StrCat("stands in the file more than once: in rows ", rows), &row);
  }
  if (row.faults_size() > 0) outcome.reason = std::string(ReasonName(Reason::kFieldInvalid));
  if (parts_.check) {
    const absl::Status status =
        parts_.check(ToMessage("", Resource::Published{.entry = entry.entry}));
    if (!status.ok()) {
      if (!IsRefusal(status)) return status;
      AddFaults(entry, status, &row);
      if (outcome.reason.empty()) outcome.reason = ReasonOf(status);
    }
  }
  row.set_result(v1::ImportRow::CREATED);
  if (own) {
    const absl::StatusOr<Cause> cause = CauseFor(record);
    absl::Status status = cause.status();
    if (status.ok()) {
      absl::StatusOr<Catalog::Loaded> known = absl::NotFoundError("");
      const std::string name = NameOf(entry.entry.code);
      if (import.replace() && HasForm("resources/{r}", name)) {
        known = parts_.resources->Load(name);
      }
      if (!known.ok() && !absl::IsNotFound(known.status())) {
        status = known.status();
      } else if (known.ok() && known->resource.fields().provider == import.agency()) {
        if (entry.items_unnamed) IdentifyItems(&known->resource, &entry.entry);
        row.set_result(v1::ImportRow::UPDATED);
        row.set_resource(name);
        outcome.row.set_etag(Catalog::Etag(*known));
        status = parts_.catalog->Update(*cause, name, outcome.row.etag(), entry.entry, true).status();
      } else {
        if (entry.items_unnamed) IdentifyItems(nullptr, &entry.entry);
        status = parts_.catalog->Create(*cause, entry.entry, true).status();
      }
    }
    if (!status.ok()) {
      if (!IsRefusal(status)) return status;
      AddFaults(entry, status, &row);
      if (outcome.reason.empty()) outcome.reason = ReasonOf(status);
    }
  }
  if (row.faults_size() > 0) {
    row.set_result(v1::ImportRow::ENTRY_REFUSED);
    row.clear_resource();
  }
  return outcome;
}

absl::Status Imports::Write(const ImportStore::Loaded& import, files::FileEntry entry) {
  store::ImportRecord after = import.record;
  v1::Import& now = *after.mutable_import();
  after.set_done(entry.number);
  const auto stored = parts_.store->LoadRow(now.name(), entry.number);
  if (!stored.ok() && !absl::IsDataLoss(stored.status())) return stored.status();
  store::ImportRowRecord checked;
  absl::Status status;
  if (stored.ok() && *stored) {
    checked = **stored;
  } else {
    *checked.mutable_row() = RowOf(entry);
    status = absl::DataLossError("what the check said of the entry cannot be read");
  }
  if (checked.row().result() == v1::ImportRow::ENTRY_REFUSED) {  // and counted
    return parts_.store->Save(import, std::move(after), {}, std::nullopt).status();
  }
  if (entry.entry.provider.empty()) entry.entry.provider = now.agency();
  store::ImportRowRecord record = checked;
  record.set_written(true);
  v1::ImportRow& row = *record.mutable_row();
  const absl::StatusOr<Cause> cause = CauseFor(import.record);
  if (status.ok()) status = cause.status();
  if (status.ok() && entry.items_unnamed) {
    absl::StatusOr<Catalog::Loaded> known = absl::NotFoundError("");
    if (row.result() == v1::ImportRow::UPDATED) known = parts_.resources->Load(row.resource());
    if (known.ok() || absl::IsNotFound(known.status())) {
      IdentifyItems(known.ok() ? &known->resource : nullptr, &entry.entry);
    } else {
      status = known.status();
    }
  }
  if (status.ok()) {
    // The row tells of the entry in the entry's own commit: there is no moment between them, and
    // whoever ends the import meanwhile makes both fail.
    const Catalog::Together told = [&](const Resource& written, kv::Batch* batch) {
      row.set_resource(written.fields().name);
      row.set_code(written.fields().code);
      store::ImportRecord next = after;
      Count(row, next.mutable_import());
      parts_.store->Put(import, next, {record}, batch);
    };
    status = row.result() == v1::ImportRow::UPDATED
                 ? parts_.catalog
                       ->Update(*cause, checked.row().resource(), record.etag(), entry.entry,
                                false, told)
                       .status()
                 : parts_.catalog->Create(*cause, entry.entry, false, told).status();
    if (status.ok()) {
      counts_.entries.With(v1::ImportRow::Result_Name(row.result())).Add();
      return status;
    }
  }
  if (!IsRefusal(status)) return status;
  row = checked.row();
  row.set_result(v1::ImportRow::ENTRY_REFUSED);
  row.clear_resource();
  AddFaults(entry, status, &row);
  Count(row, &now);
  Fit(parts_.max_row_bytes, &row, &after);
  if (now.reason().empty()) now.set_reason(ReasonOf(status));
  // ABORTED if it was the import that changed, and not the entry.
  SHAREWAY_RETURN_IF_ERROR(
      parts_.store->Save(import, std::move(after), {record}, std::nullopt).status());
  counts_.entries.With(v1::ImportRow::Result_Name(row.result())).Add();
  return absl::OkStatus();
}

absl::Status Imports::End(const ImportStore::Loaded& before, store::ImportRecord after,
                          ImportEvent event, const std::vector<store::ImportRowRecord>& rows) {
  const ImportState state =
      After(static_cast<ImportState>(before.record.import().state()), event);
  if (!IsOver(state) || state == ImportState::kUnspecified) {
    return absl::InternalError("an import cannot end so");
  }
  const absl::Time now = parts_.clock->Now();
  v1::Import& import = *after.mutable_import();
  const bool checking = before.record.import().state() == v1::Import::CHECKING;
  import.set_state(static_cast<v1::Import::State>(state));
  *import.mutable_end_time() = evidence::ToTimestamp(now);
  if (checking && !import.dry_run()) {  // nothing was written
    import.set_created(0);
    import.set_updated(0);
  }
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::CATALOG_IMPORTED);
  record.set_object(import.name());
  record.add_agencies(import.agency());
  record.set_record_count(import.entries());
  record.set_traceparent(after.traceparent());
  const absl::Status saved =
      parts_.store->Save(before, after, rows, Event{.records = {std::move(record)}, .now = now})
          .status();
  if (!saved.ok()) {
    // The answer alone may be lost, and then nobody comes here again for the file.
    const auto stored = parts_.store->Load(import.name());
    if (!stored.ok() || !*stored ||
        !IsOver(static_cast<ImportState>((*stored)->record.import().state()))) {
      return saved;
    }
  }
  job_.reset();
  unlink(PathOf(import.name()).c_str());
  counts_.ended
      .With(v1::FileFormat_Name(import.format()), v1::Import::State_Name(import.state()))
      .Add();
  return absl::OkStatus();
}

absl::Status Imports::EndFor(const ImportStore::Loaded& import, const absl::Status& why) {
  if (!AboutTheFile(why)) return why;
  store::ImportRecord after = import.record;
  after.mutable_import()->set_message(std::string(why.message()));
  after.mutable_import()->set_reason(ReasonOf(why));
  const bool checking = after.import().state() == v1::Import::CHECKING;
  return End(import, std::move(after), checking ? ImportEvent::kRefuse : ImportEvent::kCancel, {});
}

absl::Status Imports::CountStart(ImportStore::Loaded* import) {
  const std::string& name = import->record.import().name();
  if (started_.contains(name)) return absl::OkStatus();
  if (import->record.starts() >= kMaxStarts) {
    log::Warn("import-given-up", {{"import", name}, {"starts", import->record.starts()}});
    return Error(Reason::kFileRefused, absl::StatusCode::kInvalidArgument,
                 absl::StrCat("the work on it ended the catalogue's process ", kMaxStarts,
                              " times before an entry of it was done"));
  }
  store::ImportRecord after = import->record;
  after.set_starts(after.starts() + 1);
  SHAREWAY_ASSIGN_OR_RETURN(*import,
                            parts_.store->Save(*import, std::move(after), {}, std::nullopt));
  started_.insert(import->record.import().name());
  return absl::OkStatus();
}

void Imports::ForgetStart(const std::string& name) {
  if (!started_.contains(name)) return;
  const auto import = parts_.store->Load(name);
  if (!import.ok() || !*import) return;
  if ((*import)->record.starts() > 0) {
    store::ImportRecord after = (*import)->record;
    after.set_starts(0);
    // Who ended it meanwhile, or a store that takes nothing, leaves the count as it is.
    if (!parts_.store->Save(**import, std::move(after), {}, std::nullopt).ok()) return;
  }
  started_.erase(name);
}

absl::Status Imports::GoOn(absl::string_view name) const {
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return absl::CancelledError("the work on imports ends");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const auto import, parts_.store->Load(name));
  if (import && import->record.cancel_asked()) return absl::AbortedError("its end is asked for");
  return absl::OkStatus();
}

absl::Status Imports::OpenJob(ImportStore::Loaded* import) {
  const v1::Import now = import->record.import();
  const auto state = static_cast<ImportState>(now.state());
  if (job_ && job_->name == now.name() && job_->state == state) return absl::OkStatus();
  job_.reset();
  Job job = {.name = now.name(), .state = state};
  const std::string path = PathOf(now.name());
  const auto format = static_cast<files::Format>(now.format());
  // Nothing brings it back, and others wait behind it.
  const Error gone(Reason::kFileRefused, absl::StatusCode::kInvalidArgument,
                   "the import's file is not there any more, or not whole");
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return gone;
  SHAREWAY_RETURN_IF_ERROR(CountStart(import));
  if (state == ImportState::kChecking) {
    // Twins may stand anywhere, so the codes are known before the first entry is checked.
    SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<files::Reader> first,
                              files::Open(path, format));
    while (true) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::optional<files::FileEntry> entry, first->Next());
      if (!entry) break;
      if (entry->number % kBatch == 0) SHAREWAY_RETURN_IF_ERROR(GoOn(now.name()));
      if (!entry->entry.code.empty()) job.codes[CodeKey(entry->entry.code)].push_back(entry->first_row);
    }
  }
  SHAREWAY_ASSIGN_OR_RETURN(job.reader, files::Open(path, format));
  while (job.read < import->record.done()) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<files::FileEntry> entry, job.reader->Next());
    if (!entry) return gone;
    job.read = entry->number;
    if (job.read % kBatch == 0) SHAREWAY_RETURN_IF_ERROR(GoOn(now.name()));
  }
  job_ = std::move(job);
  return absl::OkStatus();
}

absl::Status Imports::CheckSome(const ImportStore::Loaded& import) {
  store::ImportRecord after = import.record;
  v1::Import& now = *after.mutable_import();
  std::vector<store::ImportRowRecord> rows;
  bool ended = false;
  while (rows.size() < kBatch) {
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<files::FileEntry> entry, job_->reader->Next());
    if (!entry) {
      ended = true;
      break;
    }
    job_->read = entry->number;
    SHAREWAY_ASSIGN_OR_RETURN(Outcome outcome, Check(after, *std::move(entry)));
    Count(outcome.row.row(), &now);
    Fit(parts_.max_row_bytes, outcome.row.mutable_row(), &after);
    if (now.reason().empty()) now.set_reason(outcome.reason);
    rows.push_back(std::move(outcome.row));
    now.set_entries(now.entries() + 1);
  }
  after.set_done(job_->read);
  now.set_rows(job_->reader->rows());
  if (!ended) return parts_.store->Save(import, std::move(after), rows, std::nullopt).status();
  if (now.refused() > 0 && now.mode() != v1::Import::VALID_ENTRIES && !now.dry_run()) {
    now.set_message(absl::StrCat(now.refused(), " of ", now.entries(),
                                 " entries break rules, so that none is written"));
    return End(import, std::move(after), ImportEvent::kRefuse, rows);
  }
  if (now.dry_run()) return End(import, std::move(after), ImportEvent::kFinish, rows);
  now.set_state(v1::Import::WRITING);
  after.set_done(0);
  now.set_created(0);
  now.set_updated(0);
  return parts_.store->Save(import, std::move(after), rows, std::nullopt).status();
}

absl::Status Imports::WriteOne(const ImportStore::Loaded& import) {
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<files::FileEntry> entry, job_->reader->Next());
  if (!entry) return End(import, import.record, ImportEvent::kFinish, {});
  job_->read = entry->number;
  return Write(import, *std::move(entry));
}

}  // namespace shareway::catalog
