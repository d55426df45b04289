// SPDX-License-Identifier: Apache-2.0
// Follows the catalogue.
#include "services/sharing/rpc/catalog_feed.h"

#include "libs/base/status.h"
#include "services/sharing/rpc/convert.h"
#include "shareway/catalog/v1/catalog_service.pb.h"

namespace shareway::sharing {

CatalogFeed::CatalogFeed(SharingStore* store, Grants* grants, LogPosition position)
    : store_(store), grants_(grants), complete_(position.epoch != 0) {
  applied_.set_epoch(position.epoch);
  applied_.set_number(position.number);
}

absl::StatusOr<std::unique_ptr<CatalogFeed>> CatalogFeed::Open(
    std::shared_ptr<rpc::Channel> catalog, SharingStore* store, Grants* grants) {
  SHAREWAY_ASSIGN_OR_RETURN(LogPosition position, store->CatalogPosition());
  std::unique_ptr<CatalogFeed> feed(new CatalogFeed(store, grants, position));
  rpc::Feed::Options options;
  options.watch_path = "/shareway.catalog.v1.CatalogService/WatchCatalog";
  options.lease = false;
  options.from = feed->applied_;
  options.apply = [raw = feed.get()](absl::string_view bytes) { return raw->Apply(bytes); };
  feed->feed_ = std::make_unique<rpc::Feed>(std::move(catalog), std::move(options));
  return feed;
}

absl::StatusOr<evidence::v1::Revision> CatalogFeed::Apply(absl::string_view bytes) {
  catalog::v1::CatalogChange change;
  if (!change.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a change of the catalogue does not parse");
  }
  switch (change.change_case()) {
    case catalog::v1::CatalogChange::kSnapshotBegin:
      in_snapshot_ = true;
      snapshot_.clear();
      return applied_;
    case catalog::v1::CatalogChange::kSnapshotEnd:
      SHAREWAY_RETURN_IF_ERROR(store_->KeepResources(snapshot_));
      in_snapshot_ = false;
      snapshot_.clear();
      break;
    case catalog::v1::CatalogChange::kResource: {
      SHAREWAY_RETURN_IF_ERROR(grants_->Follow(FromProto(change)));
      // The position moves only when a snapshot is whole: a break starts it over.
      if (in_snapshot_) {
        snapshot_.push_back(change.resource().name());
        return applied_;
      }
      break;
    }
    case catalog::v1::CatalogChange::CHANGE_NOT_SET: break;  // of a newer version
  }
  SHAREWAY_RETURN_IF_ERROR(
      store_->PutCatalogPosition({change.revision().epoch(), change.revision().number()}));
  applied_ = change.revision();
  complete_ = true;
  return applied_;
}

}  // namespace shareway::sharing
