// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/datasets.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/exchange/domain/value.h"

namespace shareway::exchange {
namespace {

constexpr int kTries = 5;
constexpr int kRowsPerScan = 20'000;

bool Has(const std::vector<std::string>& all, absl::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// An index by the first key item would repeat the order of the rows.
bool CanIndex(const DatasetSchema& schema, absl::string_view item) {
  const std::optional<size_t> place = schema.Find(item);
  return place && *place != schema.KeyItems()[0];
}

absl::Status CheckIndexes(const std::vector<std::string>& indexes, const DatasetSchema& schema) {
  if (indexes.size() > Datasets::kMaxIndexes) {
    return Error::Field("indexes", absl::StrCat(indexes.size(), " items, want at most ",
                                                Datasets::kMaxIndexes));
  }
  std::vector<FieldViolation> faults;
  for (size_t i = 0; i < indexes.size(); ++i) {
    const std::string field = absl::StrCat("indexes[", i, "]");
    if (!CanIndex(schema, indexes[i])) {
      faults.push_back({field, absl::StrCat(ShownValue(indexes[i]),
                                            " is no item of the schema, or the first of its key")});
    } else if (std::find(indexes.begin(), indexes.begin() + static_cast<std::ptrdiff_t>(i),
                         indexes[i]) != indexes.begin() + static_cast<std::ptrdiff_t>(i)) {
      faults.push_back({field, absl::StrCat(indexes[i], " is named twice")});
    }
  }
  return Error::Fields(faults);
}

}  // namespace

DatasetLoad::DatasetLoad(Datasets* datasets, DatasetSchema schema,
                         std::vector<std::string> indexes, DatasetCause cause, uint64_t number,
                         VersionPin pin)
    : datasets_(datasets),
      schema_(std::move(schema)),
      indexes_(std::move(indexes)),
      cause_(std::move(cause)),
      number_(number),
      pin_(std::move(pin)),
      writer_(datasets->store_->Writer(schema_.resource, number)),
      index_(datasets->store_->Indexer(schema_, number, indexes_)),
      rows_(schema_) {}

DatasetLoad::~DatasetLoad() {
  // What is on its way must land before the sweep, or it would be left behind.
  writer_.reset();
  pin_.reset();
  if (absl::Status swept = datasets_->SweepResource(schema_.resource); !swept.ok()) {
    log::Warn("dataset-sweep-failed", {{"resource", schema_.resource}, {"status", swept}});
  }
  datasets_->End(schema_.resource);
}

absl::Status DatasetLoad::Take(StoredRow row) {
  if (!indexes_.empty()) {
    SHAREWAY_RETURN_IF_ERROR(index_->Add(row.key, row.cells));
    if (index_->full()) SHAREWAY_RETURN_IF_ERROR(index_->Write());
  }
  return writer_->Add(std::move(row));
}

absl::Status DatasetLoad::Write(absl::string_view chunk) {
  SHAREWAY_RETURN_IF_ERROR(failed_);
  digest_.Update(chunk);
  size_bytes_ += chunk.size();
  failed_ = Named(rows_.Feed(chunk, [this](StoredRow row) { return Take(std::move(row)); }));
  return failed_;
}

absl::StatusOr<DatasetVersion> DatasetLoad::Finish(const Hash32& digest) {
  SHAREWAY_RETURN_IF_ERROR(failed_);
  failed_ = absl::FailedPreconditionError("the load has ended");
  const Hash32 ours = digest_.Digest();
  if (ours != digest) {
    return Error::Field("digest", absl::StrCat("is ", ToHex(digest.view()), ", the ", size_bytes_,
                                               " bytes received have ", ToHex(ours.view())));
  }
  SHAREWAY_RETURN_IF_ERROR(
      Named(rows_.Finish([this](StoredRow row) { return Take(std::move(row)); })));
  SHAREWAY_RETURN_IF_ERROR(Named(writer_->Finish()));
  SHAREWAY_RETURN_IF_ERROR(index_->Write());
  const DatasetVersion version{.number = number_,
                               .records = rows_.rows(),
                               .size_bytes = size_bytes_,
                               .digest = digest,
                               .load_time = datasets_->clock_->Now(),
                               .schema = schema_,
                               .indexes = indexes_};
  SHAREWAY_RETURN_IF_ERROR(
      datasets_
          ->Change(
              schema_.resource,
              [&version](const Dataset& before) { return before.Completed(version); },
              [this](const Dataset& after) { return datasets_->EventOf(after, cause_); })
          .status());
  return version;
}

absl::Status DatasetLoad::Named(absl::Status status) const {
  if (!absl::IsAlreadyExists(status) || !writer_->duplicate()) return status;
  const RowWriter::Duplicate& twice = *writer_->duplicate();
  return rows_.KeyError(twice.line, absl::StrCat("the row's key is already on line ",
                                                 twice.first_line));
}

Datasets::Datasets(DatasetStore* store, const Clock* clock, std::string agency,
                   SchemaLookup schemas, FilterLookup filters)
    : store_(store),
      clock_(clock),
      agency_(std::move(agency)),
      schemas_(std::move(schemas)),
      filters_(std::move(filters)) {}

absl::StatusOr<std::unique_ptr<DatasetLoad>> Datasets::Begin(
    absl::string_view resource, DatasetCause cause, const std::vector<std::string>& indexes) {
  absl::StatusOr<DatasetSchema> schema = schemas_(resource);
  if (absl::IsNotFound(schema.status())) return Error::NotVisible(resource);
  SHAREWAY_RETURN_IF_ERROR(schema.status());
  SHAREWAY_RETURN_IF_ERROR(schema->CheckLoadable());
  SHAREWAY_RETURN_IF_ERROR(CheckIndexes(indexes, *schema));
  std::vector<std::string> indexed = Filtered(*schema, indexes);
  indexed.insert(indexed.end(), indexes.begin(), indexes.end());
  std::sort(indexed.begin(), indexed.end());
  {
    absl::MutexLock lock(&mutex_);
    if (!loading_.insert(std::string(resource)).second) {
      return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("a load of ", resource, " is running"))
          .With("resource", resource);
    }
  }
  absl::Cleanup end = [this, resource] { End(std::string(resource)); };
  SHAREWAY_RETURN_IF_ERROR(SweepResource(resource));
  for (int tries = 0; tries < kTries; ++tries) {
    SHAREWAY_ASSIGN_OR_RETURN(const DatasetStore::Loaded before, store_->Load(resource));
    const Dataset begun = before.dataset->Begun();
    const uint64_t number = begun.fields().last_number;
    // Pinned first: a sweep that sees the number must see that it is in use.
    VersionPin pin = store_->Pin(resource, number);
    const absl::Status saved = store_->Save(before, begun, std::nullopt);
    if (absl::IsAborted(saved)) continue;
    SHAREWAY_RETURN_IF_ERROR(saved);
    std::move(end).Cancel();  // the load's end
    return std::unique_ptr<DatasetLoad>(
        new DatasetLoad(this, *std::move(schema), std::move(indexed), std::move(cause), number,
                        std::move(pin)));
  }
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat("the dataset of ", resource, " kept changing"))
      .With("resource", resource);
}

