// SPDX-License-Identifier: Apache-2.0
// The adapter of AttachmentService.
#include "services/sharing/rpc/attachment_rpc.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

constexpr size_t kMaxPiece = 1 << 20;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.AttachmentService/", method);
}

v1::Attachment ToProto(const Attachment& attachment) {
  v1::Attachment out;
  out.set_name(attachment.name);
  out.set_subject(attachment.subject);
  out.set_file_name(attachment.file_name);
  out.set_media_type(attachment.media_type);
  out.set_bytes(attachment.bytes);
  out.set_sha256(attachment.sha256);
  out.set_uploader(attachment.uploader);
  out.set_agency(attachment.agency);
  *out.mutable_create_time() = evidence::ToTimestamp(attachment.create_time);
  out.set_internal(attachment.internal);
  return out;
}

}  // namespace

void AttachmentRpc::Register(rpc::Server* server) {
  server->ClientStream<v1::UploadAttachmentRequest, v1::Attachment>(
      Path("UploadAttachment"),
      [this](const rpc::Call& call, rpc::Reader<v1::UploadAttachmentRequest>& reader) {
        return Upload(call, reader);
      });
  server->Unary<v1::GetAttachmentRequest, v1::Attachment>(
      Path("GetAttachment"),
      [this](const rpc::Call& call,
             const v1::GetAttachmentRequest& r) -> absl::StatusOr<v1::Attachment> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Attachment> attachment,
                                  attachments_->Get(ActorOf(call), r.name()));
        return ToProto(attachment.value);
      });
  server->Unary<v1::ListAttachmentsRequest, v1::ListAttachmentsResponse>(
      Path("ListAttachments"), [this](const rpc::Call& call, const v1::ListAttachmentsRequest& r) {
        return List(call, r);
      });
  server->ServerStream<v1::DownloadAttachmentRequest, v1::AttachmentChunk>(
      Path("DownloadAttachment"),
      [this](const rpc::Call& call, const v1::DownloadAttachmentRequest& r,
             rpc::Writer<v1::AttachmentChunk>& writer) { return Download(call, r, writer); });
}

absl::StatusOr<v1::Attachment> AttachmentRpc::Upload(
    const rpc::Call& call, rpc::Reader<v1::UploadAttachmentRequest>& reader) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::UploadAttachmentRequest> first, reader.Read());
  if (!first || !first->has_header()) {
    return Error::Field("header", "is missing in the first message of the upload");
  }
  const v1::UploadAttachmentRequest::Header& header = first->header();
  Errand errand = ErrandOf(call, header.request_id());
  errand.once.body = header.SerializeAsString();
  const v1::Attachment& asked = header.attachment();
  const std::optional<bool> internal =
      asked.has_internal() ? std::optional<bool>(asked.internal()) : std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(Attachments::Upload upload,
                            attachments_->Begin(errand,
                                                {.subject = asked.subject(),
                                                 .file_name = asked.file_name(),
                                                 .sha256 = asked.sha256()},
                                                internal));
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::UploadAttachmentRequest> next,
                              reader.Read());
    if (!next) break;
    if (next->has_header() || next->chunk().size() > kMaxPiece) {
      return Error::Field("chunk", absl::StrCat("has ", next->chunk().size(), " bytes, want 1 to ",
                                                kMaxPiece, ", and one header an upload"));
    }
    SHAREWAY_RETURN_IF_ERROR(upload.Add(next->chunk()));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Attachment> attachment, upload.Finish());
  return ToProto(attachment.value);
}

absl::StatusOr<v1::ListAttachmentsResponse> AttachmentRpc::List(
    const rpc::Call& call, const v1::ListAttachmentsRequest& request) const {
  v1::ListAttachmentsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return attachments_->List(ActorOf(call), request.subject(), cursor, size);
      },
      [&](const Stored<Attachment>& attachment) {
        *response.add_attachments() = ToProto(attachment.value);
      },
      &response));
  return response;
}

absl::Status AttachmentRpc::Download(const rpc::Call& call,
                                     const v1::DownloadAttachmentRequest& request,
                                     rpc::Writer<v1::AttachmentChunk>& writer) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Attachment> attachment,
                            attachments_->Get(ActorOf(call), request.name()));
  return attachments_->Read(attachment.value, [&](absl::string_view bytes) {
    v1::AttachmentChunk chunk;
    chunk.set_chunk(std::string(bytes));
    return writer.Write(chunk);
  });
}

}  // namespace shareway::sharing
