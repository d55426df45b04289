// SPDX-License-Identifier: Apache-2.0
// Documents of assessments over real mTLS.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "services/catalog/rpc/test_served.h"
#include "shareway/catalog/v1/assessment.pb.h"

namespace shareway::catalog {
namespace {

using Request = v1::UploadAssessmentDocumentRequest;

std::string Path(absl::string_view method) { return absl::StrCat(kCatalogService, method); }

absl::StatusOr<v1::AssessmentDocument> Send(Served* served, const std::string& who,
                                            const std::vector<Request>& parts) {
  const auto channel = served->As(who);
  auto stream = channel->ClientStream<Request, v1::AssessmentDocument>(
      Path("UploadAssessmentDocument"), {});
  for (const Request& part : parts) {
    if (!stream.Write(part)) break;
  }
  return stream.Finish();
}

Request Header(const std::string& file_name = "影响评估.txt") {
  Request part;
  part.mutable_header()->mutable_document()->set_file_name(file_name);
  return part;
}

Request Chunk(const std::string& bytes) {
  Request part;
  part.set_chunk(bytes);
  return part;
}

TEST_CASE("A document of an assessment goes up, is listed, comes down and stays its time",
          "[catalog][assessment]") {
  Served served;
  const auto kept =
      Send(&served, "editor", {Header(), Chunk("个人信息保护"), Chunk("影响评估报告")});
  INFO(kept.status());
  REQUIRE(kept.ok());
  CHECK(kept->media_type() == "text/plain");
  Entry entry = GoodEntry();
  entry.assessment.document_digests = {ToHex(kept->sha256())};
  const auto draft = served.Create("editor", entry);
  REQUIRE(draft.ok());
  REQUIRE(draft->assessment().document_digests_size() == 1);

  v1::ListAssessmentDocumentsRequest list;
  list.set_agency(kCivil);
  list.set_page_size(1);
  const auto listed = served.Call<v1::ListAssessmentDocumentsResponse>(
      "officer", Path("ListAssessmentDocuments"), list);
  REQUIRE(listed.ok());
  REQUIRE(listed->documents_size() == 1);
  CHECK(listed->next_page_token().empty());
  v1::GetAssessmentDocumentRequest get;
  get.set_name(kept->name());
  const auto facts =
      served.Call<v1::AssessmentDocument>("officer", Path("GetAssessmentDocument"), get);
  REQUIRE(facts.ok());
  REQUIRE(facts->resources_size() == 1);
  CHECK(facts->resources(0) == kName);

  v1::DownloadAssessmentDocumentRequest download;
  download.set_name(kept->name());
  const auto channel = served.As("head");
  auto stream = channel->ServerStream<v1::AssessmentDocumentChunk>(
      Path("DownloadAssessmentDocument"), download, {});
  std::string content;
  while (true) {
    const auto next = stream.Read();
    REQUIRE(next.ok());
    if (!*next) break;
    content += (*next)->chunk();
  }
  CHECK(content == "个人信息保护影响评估报告");

  v1::RemoveAssessmentDocumentRequest remove;
  remove.set_name(kept->name());
  const auto removed =
      served.Call<v1::AssessmentDocument>("editor", Path("RemoveAssessmentDocument"), remove);
  CHECK(absl::IsFailedPrecondition(removed.status()));
  // Strangers are told nothing.
  CHECK(absl::IsPermissionDenied(
      served.Call<v1::AssessmentDocument>("tax-editor", Path("GetAssessmentDocument"), get)
          .status()));
}

TEST_CASE("An upload of a document begins with its one header, and its parts have a limit",
          "[catalog][assessment]") {
  Served served;
  const auto field = [](const absl::Status& status) {
    const auto details = DetailsOf(status);
    return details && !details->fields.empty() ? details->fields[0].field : std::string();
  };
  CHECK(field(Send(&served, "editor", {Chunk("x")}).status()) == "header");
  CHECK(field(Send(&served, "editor", {}).status()) == "header");
  CHECK(field(Send(&served, "editor", {Header(), Header()}).status()) == "chunk");
  CHECK(field(Send(&served, "editor",
                   {Header(), Chunk(std::string((1 << 20) + 1, 'x'))})
                  .status()) == "chunk");
  CHECK(field(Send(&served, "editor", {Header("a/b.txt"), Chunk("x")}).status()) ==
        "document.file_name");
  CHECK(absl::IsInvalidArgument(Send(&served, "editor", {Header()}).status()));
  // The head approves, and uploads nothing.
  CHECK(absl::IsPermissionDenied(Send(&served, "head", {Header(), Chunk("x")}).status()));
}

}  // namespace
}  // namespace shareway::catalog
