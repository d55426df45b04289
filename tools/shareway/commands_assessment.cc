// SPDX-License-Identifier: Apache-2.0
// shareway assessment: the documents behind the assessments of catalogue entries.
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "shareway/catalog/v1/assessment.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

constexpr size_t kPart = 256 << 10;

struct AssessmentArgs {
  std::string name, agency, file, title, to;
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

// Besides the document its digest as entries name it.
Json Shown(const pb::AssessmentDocument& document) {
  Json json = ToJson(document);
  if (!document.sha256().empty()) json["digest"] = ToHex(document.sha256());
  return json;
}

absl::Status Upload(Session* session, const AssessmentArgs& args) {
  if (session->flags.dry_run) return UsageError("UploadAssessmentDocument has no dry run");
  SHAREWAY_ASSIGN_OR_RETURN(const std::string content, ReadInput(args.file));
  pb::UploadAssessmentDocumentRequest part;
  part.mutable_header()->set_request_id(session->flags.request_id);
  pb::AssessmentDocument* document = part.mutable_header()->mutable_document();
  document->set_file_name(args.title.empty() ? args.file.substr(args.file.rfind('/') + 1)
                                             : args.title);
  document->set_sha256(crypto::Sha256(content).str());
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kCatalog));
  auto stream = channel->ClientStream<pb::UploadAssessmentDocumentRequest, pb::AssessmentDocument>(
      Path("UploadAssessmentDocument"), session->StreamOptions());
  bool wanted = stream.Write(part);
  for (size_t at = 0; wanted && at < content.size(); at += kPart) {
    part.set_chunk(content.substr(at, kPart));
    wanted = stream.Write(part);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const pb::AssessmentDocument kept, stream.Finish());
  session->Print(Shown(kept));
  return absl::OkStatus();
}

absl::Status List(Session* session, const AssessmentArgs& args) {
  pb::ListAssessmentDocumentsRequest list;
  list.set_agency(FullName("agencies", args.agency));
  SHAREWAY_ASSIGN_OR_RETURN(const Json documents,
                            session->List<pb::ListAssessmentDocumentsResponse>(
                                Path("ListAssessmentDocuments"), list));
  session->Print(documents, {{"NAME", "name"},
                             {"FILE", "fileName"},
                             {"TYPE", "mediaType"},
                             {"BYTES", "bytes"},
                             {"KEPT", "createTime"},
                             {"UNTIL", "keepUntilTime"}});
  return absl::OkStatus();
}

absl::StatusOr<pb::AssessmentDocument> Facts(Session* session, const AssessmentArgs& args) {
  pb::GetAssessmentDocumentRequest get;
  get.set_name(FullName("assessmentDocuments", args.name));
  return session->Call<pb::AssessmentDocument>(Path("GetAssessmentDocument"), get);
}

absl::Status Get(Session* session, const AssessmentArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const pb::AssessmentDocument facts, Facts(session, args));
  session->Print(Shown(facts));
  return absl::OkStatus();
}

// The file is there whole, with the digest that the service told, or not at all.
absl::Status Download(Session* session, const AssessmentArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const pb::AssessmentDocument facts, Facts(session, args));
  pb::DownloadAssessmentDocumentRequest download;
  download.set_name(facts.name());
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kCatalog));
  auto stream = channel->ServerStream<pb::AssessmentDocumentChunk>(
      Path("DownloadAssessmentDocument"), download, session->StreamOptions());
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.to));
  crypto::Sha256Stream digest;
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<pb::AssessmentDocumentChunk> next, stream.Read());
    if (!next) break;
    digest.Update(next->chunk());
    SHAREWAY_RETURN_IF_ERROR(file.Write(next->chunk()));
  }
  if (digest.Digest().str() != facts.sha256()) {
    return absl::DataLossError(absl::StrCat(facts.name(), " came with another SHA-256"));
  }
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print(Shown(facts));
  return absl::OkStatus();
}

absl::Status Remove(Session* session, const AssessmentArgs& args) {
  pb::RemoveAssessmentDocumentRequest request;
  request.set_name(FullName("assessmentDocuments", args.name));
  return session->Show<pb::AssessmentDocument>(Path("RemoveAssessmentDocument"), request);
}

}  // namespace

void AddAssessmentCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "assessment", "Documents behind the assessments of entries");
  auto args = std::make_shared<AssessmentArgs>();
  CLI::App* upload =
      Verb(noun, session, "upload", "Keep a document of up to 50 MiB; entries name it by its digest",
           [=] { return Upload(session, *args); });
  upload->add_option("FILE", args->file, "PDF, picture, OFD, DOCX, XLSX or text")->required();
  upload->add_option("--title", args->title, "File name to keep it under");
  Verb(noun, session, "list", "The documents of an agency", [=] { return List(session, *args); })
      ->add_option("AGENCY", args->agency, "agencies/{a} or {a}")
      ->required();
  CLI::App* get = Verb(noun, session, "get", "One document, and which entries name it",
                       [=] { return Get(session, *args); });
  CLI::App* download = Verb(noun, session, "download", "Write its content to a new file",
                            [=] { return Download(session, *args); });
  download->add_option("--to", args->to, "Where to")->required();
  CLI::App* remove = Verb(noun, session, "remove", "Remove it at the end of its time",
                          [=] { return Remove(session, *args); });
  for (CLI::App* verb : {get, download, remove}) {
    verb->add_option("NAME", args->name, "assessmentDocuments/{d} or {d}")->required();
  }
}

}  // namespace shareway::cli
