// SPDX-License-Identifier: Apache-2.0
// WatchGrants: the grants of the agencies that a node serves, and each change of them.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/directory.h"
#include "services/sharing/rpc/log_stream.h"
#include "services/sharing/rpc/served_agencies.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::sharing {

// One stream to one node. PERMISSION_DENIED, KEY_REVOKED, once the node does not stand any more;
// FAILED_PRECONDITION, ROLLED_BACK, if it has applied more than there is.
class GrantStream final : public LogStream<v1::GrantChange> {
 public:
  // All must outlive it. `node` is agencies/{a}/nodes/{n}.
  GrantStream(const SharingStore* store, const rpc::DirectoryHolder* directory, std::string node,
              Write write);

 private:
  absl::StatusOr<bool> SeesOthers() override { return served_.Look(); }
  std::string Digest() const override { return served_.Digest(); }
  void PutDigest(v1::GrantChange* end) const override { end->set_served_digest(Digest()); }
  absl::StatusOr<std::string> SendPage(absl::string_view cursor, int limit,
                                       Send send) const override;
  absl::StatusOr<std::optional<v1::GrantChange>> Delta(uint64_t number,
                                                       absl::string_view bytes) const override;
  absl::Status Ahead(uint64_t from, uint64_t head) const override;
  bool IsServed(const Grant& grant) const;
  v1::GrantChange ChangeOf(const Grant& grant) const;

  ServedAgencies served_;
};

}  // namespace shareway::sharing
