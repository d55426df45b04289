// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/import_store.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/catalog/domain/import.h"

namespace shareway::catalog {
namespace {

constexpr char kImports[] = "import/o/";
constexpr char kUnderWay[] = "import/u/";

absl::string_view IdOf(absl::string_view name) { return absl::StripPrefix(name, "imports/"); }

std::string ImportKey(absl::string_view name) { return absl::StrCat(kImports, IdOf(name)); }

std::string RowsPrefix(absl::string_view name) {
  return absl::StrCat("import/r/", IdOf(name), "/");
}

std::string RowKey(absl::string_view name, uint32_t number) {
  return absl::StrCat(RowsPrefix(name), BigEndian64(number).substr(4));
}

std::string AgencyPrefix(absl::string_view agency) {
  return absl::StrCat("import/a/", absl::StripPrefix(agency, "agencies/"), "/");
}

int64_t Micros(const v1::Import& import) {
  return absl::ToUnixMicros(evidence::FromTimestamp(import.create_time()));
}

std::string Hex(int64_t value) { return ToHex(BigEndian64(static_cast<uint64_t>(value))); }

std::string AgencyKey(const v1::Import& import) {
  return absl::StrCat(AgencyPrefix(import.agency()),
                      Hex(std::numeric_limits<int64_t>::max() - Micros(import)), "/",
                      IdOf(import.name()));
}

std::string UnderWayKey(const v1::Import& import) {
  return absl::StrCat(kUnderWay, Hex(Micros(import)), "/", IdOf(import.name()));
}

// What follows the last '/' of a key.
std::string NameAt(absl::string_view key) {
  return absl::StrCat("imports/", key.substr(key.rfind('/') + 1));
}

template <typename Message>
absl::StatusOr<Message> Parse(absl::string_view bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a stored import cannot be read");
  }
  return message;
}

bool Over(const v1::Import& import) { return IsOver(static_cast<ImportState>(import.state())); }

}  // namespace

absl::StatusOr<std::optional<ImportStore::Loaded>> ImportStore::Load(
    absl::string_view name) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(ImportKey(name));
  if (absl::IsNotFound(entry.status())) return std::optional<Loaded>();
  if (!entry.ok()) return entry.status();
  SHAREWAY_ASSIGN_OR_RETURN(store::ImportRecord record, Parse<store::ImportRecord>(entry->value));
  return std::optional<Loaded>(Loaded{std::move(record), entry->version});
}

absl::StatusOr<std::optional<store::ImportRowRecord>> ImportStore::LoadRow(
    absl::string_view name, uint32_t number) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(RowKey(name, number));
  if (absl::IsNotFound(entry.status())) return std::optional<store::ImportRowRecord>();
  if (!entry.ok()) return entry.status();
  SHAREWAY_ASSIGN_OR_RETURN(store::ImportRowRecord row,
                            Parse<store::ImportRowRecord>(entry->value));
  return std::optional<store::ImportRowRecord>(std::move(row));
}

absl::StatusOr<std::vector<store::ImportRowRecord>> ImportStore::ListRows(absl::string_view name,
                                                                          uint32_t number,
                                                                          size_t limit) const {
  std::vector<store::ImportRowRecord> rows;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(RowKey(name, number + 1), PrefixEnd(RowsPrefix(name)),
                [&](absl::string_view, absl::string_view value, uint64_t) {
                  auto row = Parse<store::ImportRowRecord>(value);
                  status = row.status();
                  if (!status.ok()) return false;
                  rows.push_back(*std::move(row));
                  return rows.size() < limit;
                }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return rows;
}

absl::StatusOr<std::vector<ImportStore::Listed>> ImportStore::List(absl::string_view agency,
                                                                   absl::string_view cursor,
                                                                   size_t limit) const {
  std::vector<Listed> page;
  const std::string prefix = AgencyPrefix(agency);
  // Cursors hold no NUL, so this is the next key.
  const std::string start =
      cursor.empty() ? prefix : absl::StrCat(prefix, cursor, std::string(1, '\0'));
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      start, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
        page.push_back({std::string(absl::StripPrefix(key, prefix)), NameAt(key)});
        return page.size() < limit;
      }));
  return page;
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ImportStore::UnderWay() const {
  std::vector<std::pair<std::string, std::string>> found;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(kUnderWay, PrefixEnd(kUnderWay),
                [&](absl::string_view key, absl::string_view value, uint64_t) {
                  found.emplace_back(NameAt(key), absl::StrCat("agencies/", value));
                  return true;
                }));
  return found;
}

void ImportStore::Put(const Loaded& before, const store::ImportRecord& after,
                      const std::vector<store::ImportRowRecord>& rows, kv::Batch* batch) const {
  const v1::Import& import = after.import();
  const std::string key = ImportKey(import.name());
  if (before.version == 0) {
    batch->ExpectAbsent(key);
    batch->Put(AgencyKey(import), "");
    batch->Put(UnderWayKey(import), absl::StripPrefix(import.agency(), "agencies/"));
  } else {
    batch->Expect(key, before.version);
    if (Over(import)) batch->Delete(UnderWayKey(import));
  }
  batch->Put(key, after.SerializeAsString());
  for (const store::ImportRowRecord& row : rows) {
    batch->Put(RowKey(import.name(), row.row().number()), row.SerializeAsString());
  }
}

absl::StatusOr<ImportStore::Loaded> ImportStore::Save(
    const Loaded& before, store::ImportRecord after,
    const std::vector<store::ImportRowRecord>& rows, std::optional<Event> event) {
  const v1::Import& import = after.import();
  kv::Batch batch;
  Put(before, after, rows, &batch);
  absl::StatusOr<kv::Committed> committed;
  if (event) {
    for (evidence::AuditRecord& record : event->records) {
      record.set_state(import.SerializeAsString());
    }
    committed = Commit(kv_, *outbox_, *std::move(event), std::move(batch));
  } else {
    committed = kv_->Commit(std::move(batch));
  }
  SHAREWAY_RETURN_IF_ERROR(committed.status());
  return Loaded{std::move(after), committed->version};
}

absl::Status ImportStore::Delete(const Loaded& loaded) {
  const v1::Import& import = loaded.record.import();
  const std::string rows = RowsPrefix(import.name());
  kv::Batch batch;
  batch.Expect(ImportKey(import.name()), loaded.version);
  batch.Delete(ImportKey(import.name()));
  batch.Delete(AgencyKey(import));
  batch.DeleteRange(rows, PrefixEnd(rows));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<std::vector<std::string>> ImportStore::EndedBefore(absl::Time limit) const {
  std::vector<std::string> names;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      kImports, PrefixEnd(kImports), [&](absl::string_view, absl::string_view value, uint64_t) {
        const auto record = Parse<store::ImportRecord>(value);
        status = record.status();
        if (!status.ok()) return false;
        const v1::Import& import = record->import();
        if (Over(import) && evidence::FromTimestamp(import.end_time()) < limit) {
          names.push_back(import.name());
        }
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return names;
}

}  // namespace shareway::catalog
