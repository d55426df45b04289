// SPDX-License-Identifier: Apache-2.0
// The adapter of AttachmentService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/requests/attachments.h"
#include "shareway/sharing/v1/attachment.pb.h"

namespace shareway::sharing {

// Thread-safe. `attachments` must outlive it and the server.
class AttachmentRpc {
 public:
  explicit AttachmentRpc(Attachments* attachments) : attachments_(attachments) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::Attachment> Upload(const rpc::Call& call,
                                        rpc::Reader<v1::UploadAttachmentRequest>& reader);
  absl::StatusOr<v1::ListAttachmentsResponse> List(
      const rpc::Call& call, const v1::ListAttachmentsRequest& request) const;
  absl::Status Download(const rpc::Call& call, const v1::DownloadAttachmentRequest& request,
                        rpc::Writer<v1::AttachmentChunk>& writer) const;

  Attachments* const attachments_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
