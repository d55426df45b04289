// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/feeds.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "shareway/catalog/v1/catalog_service.pb.h"

namespace shareway::exchange {
namespace {

evidence::v1::Revision ToMessage(Revision revision) {
  evidence::v1::Revision message;
  message.set_epoch(revision.epoch);
  message.set_number(revision.number);
  return message;
}

template <typename Message>
std::vector<std::pair<std::string, std::string>> Named(const std::vector<Message>& messages) {
  std::vector<std::pair<std::string, std::string>> named;
  for (const Message& message : messages) {
    named.emplace_back(message.name(), message.SerializeAsString());
  }
  return named;
}

template <typename Message>
absl::StatusOr<Message> Kept(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes)) return absl::DataLossError("a kept message cannot be read");
  return message;
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrantFeed>> GrantFeed::Open(std::shared_ptr<rpc::Channel> sharing,
                                                           ExchangeStore* store, GrantTable* table,
                                                           PinnedKeys pinned, const Clock* clock) {
  std::unique_ptr<GrantFeed> feed(new GrantFeed(store, table, std::move(pinned)));
  SHAREWAY_ASSIGN_OR_RETURN(const KeptFeed kept, store->LoadFeed(FeedKind::kGrants));
  std::vector<Grant> grants;
  for (const std::string& bytes : kept.messages) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto message, Kept<sharing::v1::Grant>(bytes));
    grants.push_back(GrantFromMessage(message, feed->pinned_));
  }
  table->Replace(std::move(grants), kept.applied);
  feed->applied_ = ToMessage(kept.applied);
  feed->served_digest_ = kept.served_digest;
  rpc::Feed::Options options;
  options.watch_path = "/shareway.sharing.v1.GrantService/WatchGrants";
  options.lease_path = "/shareway.sharing.v1.GrantService/RenewLease";
  options.clock = clock;
  options.from = feed->applied_;
  options.opened = [raw = feed.get()] { raw->Reset(); };
  options.resume = [raw = feed.get()] {
    sharing::v1::WatchGrantsRequest served;
    served.set_served_digest(raw->served_digest_);
    return served.SerializeAsString();
  };
  options.apply = [raw = feed.get()](absl::string_view bytes) { return raw->Apply(bytes); };
  feed->feed_ = std::make_unique<rpc::Feed>(std::move(sharing), std::move(options));
  return feed;
}

absl::StatusOr<evidence::v1::Revision> GrantFeed::Apply(absl::string_view bytes) {
  sharing::v1::GrantChange change;
  if (!change.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a change of the grants does not parse");
  }
  const Revision revision = RevisionFromMessage(change.revision());
  switch (change.change_case()) {
    case sharing::v1::GrantChange::kSnapshotBegin:
      staging_ = true;
      staged_.clear();
      return applied_;
    case sharing::v1::GrantChange::kGrant: {
      if (staging_) {
        staged_.push_back(std::move(*change.mutable_grant()));
        return applied_;
      }
      SHAREWAY_RETURN_IF_ERROR(rpc::CheckForward(applied_, change.revision(), false));
      Grant grant = GrantFromMessage(change.grant(), pinned_);
      SHAREWAY_RETURN_IF_ERROR(
          store_->KeepChange(FeedKind::kGrants, grant.name, grant.message, revision,
                             served_digest_));
      table_->Put(std::move(grant), revision);
      break;
    }
    case sharing::v1::GrantChange::kSnapshotEnd: {
      SHAREWAY_RETURN_IF_ERROR(rpc::CheckForward(applied_, change.revision(), true));
      staging_ = false;
      SHAREWAY_RETURN_IF_ERROR(store_->KeepSnapshot(FeedKind::kGrants, Named(staged_), revision,
                                                    change.served_digest()));
      served_digest_ = change.served_digest();
      std::vector<Grant> grants;
      for (const auto& message : staged_) grants.push_back(GrantFromMessage(message, pinned_));
      staged_.clear();
      table_->Replace(std::move(grants), revision);
      break;
    }
    default:
      if (staging_) return applied_;
      // Nothing for this node: what the store holds may lag, a restart reads the rest again.
      SHAREWAY_RETURN_IF_ERROR(rpc::CheckForward(applied_, change.revision(), false));
      table_->Progress(revision);
  }
  applied_ = change.revision();
  return applied_;
}

