// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/dataset_rpc.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMaxDataBytes = 1 << 20;

v1::DatasetVersion ToProto(const DatasetVersion& version, bool serving) {
  v1::DatasetVersion out;
  out.set_resource(version.schema.resource);
  out.set_version(version.name());
  out.set_records(version.records);
  out.set_digest(version.digest.str());
  *out.mutable_load_time() = evidence::ToTimestamp(version.load_time);
  out.set_serving(serving);
  out.set_resource_revision(version.schema.revision);
  *out.mutable_indexes() = {version.indexes.begin(), version.indexes.end()};
  return out;
}

absl::Status CheckName(absl::string_view resource) {
  const absl::Status name = ParseName("resources/{r}", resource).status();
  return name.ok() ? name : Error::Field("resource", name.message());
}

// Reads data until the digest, which must be the last message.
absl::StatusOr<Hash32> ReadFile(rpc::Reader<v1::LoadRequest>& reader, DatasetLoad* load) {
  std::optional<Hash32> digest;
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::LoadRequest> message, reader.Read());
    if (!message) break;
    if (digest) return Error::Field("digest", "is not the last message");
    switch (message->part_case()) {
      case v1::LoadRequest::kData:
        if (message->data().size() > kMaxDataBytes) {
          return Error::Field("data", absl::StrCat("has ", message->data().size(),
                                                   " bytes, at most ", kMaxDataBytes));
        }
        SHAREWAY_RETURN_IF_ERROR(load->Write(message->data()));
        break;
      case v1::LoadRequest::kDigest: {
        const absl::StatusOr<Hash32> read = Hash32::From(message->digest());
        if (!read.ok()) return Error::Field("digest", read.status().message());
        digest = *read;
        break;
      }
      case v1::LoadRequest::kHeader:
        return Error::Field("header", "is not the first message");
      case v1::LoadRequest::PART_NOT_SET:
        return Error::Field("part", "is not set");
    }
  }
  if (!digest) {
    return Error::Field("digest", "is missing: the stream ended early and nothing was loaded");
  }
  return *digest;
}

}  // namespace

DatasetRpc::DatasetRpc(Datasets* datasets, DatasetStore* store, std::string agency,
                       OperatorDigest operator_digest)
    : datasets_(datasets),
      store_(store),
      agency_(std::move(agency)),
      operator_digest_(std::move(operator_digest)) {}

void DatasetRpc::Register(SeatOf<DatasetRpc> of, rpc::Server* server) {
  const std::string service = "/shareway.exchange.v1.DatasetService/";
  server->ClientStream<v1::LoadRequest, v1::DatasetVersion>(
      service + "Load",
      [of](const rpc::Call& call,
           rpc::Reader<v1::LoadRequest>& reader) -> absl::StatusOr<v1::DatasetVersion> {
        SHAREWAY_ASSIGN_OR_RETURN(DatasetRpc* const rpc, of(call.caller()));
        return rpc->Load(call, reader);
      });
  server->Unary<v1::ListVersionsRequest, v1::ListVersionsResponse>(
      service + "ListVersions",
      [of](const rpc::Call& call,
           const v1::ListVersionsRequest& request) -> absl::StatusOr<v1::ListVersionsResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(DatasetRpc* const rpc, of(call.caller()));
        return rpc->ListVersions(call, request);
      });
  server->Unary<v1::RollbackRequest, v1::DatasetVersion>(
      service + "Rollback",
      [of](const rpc::Call& call,
           const v1::RollbackRequest& request) -> absl::StatusOr<v1::DatasetVersion> {
        SHAREWAY_ASSIGN_OR_RETURN(DatasetRpc* const rpc, of(call.caller()));
        return rpc->Rollback(call, request);
      });
}

absl::StatusOr<v1::DatasetVersion> DatasetRpc::Load(const rpc::Call& call,
                                                    rpc::Reader<v1::LoadRequest>& reader) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::LoadRequest> first, reader.Read());
  if (!first || !first->has_header()) return Error::Field("header", "is not the first message");
  const v1::LoadHeader& header = first->header();
  SHAREWAY_RETURN_IF_ERROR(CheckName(header.resource()));
  if (header.format() != v1::CSV) {
    return Error::Field("header.format",
                        absl::StrCat("is ", static_cast<int>(header.format()), ", want 1 (CSV)"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOwn(call, header.resource()));
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<DatasetLoad> load,
                            datasets_->Begin(header.resource(), CauseOf(call),
                                             {header.indexes().begin(), header.indexes().end()}));
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 digest, ReadFile(reader, load.get()));
  SHAREWAY_ASSIGN_OR_RETURN(const DatasetVersion version, load->Finish(digest));
  return ToProto(version, /*serving=*/true);
}

absl::StatusOr<v1::ListVersionsResponse> DatasetRpc::ListVersions(
    const rpc::Call& call, const v1::ListVersionsRequest& request) {
  SHAREWAY_RETURN_IF_ERROR(CheckName(request.resource()));
  SHAREWAY_RETURN_IF_ERROR(CheckOwn(call, request.resource()));
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  uint64_t below = UINT64_MAX;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &below)) {
    return absl::InternalError("a page token of ours holds no number");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const DatasetStore::Loaded loaded, store_->Load(request.resource()));
  const Dataset::Fields& dataset = loaded.dataset->fields();
  v1::ListVersionsResponse response;
  for (auto version = dataset.versions.rbegin(); version != dataset.versions.rend(); ++version) {
    if (version->number >= below) continue;
    if (response.versions_size() == size) {
      response.set_next_page_token(
          tokens_.Make(query, absl::StrCat(std::prev(version)->number)));
      break;
    }
    *response.add_versions() = ToProto(*version, version->number == dataset.serving);
  }
  return response;
}

absl::StatusOr<v1::DatasetVersion> DatasetRpc::Rollback(const rpc::Call& call,
                                                        const v1::RollbackRequest& request) {
  SHAREWAY_RETURN_IF_ERROR(CheckName(request.resource()));
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t number, ParseVersionName(request.version()));
  SHAREWAY_RETURN_IF_ERROR(CheckOwn(call, request.resource()));
  SHAREWAY_ASSIGN_OR_RETURN(const DatasetVersion version,
                            datasets_->Rollback(request.resource(), number, CauseOf(call)));
  return ToProto(version, /*serving=*/true);
}

absl::Status DatasetRpc::CheckOwn(const rpc::Call& call, absl::string_view resource) const {
  return call.caller().agency == agency_ ? absl::OkStatus() : Error::NotVisible(resource);
}

DatasetCause DatasetRpc::CauseOf(const rpc::Call& call) const {
  return {.operator_digest = operator_digest_(call.caller().name()),
          .traceparent = call.traceparent()};
}

}  // namespace shareway::exchange
