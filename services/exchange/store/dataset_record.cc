// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/dataset_record.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/exchange/store/dataset_record.pb.h"

namespace shareway::exchange {
namespace {

struct TypePair {
  ItemType type;
  store::ItemTypeRecord record;
};
constexpr TypePair kTypes[] = {
    {ItemType::kText, store::ITEM_TYPE_RECORD_TEXT},
    {ItemType::kDecimal, store::ITEM_TYPE_RECORD_DECIMAL},
    {ItemType::kInteger, store::ITEM_TYPE_RECORD_INTEGER},
    {ItemType::kDate, store::ITEM_TYPE_RECORD_DATE},
    {ItemType::kDatetime, store::ITEM_TYPE_RECORD_DATETIME},
    {ItemType::kBoolean, store::ITEM_TYPE_RECORD_BOOLEAN},
};

store::ItemTypeRecord ToRecord(ItemType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.type == type) return pair.record;
  }
  return store::ITEM_TYPE_RECORD_UNSPECIFIED;
}

absl::StatusOr<ItemType> FromRecord(store::ItemTypeRecord record) {
  for (const TypePair& pair : kTypes) {
    if (pair.record == record) return pair.type;
  }
  return absl::DataLossError(absl::StrCat("a dataset has item type ", record));
}

absl::StatusOr<DatasetVersion> FromRecord(const store::DatasetVersionRecord& record,
                                          const std::string& resource) {
  DatasetVersion version;
  version.number = record.number();
  version.records = record.records();
  version.size_bytes = record.size_bytes();
  SHAREWAY_ASSIGN_OR_RETURN(version.digest, Hash32::From(record.digest()));
  version.load_time = absl::FromUnixNanos(record.load_time_nanos());
  version.schema.resource = resource;
  version.schema.revision = record.schema_revision();
  for (const store::SchemaItemRecord& item : record.items()) {
    SHAREWAY_ASSIGN_OR_RETURN(const ItemType type, FromRecord(item.type()));
    version.schema.items.push_back({.id = item.id(),
                                    .type = type,
                                    .length = item.length(),
                                    .key = item.key(),
                                    .required = item.required()});
  }
  version.indexes.assign(record.indexes().begin(), record.indexes().end());
  return version;
}

store::DatasetRecord FiguresOf(const Dataset& dataset,
                               absl::FunctionRef<std::string(const Hash32&)> digest_of) {
  const Dataset::Fields& fields = dataset.fields();
  store::DatasetRecord record;
  record.set_resource(fields.resource);
  record.set_last_number(fields.last_number);
  record.set_serving(fields.serving);
  for (const DatasetVersion& version : fields.versions) {
    store::DatasetVersionRecord* out = record.add_versions();
    out->set_number(version.number);
    out->set_records(version.records);
    out->set_size_bytes(version.size_bytes);
    out->set_digest(digest_of(version.digest));
    out->set_load_time_nanos(absl::ToUnixNanos(version.load_time));
    out->set_schema_revision(version.schema.revision);
  }
  return record;
}

}  // namespace

std::string EncodeDataset(const Dataset& dataset) {
  store::DatasetRecord record =
      FiguresOf(dataset, [](const Hash32& digest) { return digest.str(); });
  int at = 0;
  for (const DatasetVersion& version : dataset.fields().versions) {
    store::DatasetVersionRecord* out = record.mutable_versions(at++);
    *out->mutable_indexes() = {version.indexes.begin(), version.indexes.end()};
    for (const SchemaItem& item : version.schema.items) {
      store::SchemaItemRecord* to = out->add_items();
      to->set_id(item.id);
      to->set_type(ToRecord(item.type));
      to->set_length(item.length);
      to->set_key(item.key);
      to->set_required(item.required);
    }
  }
  for (uint64_t number : dataset.fields().unreferenced) record.add_unreferenced(number);
  return record.SerializeAsString();
}

std::string EncodeDatasetFigures(const Dataset& dataset,
                                 absl::FunctionRef<std::string(const Hash32&)> digest_of) {
  return FiguresOf(dataset, digest_of).SerializeAsString();
}

absl::StatusOr<Dataset> DecodeDataset(absl::string_view bytes) {
  store::DatasetRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a dataset's record does not parse");
  }
  Dataset::Fields fields;
  fields.resource = record.resource();
  fields.last_number = record.last_number();
  fields.serving = record.serving();
  for (const store::DatasetVersionRecord& version : record.versions()) {
    absl::StatusOr<DatasetVersion> read = FromRecord(version, fields.resource);
    if (!read.ok()) return absl::DataLossError(read.status().message());
    fields.versions.push_back(*std::move(read));
  }
  fields.unreferenced.assign(record.unreferenced().begin(), record.unreferenced().end());
  return Dataset::Restore(std::move(fields));
}

}  // namespace shareway::exchange