ResourceFeed::ResourceFeed(ExchangeStore* store, ResourceTable* table,
                           std::vector<std::string> agencies)
    : store_(store),
      table_(table),
      agencies_([&] {
        std::sort(agencies.begin(), agencies.end());
        return std::move(agencies);
      }()),
      served_digest_(agencies_.size() < 2
                         ? std::string()
                         : crypto::Sha256(absl::StrJoin(agencies_, "\n")).str()) {}

absl::StatusOr<std::unique_ptr<ResourceFeed>> ResourceFeed::Open(
    std::shared_ptr<rpc::Channel> catalog, ExchangeStore* store, ResourceTable* table,
    std::vector<std::string> agencies, const Clock* clock) {
  std::unique_ptr<ResourceFeed> feed(new ResourceFeed(store, table, std::move(agencies)));
  SHAREWAY_ASSIGN_OR_RETURN(const KeptFeed kept, store->LoadFeed(FeedKind::kResources));
  std::vector<Resource> resources;
  for (const std::string& bytes : kept.messages) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto message, Kept<catalog::v1::Resource>(bytes));
    resources.push_back(ResourceFromMessage(message));
  }
  table->Replace(std::move(resources));
  // Deltas would leave out the older entries of an agency that has its seat since then.
  if (kept.served_digest == feed->served_digest_) feed->applied_ = ToMessage(kept.applied);
  rpc::Feed::Options options;
  options.watch_path = "/shareway.catalog.v1.CatalogService/WatchCatalog";
  options.lease = false;
  options.clock = clock;
  options.from = feed->applied_;
  options.opened = [raw = feed.get()] { raw->Reset(); };
  options.apply = [raw = feed.get()](absl::string_view bytes) { return raw->Apply(bytes); };
  feed->feed_ = std::make_unique<rpc::Feed>(std::move(catalog), std::move(options));
  return feed;
}

absl::StatusOr<evidence::v1::Revision> ResourceFeed::Apply(absl::string_view bytes) {
  catalog::v1::CatalogChange change;
  if (!change.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a change of the catalogue does not parse");
  }
  const Revision revision = RevisionFromMessage(change.revision());
  switch (change.change_case()) {
    case catalog::v1::CatalogChange::kSnapshotBegin:
      staging_ = true;
      staged_.clear();
      return applied_;
    case catalog::v1::CatalogChange::kResource: {
      const bool ours = std::binary_search(agencies_.begin(), agencies_.end(),
                                           change.resource().provider());
      if (staging_) {
        if (ours) staged_.push_back(std::move(*change.mutable_resource()));
        return applied_;
      }
      SHAREWAY_RETURN_IF_ERROR(rpc::CheckForward(applied_, change.revision(), false));
      if (ours) {
        SHAREWAY_RETURN_IF_ERROR(store_->KeepChange(FeedKind::kResources, change.resource().name(),
                                                    change.resource().SerializeAsString(),
                                                    revision, served_digest_));
        table_->Put(ResourceFromMessage(change.resource()));
      }
      break;
    }
    case catalog::v1::CatalogChange::kSnapshotEnd: {
      SHAREWAY_RETURN_IF_ERROR(rpc::CheckForward(applied_, change.revision(), true));
      staging_ = false;
      SHAREWAY_RETURN_IF_ERROR(
          store_->KeepSnapshot(FeedKind::kResources, Named(staged_), revision, served_digest_));
      std::vector<Resource> resources;
      for (const auto& message : staged_) resources.push_back(ResourceFromMessage(message));
      staged_.clear();
      table_->Replace(std::move(resources));
      break;
    }
    case catalog::v1::CatalogChange::CHANGE_NOT_SET:
      if (staging_) return applied_;
      break;
  }
  applied_ = change.revision();
  return applied_;
}

absl::StatusOr<DatasetSchema> ResourceFeed::SchemaOf(const ExchangeStore& store,
                                                     absl::string_view agency,
                                                     absl::string_view resource) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string bytes, store.LoadResource(resource));
  SHAREWAY_ASSIGN_OR_RETURN(const auto message, Kept<catalog::v1::Resource>(bytes));
  if (message.provider() != agency || message.state() != catalog::v1::Resource::PUBLISHED) {
    return absl::NotFoundError(
        absl::StrCat(resource, " is no published resource of ", agency));
  }
  DatasetSchema schema{.resource = message.name(), .revision = message.revision()};
  for (const catalog::v1::Item& item : message.items()) {
    schema.items.push_back({.id = item.id(),
                            .type = TypeOf(item.type()),
                            .length = item.length(),
                            .key = item.key(),
                            .required = item.required()});
  }
  return schema;
}

}  // namespace shareway::exchange
