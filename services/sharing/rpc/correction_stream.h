// SPDX-License-Identifier: Apache-2.0
// WatchCorrections: the corrections on what a node serves, and each change of them.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/directory.h"
#include "services/sharing/rpc/log_stream.h"
#include "services/sharing/rpc/served_agencies.h"
#include "shareway/sharing/v1/correction.pb.h"

namespace shareway::sharing {

// One stream to one node. A snapshot has what is open, and what is recalled and not reported by
// this node. PERMISSION_DENIED, KEY_REVOKED, once the node does not stand any more. A revision that
// is not there yet is another store's: a snapshot, since corrections are advice and no grant rests
// on them.
class CorrectionStream final : public LogStream<v1::CorrectionChange> {
 public:
  // All must outlive it. `node` is agencies/{a}/nodes/{n}.
  CorrectionStream(const SharingStore* store, const rpc::DirectoryHolder* directory,
                   std::string node, Write write);

  absl::Status Begin(const v1::WatchCorrectionsRequest& request) {
    return LogStream::Begin(request.from_revision(), request.served_digest());
  }

 private:
  absl::StatusOr<bool> SeesOthers() override { return served_.Look(); }
  std::string Digest() const override { return served_.Digest(); }
  void PutDigest(v1::CorrectionChange* end) const override { end->set_served_digest(Digest()); }
  absl::StatusOr<std::string> SendPage(absl::string_view cursor, int limit,
                                       Send send) const override;
  absl::StatusOr<std::optional<v1::CorrectionChange>> Delta(
      uint64_t number, absl::string_view bytes) const override;

  ServedAgencies served_;
};

}  // namespace shareway::sharing
