// SPDX-License-Identifier: Apache-2.0
// shareway attachment: files that belong to a case.
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "shareway/sharing/v1/attachment.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace v1 = sharing::v1;

constexpr char kService[] = "/shareway.sharing.v1.AttachmentService/";
constexpr size_t kPart = 256 << 10;

struct AttachmentArgs {
  std::string name, subject, file, title, to;
  bool internal = false, for_all = false;
};

absl::Status Upload(Session* session, const AttachmentArgs& args) {
  if (session->flags.dry_run) return UsageError("UploadAttachment has no dry run");
  if (args.internal && args.for_all) return UsageError("want one of --internal and --for-all");
  SHAREWAY_ASSIGN_OR_RETURN(const std::string content, ReadInput(args.file));
  v1::UploadAttachmentRequest part;
  part.mutable_header()->set_request_id(session->flags.request_id);
  v1::Attachment* attachment = part.mutable_header()->mutable_attachment();
  attachment->set_subject(args.subject);
  attachment->set_file_name(args.title.empty() ? args.file.substr(args.file.rfind('/') + 1)
                                               : args.title);
  attachment->set_sha256(crypto::Sha256(content).str());
  if (args.internal || args.for_all) attachment->set_internal(args.internal);
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kSharing));
  auto stream = channel->ClientStream<v1::UploadAttachmentRequest, v1::Attachment>(
      absl::StrCat(kService, "UploadAttachment"), session->StreamOptions());
  bool wanted = stream.Write(part);
  for (size_t at = 0; wanted && at < content.size(); at += kPart) {
    part.set_chunk(content.substr(at, kPart));
    wanted = stream.Write(part);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const v1::Attachment kept, stream.Finish());
  session->Print(ToJson(kept));
  return absl::OkStatus();
}

absl::Status List(Session* session, const AttachmentArgs& args) {
  v1::ListAttachmentsRequest list;
  list.set_subject(args.subject);
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json attachments,
      session->List<v1::ListAttachmentsResponse>(absl::StrCat(kService, "ListAttachments"), list));
  session->Print(attachments, {{"NAME", "name"},
                               {"FILE", "fileName"},
                               {"TYPE", "mediaType"},
                               {"BYTES", "bytes"},
                               {"UPLOADER", "uploader"},
                               {"TIME", "createTime"}});
  return absl::OkStatus();
}

// The file is there whole, with the digest that the service told, or not at all.
absl::Status Download(Session* session, const AttachmentArgs& args) {
  v1::GetAttachmentRequest get;
  get.set_name(FullName("attachments", args.name));
  SHAREWAY_ASSIGN_OR_RETURN(
      const v1::Attachment facts,
      session->Call<v1::Attachment>(absl::StrCat(kService, "GetAttachment"), get));
  v1::DownloadAttachmentRequest download;
  download.set_name(get.name());
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kSharing));
  auto stream = channel->ServerStream<v1::AttachmentChunk>(
      absl::StrCat(kService, "DownloadAttachment"), download, session->StreamOptions());
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.to));
  crypto::Sha256Stream digest;
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::AttachmentChunk> next, stream.Read());
    if (!next) break;
    digest.Update(next->chunk());
    SHAREWAY_RETURN_IF_ERROR(file.Write(next->chunk()));
  }
  if (digest.Digest().str() != facts.sha256()) {
    return absl::DataLossError(absl::StrCat(facts.name(), " came with another SHA-256"));
  }
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print(ToJson(facts));
  return absl::OkStatus();
}

}  // namespace

void AddAttachmentCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "attachment", "Files that belong to a case");
  auto args = std::make_shared<AttachmentArgs>();
  CLI::App* upload = Verb(noun, session, "upload", "Add a file of up to 50 MiB to a case",
                          [=] { return Upload(session, *args); });
  upload->add_option("FILE", args->file, "PDF, picture, OFD, DOCX, XLSX or text")->required();
  upload->add_option("--title", args->title, "File name to keep it under");
  upload->add_flag("--internal", args->internal, "For your own agency alone");
  upload->add_flag("--for-all", args->for_all,
                   "For all who may read the case, also before an answer is signed");
  CLI::App* list = Verb(noun, session, "list", "The attachments of a case",
                        [=] { return List(session, *args); });
  for (CLI::App* verb : {upload, list}) {
    verb->add_option("--subject", args->subject, "Its name, for example requests/{r}")->required();
  }
  CLI::App* download = Verb(noun, session, "download", "Write its content to a new file",
                            [=] { return Download(session, *args); });
  download->add_option("NAME", args->name, "attachments/{a} or {a}")->required();
  download->add_option("--to", args->to, "Where to")->required();
}

}  // namespace shareway::cli