absl::StatusOr<DatasetVersion> Datasets::Rollback(absl::string_view resource, uint64_t number,
                                                  DatasetCause cause) {
  SHAREWAY_ASSIGN_OR_RETURN(const DatasetStore::Loaded now, store_->Load(resource));
  if (number != 0 && now.dataset->fields().serving == number) return *now.dataset->serving();
  SHAREWAY_ASSIGN_OR_RETURN(
      const Dataset after,
      Change(
          resource, [number](const Dataset& before) { return before.RolledBack(number); },
          [this, &cause](const Dataset& changed) { return EventOf(changed, cause); }));
  return *after.serving();
}

absl::Status Datasets::Sweep() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> resources, store_->Resources());
  absl::Status first;
  for (const std::string& resource : resources) first.Update(SweepResource(resource));
  return first;
}

std::vector<std::string> Datasets::Filtered(const DatasetSchema& schema,
                                            const std::vector<std::string>& known) const {
  std::vector<std::string> missing;
  for (const std::string& item : filters_(schema.resource)) {
    if (CanIndex(schema, item) && !Has(known, item) && !Has(missing, item)) missing.push_back(item);
  }
  return missing;
}

absl::Status Datasets::Index(const std::function<bool()>& stop) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> resources, store_->Resources());
  absl::Status first;
  for (const std::string& resource : resources) {
    if (stop()) break;
    first.Update(IndexResource(resource, stop));
  }
  return first;
}

