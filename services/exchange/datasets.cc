// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/datasets.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

constexpr int kTries = 5;

}  // namespace

DatasetLoad::DatasetLoad(Datasets* datasets, DatasetSchema schema, DatasetCause cause,
                         uint64_t number, VersionPin pin)
    : datasets_(datasets),
      schema_(std::move(schema)),
      cause_(std::move(cause)),
      number_(number),
      pin_(std::move(pin)),
      writer_(datasets->store_->Writer(schema_.resource, number)),
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

absl::Status DatasetLoad::Write(absl::string_view chunk) {
  SHAREWAY_RETURN_IF_ERROR(failed_);
  digest_.Update(chunk);
  size_bytes_ += chunk.size();
  failed_ = Named(rows_.Feed(chunk, [this](StoredRow row) { return writer_->Add(std::move(row)); }));
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
      Named(rows_.Finish([this](StoredRow row) { return writer_->Add(std::move(row)); })));
  SHAREWAY_RETURN_IF_ERROR(Named(writer_->Finish()));
  const DatasetVersion version{.number = number_,
                               .records = rows_.rows(),
                               .size_bytes = size_bytes_,
                               .digest = digest,
                               .load_time = datasets_->clock_->Now(),
                               .schema = schema_};
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
                   SchemaLookup schemas)
    : store_(store),
      clock_(clock),
      agency_(std::move(agency)),
      schemas_(std::move(schemas)) {}

absl::StatusOr<std::unique_ptr<DatasetLoad>> Datasets::Begin(absl::string_view resource,
                                                             DatasetCause cause) {
  absl::StatusOr<DatasetSchema> schema = schemas_(resource);
  if (absl::IsNotFound(schema.status())) return Error::NotVisible(resource);
  SHAREWAY_RETURN_IF_ERROR(schema.status());
  SHAREWAY_RETURN_IF_ERROR(schema->CheckLoadable());
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
        new DatasetLoad(this, *std::move(schema), std::move(cause), number, std::move(pin)));
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
