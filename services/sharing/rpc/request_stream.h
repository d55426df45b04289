// SPDX-License-Identifier: Apache-2.0
// WatchRequests: the requests that a person or system may read, and each change of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "services/sharing/desk.h"
#include "services/sharing/requests/delegations.h"
#include "services/sharing/rpc/log_stream.h"
#include "shareway/sharing/v1/request_message.pb.h"

namespace shareway::sharing {

// One stream to one caller. A snapshot has the requests that wait for somebody's act. Each message
// holds the request as it is when it is sent, as GetRequest shows it to the caller in the posts
// that he holds then; what he may not read sends nothing.
//
// PERMISSION_DENIED, KEY_REVOKED, once the caller no longer stands in the directory. A revision
// that is not there yet is another store's: a snapshot.
class RequestStream final : public LogStream<v1::RequestChange> {
 public:
  // All must outlive it.
  RequestStream(const Desk* desk, const Delegations* delegations,
                const rpc::DirectoryHolder* directory, rpc::Caller caller, Write write);

 private:
  absl::StatusOr<bool> SeesOthers() override;
  std::string Digest() const override;
  void PutDigest(v1::RequestChange* end) const override { end->set_view_digest(Digest()); }
  absl::StatusOr<std::string> SendPage(absl::string_view cursor, int limit,
                                       Send send) const override;
  // An entry is a request's name.
  absl::StatusOr<std::optional<v1::RequestChange>> Delta(uint64_t number,
                                                         absl::string_view name) const override;
  // A watcher that resumes reads so much of others' changes again; and nobody is told each time
  // that others are busy.
  uint64_t Quiet() const override { return 256; }
  bool IsVisible(const Request& request) const;
  v1::RequestChange ChangeOf(const Stored<Request>& request) const;

  const Desk* const desk_;
  const Delegations* const delegations_;
  const rpc::DirectoryHolder* const directory_;
  rpc::Caller caller_;  // as the directory knows it now
  std::shared_ptr<const rpc::Directory> seen_;
  Actor actor_;                     // the caller in the posts that it holds now
  std::vector<std::string> lists_;  // what its snapshots are made of
};

}  // namespace shareway::sharing