absl::Status Datasets::IndexResource(absl::string_view resource,
                                     const std::function<bool()>& stop) {
  const absl::StatusOr<PinnedVersion> pinned = store_->Read(resource, 0);
  if (absl::IsFailedPrecondition(pinned.status())) return absl::OkStatus();  // none serves
  SHAREWAY_RETURN_IF_ERROR(pinned.status());
  const DatasetVersion& version = pinned->version();
  const std::vector<std::string> missing = Filtered(version.schema, version.indexes);
  if (missing.empty()) return absl::OkStatus();
  const std::unique_ptr<IndexWriter> writer =
      store_->Indexer(version.schema, version.number, missing);
  std::string from;
  for (int rows = kRowsPerScan; rows == kRowsPerScan;) {
    if (stop()) return absl::OkStatus();
    rows = 0;
    absl::Status added;
    SHAREWAY_RETURN_IF_ERROR(
        pinned->Scan(from, "", [&](absl::string_view key, absl::string_view cells) {
          added = writer->Add(key, cells);
          from = absl::StrCat(key, absl::string_view("\0", 1));
          return added.ok() && ++rows < kRowsPerScan && !writer->full();
        }));
    SHAREWAY_RETURN_IF_ERROR(added);
    if (!writer->full()) continue;
    SHAREWAY_RETURN_IF_ERROR(writer->Write());
    rows = kRowsPerScan;
  }
  SHAREWAY_RETURN_IF_ERROR(writer->Write());
  for (int tries = 0; tries < kTries; ++tries) {
    SHAREWAY_ASSIGN_OR_RETURN(const DatasetStore::Loaded before, store_->Load(resource));
    const absl::StatusOr<Dataset> after = before.dataset->Indexed(version.number, missing);
    if (!after.ok()) return absl::OkStatus();  // dropped meanwhile, and its entries with it
    const absl::Status saved = store_->Save(before, *after, std::nullopt);
    if (absl::IsAborted(saved)) continue;
    SHAREWAY_RETURN_IF_ERROR(saved);
    log::Info("dataset-indexed", {{"resource", resource},
                                  {"version", version.name()},
                                  {"items", absl::StrJoin(missing, ",")}});
    return absl::OkStatus();
  }
  return absl::OkStatus();  // the dataset kept changing; the next call builds it again
}

absl::StatusOr<Dataset> Datasets::Change(absl::string_view resource, const Decision& decide,
                                         const Telling& tell) {
  for (int tries = 0; tries < kTries; ++tries) {
    SHAREWAY_ASSIGN_OR_RETURN(const DatasetStore::Loaded before, store_->Load(resource));
    SHAREWAY_ASSIGN_OR_RETURN(Dataset after, decide(*before.dataset));
    const absl::Status saved = store_->Save(before, after, tell(after));
    if (absl::IsAborted(saved)) continue;
    SHAREWAY_RETURN_IF_ERROR(saved);
    return after;
  }
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat("the dataset of ", resource, " kept changing"))
      .With("resource", resource);
}

absl::Status Datasets::SweepResource(absl::string_view resource) {
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const DatasetStore::Loaded now, store_->Load(resource));
    std::optional<uint64_t> idle;
    for (uint64_t number : now.dataset->fields().unreferenced) {
      if (!idle && !store_->Pinned(resource, number)) idle = number;
    }
    if (!idle) return absl::OkStatus();
    const absl::Status swept = store_->Sweep(now, *idle);
    if (!swept.ok() && !absl::IsAborted(swept)) return swept;
  }
}

void Datasets::End(const std::string& resource) {
  absl::MutexLock lock(&mutex_);
  loading_.erase(resource);
}

evidence::AuditRecord Datasets::EventOf(const Dataset& dataset, const DatasetCause& cause) const {
  const DatasetVersion& version = *dataset.serving();
  const std::string& resource = dataset.fields().resource;
  evidence::AuditRecord event;
  event.set_kind(evidence::v1::DATASET_CHANGED);
  event.add_agencies(agency_);
  event.set_resource(resource);
  event.set_object(absl::StrCat(resource, "/versions/", version.name()));
  event.set_operator_digest(cause.operator_digest);
  event.set_traceparent(cause.traceparent);
  event.set_record_count(version.records);
  event.set_payload_bytes(version.size_bytes);
  event.set_request_digest(store_->EvidenceDigest(version.digest));
  return event;
}

}  // namespace shareway::exchange
