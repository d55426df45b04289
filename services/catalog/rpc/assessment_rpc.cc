// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/assessment_rpc.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/catalog/rpc/cause.h"

namespace shareway::catalog {
namespace {

constexpr size_t kMaxPiece = 1 << 20;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

}  // namespace

void AssessmentRpc::Serve(rpc::Server* server) {
  server->ClientStream<v1::UploadAssessmentDocumentRequest, v1::AssessmentDocument>(
      Path("UploadAssessmentDocument"),
      [this](const rpc::Call& call, rpc::Reader<v1::UploadAssessmentDocumentRequest>& reader) {
        return Upload(call, reader);
      });
  server->Unary<v1::GetAssessmentDocumentRequest, v1::AssessmentDocument>(
      Path("GetAssessmentDocument"),
      [this](const rpc::Call& call, const v1::GetAssessmentDocumentRequest& request) {
        return assessments_->Get(CallerOf(call), request.name());
      });
  server->Unary<v1::ListAssessmentDocumentsRequest, v1::ListAssessmentDocumentsResponse>(
      Path("ListAssessmentDocuments"),
      [this](const rpc::Call& call, const v1::ListAssessmentDocumentsRequest& request) {
        return List(call, request);
      });
  server->ServerStream<v1::DownloadAssessmentDocumentRequest, v1::AssessmentDocumentChunk>(
      Path("DownloadAssessmentDocument"),
      [this](const rpc::Call& call, const v1::DownloadAssessmentDocumentRequest& request,
             rpc::Writer<v1::AssessmentDocumentChunk>& writer) {
        return assessments_->Read(CallerOf(call), request.name(), [&](absl::string_view bytes) {
          v1::AssessmentDocumentChunk chunk;
          chunk.set_chunk(std::string(bytes));
          return writer.Write(chunk);
        });
      });
  server->Unary<v1::RemoveAssessmentDocumentRequest, v1::AssessmentDocument>(
      Path("RemoveAssessmentDocument"),
      [this](const rpc::Call& call, const v1::RemoveAssessmentDocumentRequest& request) {
        return assessments_->Remove(CauseOf(call, request.request_id()), request.name());
      });
}

absl::StatusOr<v1::AssessmentDocument> AssessmentRpc::Upload(
    const rpc::Call& call, rpc::Reader<v1::UploadAssessmentDocumentRequest>& reader) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::UploadAssessmentDocumentRequest> first,
                            reader.Read());
  if (!first || !first->has_header()) {
    return Error::Field("header", "is missing in the first message of the upload");
  }
  Cause cause = CauseOf(call, first->header().request_id());
  cause.once.body = first->header().SerializeAsString();
  SHAREWAY_ASSIGN_OR_RETURN(Assessments::Upload upload,
                            assessments_->Begin(cause, first->header().document()));
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::UploadAssessmentDocumentRequest> next,
                              reader.Read());
    if (!next) break;
    if (next->has_header() || next->chunk().size() > kMaxPiece) {
      return Error::Field("chunk", absl::StrCat("has ", next->chunk().size(), " bytes, want 1 to ",
                                                kMaxPiece, ", and one header an upload"));
    }
    SHAREWAY_RETURN_IF_ERROR(upload.Add(next->chunk()));
  }
  return upload.Finish();
}

absl::StatusOr<v1::ListAssessmentDocumentsResponse> AssessmentRpc::List(
    const rpc::Call& call, const v1::ListAssessmentDocumentsRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  // One more than the page says whether there is a next one.
  const size_t limit = static_cast<size_t>(size);
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<v1::AssessmentDocument> found,
      assessments_->List(CallerOf(call), request.agency(), cursor, limit + 1));
  v1::ListAssessmentDocumentsResponse response;
  for (size_t i = 0; i < found.size() && i < limit; ++i) *response.add_documents() = found[i];
  if (found.size() > limit) {
    response.set_next_page_token(tokens_.Make(query, found[limit - 1].name()));
  }
  return response;
}

}  // namespace shareway::catalog
