// SPDX-License-Identifier: Apache-2.0
// Follows grants and catalogue into this node, durably before they are used.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/watch.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/resource_table.h"
#include "services/exchange/domain/schema.h"
#include "services/exchange/rpc/feed_message.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {

// Follows the grants of the agencies that this node serves, with a lease.
class GrantFeed {
 public:
  // Fills `table` with what the store holds, then follows. All must outlive it.
  // DATA_LOSS if what the store holds cannot be read.
  static absl::StatusOr<std::unique_ptr<GrantFeed>> Open(std::shared_ptr<rpc::Channel> sharing,
                                                         ExchangeStore* store, GrantTable* table,
                                                         PinnedKeys pinned, const Clock* clock);

  const rpc::Lease& lease() const { return feed_->lease(); }
  // True once a head that was read after the start is applied.
  bool caught_up() const { return feed_->caught_up(); }

 private:
  GrantFeed(ExchangeStore* store, GrantTable* table, PinnedKeys pinned)
      : store_(store), table_(table), pinned_(std::move(pinned)) {}
  absl::StatusOr<evidence::v1::Revision> Apply(absl::string_view bytes);
  // Forgets half a snapshot: the stream that brought it ended.
  void Reset() {
    staging_ = false;
    staged_.clear();
  }

  ExchangeStore* const store_;
  GrantTable* const table_;
  const PinnedKeys pinned_;
  evidence::v1::Revision applied_;  // feed thread only, as what follows
  std::string served_digest_;       // of the last whole snapshot
  bool staging_ = false;            // a snapshot comes, and will replace everything
  std::vector<sharing::v1::Grant> staged_;
  std::unique_ptr<rpc::Feed> feed_;  // last: its threads use the rest
};

// Follows the catalogue entries of the agencies that have a seat here. Without a lease: a grant
// pins what it rests on.
class ResourceFeed {
 public:
  // As GrantFeed::Open. What was kept for other agencies than these is followed anew.
  static absl::StatusOr<std::unique_ptr<ResourceFeed>> Open(std::shared_ptr<rpc::Channel> catalog,
                                                            ExchangeStore* store,
                                                            ResourceTable* table,
                                                            std::vector<std::string> agencies,
                                                            const Clock* clock);

  // The schema under which a published resource of `agency` is loaded; NOT_FOUND
  // for any other.
  static absl::StatusOr<DatasetSchema> SchemaOf(const ExchangeStore& store,
                                                absl::string_view agency,
                                                absl::string_view resource);

 private:
  ResourceFeed(ExchangeStore* store, ResourceTable* table, std::vector<std::string> agencies);
  absl::StatusOr<evidence::v1::Revision> Apply(absl::string_view bytes);
  // Forgets half a snapshot: the stream that brought it ended.
  void Reset() {
    staging_ = false;
    staged_.clear();
  }

  ExchangeStore* const store_;
  ResourceTable* const table_;
  const std::vector<std::string> agencies_;  // sorted
  const std::string served_digest_;          // of these; empty for one
  evidence::v1::Revision applied_;
  bool staging_ = false;
  std::vector<catalog::v1::Resource> staged_;
  std::unique_ptr<rpc::Feed> feed_;
};

}  // namespace shareway::exchange
