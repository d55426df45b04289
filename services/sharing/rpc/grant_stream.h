// SPDX-License-Identifier: Apache-2.0
// WatchGrants: the grants of the agencies that a node serves, and each change of them.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "services/sharing/store/sharing_store.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::sharing {

// One stream to one node. For the handler's thread.
//
// Messages of a snapshot carry no revision until its end does: a node that loses the
// stream half-way must not believe it has applied what it has not.
class GrantStream {
 public:
  using Write = std::function<absl::Status(const v1::GrantChange&)>;

  // All must outlive it. `node` is agencies/{a}/nodes/{n}.
  GrantStream(const SharingStore* store, const rpc::DirectoryHolder* directory, std::string node,
              Write write)
      : store_(store), directory_(directory), node_(std::move(node)), write_(std::move(write)) {}

  // Begins after `from` if the log still reaches back that far and `served_digest`, which the
  // node kept from its last snapshot, is that of the agencies it serves now; else with a
  // snapshot: deltas would leave out the older grants of an agency that it began to serve while
  // no stream ran. FAILED_PRECONDITION, ROLLED_BACK, if the node has applied more than there is.
  absl::Status Begin(const evidence::v1::Revision& from, absl::string_view served_digest);
  // Sends what has happened since, waiting up to `wait` for something to happen. A change of
  // the agencies that the node serves starts it over with a snapshot. PERMISSION_DENIED,
  // KEY_REVOKED, once the node does not stand any more.
  absl::Status Continue(absl::Duration wait);

 private:
  absl::Status Snapshot();
  absl::Status Deltas();
  // Looks at the directory; true if the node serves others than before.
  absl::StatusOr<bool> ServesOthers();
  v1::GrantChange At(uint64_t number) const;
  // As WatchGrantsRequest.served_digest.
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
