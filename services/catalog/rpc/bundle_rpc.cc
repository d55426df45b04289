// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/bundle_rpc.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "services/catalog/rpc/cause.h"

namespace shareway::catalog {
namespace {

constexpr size_t kPartBytes = 1 << 20;
// Each takes several times kMaxBundleBytes while it is read.
constexpr int kHeldAtOnce = 2;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

// One of the places for bundles in memory.
class Place {
 public:
  explicit Place(std::atomic<int>* held) : held_(held), free_(++*held <= kHeldAtOnce) {}
  ~Place() { --*held_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  absl::Status Check() const {
    if (free_) return absl::OkStatus();
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 absl::StrCat(kHeldAtOnce, " bundles are being read or made; try again later"));
  }

 private:
  std::atomic<int>* const held_;
  const bool free_;
};

v1::ImportBundleResponse Told(Bundles::Outcome outcome) {
  v1::ImportBundleResponse response;
  response.set_taken(outcome.taken);
  *response.mutable_manifest() = std::move(outcome.manifest);
  for (const v1::BundleConflict& conflict : outcome.conflicts.first) {
    *response.add_conflicts() = conflict;
  }
  response.set_conflict_count(outcome.conflicts.count);
  if (outcome.name.empty()) return response;
  response.set_name(outcome.name);
  *response.mutable_expire_time() = evidence::ToTimestamp(outcome.expire_time);
  return response;
}

}  // namespace

void BundleRpc::Serve(rpc::Server* server) {
  server->ServerStream<v1::ExportBundleRequest, v1::BundlePart>(
      Path("ExportBundle"),
      [this](const rpc::Call&, const v1::ExportBundleRequest& request,
             rpc::Writer<v1::BundlePart>& writer) { return Export(request, writer); });
  server->ClientStream<v1::ImportBundleRequest, v1::ImportBundleResponse>(
      Path("ImportBundle"),
      [this](const rpc::Call&, rpc::Reader<v1::ImportBundleRequest>& reader) {
        return Import(reader);
      });
  server->Unary<v1::TakeBundleRequest, v1::ImportBundleResponse>(
      Path("TakeBundle"), [this](const rpc::Call& call, const v1::TakeBundleRequest& request) {
        return Take(call, request);
      });
  server->Unary<v1::ListOriginsRequest, v1::ListOriginsResponse>(
      Path("ListOrigins"),
      [this](const rpc::Call&,
             const v1::ListOriginsRequest&) -> absl::StatusOr<v1::ListOriginsResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const std::vector<v1::Origin> origins, bundles_->List());
        v1::ListOriginsResponse response;
        for (const v1::Origin& origin : origins) *response.add_origins() = origin;
        return response;
      });
}

absl::Status BundleRpc::Export(const v1::ExportBundleRequest& request,
                               rpc::Writer<v1::BundlePart>& writer) {
  const Place place(&held_);
  SHAREWAY_RETURN_IF_ERROR(place.Check());
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::string bytes,
      bundles_->Export(request.division_prefix(), request.since(), request.epoch()));
  v1::BundlePart part;
  for (size_t at = 0; at < bytes.size(); at += kPartBytes) {
    part.set_data(bytes.substr(at, kPartBytes));
    SHAREWAY_RETURN_IF_ERROR(writer.Write(part));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ImportBundleResponse> BundleRpc::Import(
    rpc::Reader<v1::ImportBundleRequest>& reader) {
  const Place place(&held_);
  SHAREWAY_RETURN_IF_ERROR(place.Check());
  std::string bytes;
  bool validate_only = false;
  for (bool first = true;; first = false) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::ImportBundleRequest> part, reader.Read());
    if (!part) break;
    if (first) validate_only = part->validate_only();
    if (part->data().size() > kPartBytes) {
      return Error::Field(
          "data", absl::StrCat("has ", part->data().size(), " bytes, want at most ", kPartBytes));
    }
    if (bytes.size() + part->data().size() > kMaxBundleBytes) {
      return Error(Reason::kBundleTooLarge, absl::StatusCode::kResourceExhausted,
                   absl::StrCat("the bundle has more than ", kMaxBundleBytes, " bytes"));
    }
    bytes += part->data();
  }
  SHAREWAY_ASSIGN_OR_RETURN(Bundles::Outcome outcome, bundles_->Upload(bytes, validate_only));
  v1::ImportBundleResponse response = Told(std::move(outcome));
  response.set_digest(crypto::Sha256(bytes).str());
  return response;
}

absl::StatusOr<v1::ImportBundleResponse> BundleRpc::Take(const rpc::Call& call,
                                                         const v1::TakeBundleRequest& request) {
  const Place place(&held_);
  SHAREWAY_RETURN_IF_ERROR(place.Check());
  SHAREWAY_ASSIGN_OR_RETURN(Bundles::Outcome outcome,
                            bundles_->Take(CauseOf(call, request.request_id()), request.name(),
                                           request.digest()));
  return Told(std::move(outcome));
}

}  // namespace shareway::catalog
