// SPDX-License-Identifier: Apache-2.0
// Follows the catalogue: what is published, suspended and withdrawn.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/watch.h"
#include "services/sharing/grants/grants.h"

namespace shareway::sharing {

// Keeps the published resources in the store and lets Grants act on each change. Needs no
// lease: a grant pins its resource's revision, and nodes hold leases on the grants.
class CatalogFeed {
 public:
  // All must outlive it. DATA_LOSS if the stored position cannot be read.
  static absl::StatusOr<std::unique_ptr<CatalogFeed>> Open(std::shared_ptr<rpc::Channel> catalog,
                                                           SharingStore* store, Grants* grants);

  // True once the resources were complete: after a start that knew some, at once.
  bool complete() const { return complete_; }

  // Applies one CatalogChange and returns the position after it; the feed's thread calls it.
  absl::StatusOr<evidence::v1::Revision> Apply(absl::string_view bytes);

 private:
  CatalogFeed(SharingStore* store, Grants* grants, LogPosition position);

  SharingStore* const store_;
  Grants* const grants_;
  evidence::v1::Revision applied_;
  bool in_snapshot_ = false;
  std::vector<std::string> snapshot_;  // the names in it so far
  std::atomic<bool> complete_ = false;
  std::unique_ptr<rpc::Feed> feed_;
};

}  // namespace shareway::sharing
