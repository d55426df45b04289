// SPDX-License-Identifier: Apache-2.0
// A file that belongs to a request: the other side reads it byte for byte, nobody else learns of it.
#include <string>

#include "libs/crypto/hash.h"
#include "shareway/sharing/v1/attachment.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace sh = sharing::v1;

constexpr size_t kPart = 100'000;

std::string Path(const std::string& method) {
  return "/shareway.sharing.v1.AttachmentService/" + method;
}

rpc::CallOptions InTime() {
  rpc::CallOptions options;
  options.timeout = absl::Seconds(20);
  return options;
}

absl::StatusOr<sh::Attachment> Upload(Cluster& cluster, const std::string& who,
                                      const std::string& subject, const std::string& content) {
  auto stream = cluster.Channel(who, "sharing")
                    ->ClientStream<sh::UploadAttachmentRequest, sh::Attachment>(
                        Path("UploadAttachment"), InTime());
  sh::UploadAttachmentRequest part;
  part.mutable_header()->mutable_attachment()->set_subject(subject);
  part.mutable_header()->mutable_attachment()->set_file_name("情况说明.txt");
  part.mutable_header()->mutable_attachment()->set_sha256(crypto::Sha256(content).str());
  bool wanted = stream.Write(part);
  for (size_t at = 0; wanted && at < content.size(); at += kPart) {
    part.set_chunk(content.substr(at, kPart));
    wanted = stream.Write(part);
  }
  return stream.Finish();
}

absl::StatusOr<std::string> Download(Cluster& cluster, const std::string& who,
                                     const std::string& name) {
  sh::DownloadAttachmentRequest download;
  download.set_name(name);
  auto stream = cluster.Channel(who, "sharing")
                    ->ServerStream<sh::AttachmentChunk>(Path("DownloadAttachment"), download,
                                                        InTime());
  std::string content;
  while (true) {
    const auto next = stream.Read();
    if (!next.ok()) return next.status();
    if (!*next) return content;
    content += (*next)->chunk();
  }
}

TEST_CASE("What one side attaches the other reads as it was, and a stranger does not",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  const auto resource = Publish(cluster, kCivil, Marriages(cluster));
  REQUIRE_OK(resource);
  const auto request = AskUntilOk([&] {
    return SubmitRequest(cluster, kTax, Ask(resource->name(), {"cert_no"}));
  });
  REQUIRE_OK(request);

  std::string content;
  while (content.size() < 600'000) content += "核定税种时核对登记信息的情况说明\n";
  const auto kept = Upload(cluster, "tax-applicant", request->name(), content);
  REQUIRE_OK(kept);
  CHECK(kept->bytes() == content.size());
  CHECK(kept->media_type() == "text/plain");
  const auto read = Download(cluster, "civil-reviewer", kept->name());
  REQUIRE_OK(read);
  CHECK(*read == content);

  for (const std::string& name : {kept->name(), std::string("attachments/none")}) {
    CHECK(ReasonOf(Download(cluster, "housing-applicant", name).status()) == Reason::kNotVisible);
  }
  CHECK(ReasonOf(Upload(cluster, "housing-applicant", request->name(), content).status()) ==
        Reason::kNotVisible);

  // The key is the installation's: what was kept opens after a restart.
  cluster.Kill("sharing");
  cluster.Start("sharing");
  cluster.AwaitReady("sharing");
  const auto again = Download(cluster, "civil-reviewer", kept->name());
  REQUIRE_OK(again);
  CHECK(*again == content);
}

}  // namespace
}  // namespace shareway::testing
