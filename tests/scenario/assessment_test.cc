// SPDX-License-Identifier: Apache-2.0
// The document behind an assessment: it stays with the entry that names it, over a kill, and goes to who
// may see it alone.
#include <string>

#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "shareway/catalog/v1/assessment.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
using Part = cat::UploadAssessmentDocumentRequest;

constexpr size_t kPart = 100'000;

rpc::CallOptions InTime() {
  rpc::CallOptions options;
  options.timeout = absl::Seconds(20);
  return options;
}

Part Header() {
  Part part;
  part.mutable_header()->mutable_document()->set_file_name("个人信息保护影响评估.txt");
  return part;
}

absl::StatusOr<cat::AssessmentDocument> Upload(Cluster& cluster, const std::string& who,
                                               const std::string& content) {
  auto stream = cluster.Channel(who, "catalog")
                    ->ClientStream<Part, cat::AssessmentDocument>(
                        CatalogMethod("UploadAssessmentDocument"), InTime());
  Part part = Header();
  part.mutable_header()->mutable_document()->set_sha256(crypto::Sha256(content).str());
  bool wanted = stream.Write(part);
  for (size_t at = 0; wanted && at < content.size(); at += kPart) {
    part.set_chunk(content.substr(at, kPart));
    wanted = stream.Write(part);
  }
  return stream.Finish();
}

absl::StatusOr<std::string> Download(Cluster& cluster, const std::string& who,
                                     const std::string& name) {
  cat::DownloadAssessmentDocumentRequest download;
  download.set_name(name);
  auto stream = cluster.Channel(who, "catalog")
                    ->ServerStream<cat::AssessmentDocumentChunk>(
                        CatalogMethod("DownloadAssessmentDocument"), download, InTime());
  std::string content;
  while (true) {
    const auto next = stream.Read();
    if (!next.ok()) return next.status();
    if (!*next) return content;
    content += (*next)->chunk();
  }
}

TEST_CASE("An entry is published with the document of its assessment, which outlives a kill",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  std::string content;
  while (content.size() < 600'000) content += "处理目的、处理方式合法、正当、必要；风险可控。\n";

  // An entry cannot name what is not there.
  cat::Resource draft = Marriages(cluster);
  draft.mutable_assessment()->add_document_digests(ToHex(crypto::Sha256(content).str()));
  CHECK(ReasonOf(Publish(cluster, kCivil, draft).status()) == Reason::kReferenceMissing);

  // The first upload is cut off by a kill; another one is whole.
  {
    auto cut = cluster.Channel("civil-editor", "catalog")
                   ->ClientStream<Part, cat::AssessmentDocument>(
                       CatalogMethod("UploadAssessmentDocument"), InTime());
    REQUIRE(cut.Write(Header()));
    Part part;
    part.set_chunk(content.substr(0, 300'000));
    REQUIRE(cut.Write(part));
    cluster.Kill("catalog");
    CHECK_FALSE(cut.Finish().ok());
  }
  cluster.Start("catalog");
  cluster.AwaitReady("catalog");
  const auto kept = AskUntilOk([&] { return Upload(cluster, "civil-editor", content); });
  REQUIRE_OK(kept);
  const auto published = Publish(cluster, kCivil, draft);
  REQUIRE_OK(published);
  REQUIRE(published->assessment().document_digests_size() == 1);

  cluster.Kill("catalog");
  cluster.Start("catalog");
  cluster.AwaitReady("catalog");
  const auto read =
      AskUntilOk([&] { return Download(cluster, "bureau-officer", kept->name()); });
  REQUIRE_OK(read);
  CHECK(*read == content);
  for (const std::string& name : {kept->name(), std::string("assessmentDocuments/none")}) {
    CHECK(ReasonOf(Download(cluster, "housing-applicant", name).status()) == Reason::kNotVisible);
  }
  cat::RemoveAssessmentDocumentRequest remove;
  remove.set_name(kept->name());
  const absl::Status early =
      cluster
          .Call<cat::AssessmentDocument>("civil-editor", "catalog",
                                         CatalogMethod("RemoveAssessmentDocument"), remove)
          .status();
  CHECK(absl::IsFailedPrecondition(early));
  CHECK(ReasonOf(early) == Reason::kStateForbids);
}

}  // namespace
}  // namespace shareway::testing
