// SPDX-License-Identifier: Apache-2.0
// WatchCorrections: the corrections on what a node serves, and each change of them.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/directory.h"
#include "services/sharing/store/sharing_store.h"
#include "shareway/sharing/v1/correction.pb.h"

namespace shareway::sharing {

// One stream to one node. For the handler's thread. As GrantStream: messages of a snapshot carry no
// revision until its end does. A snapshot has what is open, and what is recalled and not reported
// by this node.
class CorrectionStream {
 public:
  using Write = std::function<absl::Status(const v1::CorrectionChange&)>;

  // All must outlive it. `node` is agencies/{a}/nodes/{n}.
  CorrectionStream(const SharingStore* store, const rpc::DirectoryHolder* directory,
                   std::string node, Write write)
      : store_(store), directory_(directory), node_(std::move(node)), write_(std::move(write)) {}

  // Begins after the revision if the log still reaches back that far and the node serves the
  // agencies that it served then; else with a snapshot. A revision that is not there yet is another
  // store's: a snapshot, too, since corrections are advice and no grant rests on them.
  absl::Status Begin(const v1::WatchCorrectionsRequest& request);
  // Sends what has happened since, waiting up to `wait`. A change of the agencies that the node
  // serves starts it over. PERMISSION_DENIED, KEY_REVOKED, once the node does not stand any more.
  absl::Status Continue(absl::Duration wait);

 private:
  absl::Status Snapshot();
  absl::Status Deltas();
  absl::StatusOr<bool> ServesOthers();
  v1::CorrectionChange At(uint64_t number) const;
  std::string ServedDigest() const;

  const SharingStore* const store_;
  const rpc::DirectoryHolder* const directory_;
  const std::string node_;
  const Write write_;
  std::shared_ptr<const rpc::Directory> seen_;
  std::set<std::string> served_;
  uint64_t at_ = 0;  // the last number sent
};

}  // namespace shareway::sharing
