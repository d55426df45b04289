// SPDX-License-Identifier: Apache-2.0
// shareway catalog bundle: signed catalogues between installations.
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "services/catalog/bundle/bundle.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace v1 = catalog::v1;

constexpr char kBundleService[] = "/shareway.catalog.v1.CatalogService/";
constexpr size_t kPartBytes = 1 << 20;

struct BundleArgs {
  std::string file, origins, division;
  uint64_t since = 0, epoch = 0;
};

absl::Status Export(Session* session, const BundleArgs& args) {
  if (session->flags.dry_run) return UsageError("ExportBundle has no dry run");
  if (args.since > 0 && args.epoch == 0) return UsageError("--since wants --epoch, too");
  v1::ExportBundleRequest request;
  request.set_division_prefix(args.division);
  request.set_since(args.since);
  request.set_epoch(args.epoch);
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kCatalog));
  auto stream = channel->ServerStream<v1::BundlePart>(absl::StrCat(kBundleService, "ExportBundle"),
                                                      request, session->StreamOptions());
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.file));
  uint64_t bytes = 0;
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::BundlePart> part, stream.Read());
    if (!part) break;
    bytes += part->data().size();
    SHAREWAY_RETURN_IF_ERROR(file.Write(part->data()));
  }
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print({{"file", args.file}, {"bytes", bytes}});
  return absl::OkStatus();
}

// Conflicts are shown, and fail the command.
absl::Status Judge(Session* session, const v1::ImportBundleResponse& response) {
  session->Print(ToJson(response));
  if (response.conflict_count() == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the bundle has ", response.conflict_count(), " conflicts; nothing was taken"));
}

absl::Status Import(Session* session, const BundleArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string content, ReadInput(args.file));
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kCatalog));
  auto stream = channel->ClientStream<v1::ImportBundleRequest, v1::ImportBundleResponse>(
      absl::StrCat(kBundleService, "ImportBundle"), session->StreamOptions());
  v1::ImportBundleRequest part;
  part.set_validate_only(session->flags.dry_run);
  bool wanted = true;
  for (size_t at = 0; wanted && at < content.size(); at += kPartBytes) {
    part.set_data(content.substr(at, kPartBytes));
    wanted = stream.Write(part);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const v1::ImportBundleResponse checked, stream.Finish());
  if (session->flags.dry_run || checked.conflict_count() > 0) return Judge(session, checked);
  // The file itself, not what the service says of it, is what the act is about.
  v1::TakeBundleRequest take;
  take.set_name(checked.name());
  take.set_digest(crypto::Sha256(content).str());
  SHAREWAY_ASSIGN_OR_RETURN(
      const v1::ImportBundleResponse taken,
      session->Call<v1::ImportBundleResponse>(absl::StrCat(kBundleService, "TakeBundle"), take));
  return Judge(session, taken);
}

absl::Status Check(Session* session, const BundleArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string pins, ReadInput(args.origins));
  SHAREWAY_ASSIGN_OR_RETURN(const catalog::Origins origins, catalog::Origins::Parse(pins));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string content, ReadInput(args.file));
  const absl::StatusOr<catalog::Bundle> bundle = catalog::OpenBundle(content, origins);
  if (!bundle.ok()) return VerificationFailed(bundle.status());
  const catalog::Conflicts conflicts =
      catalog::CheckBundle(*bundle, *origins.Find(bundle->manifest.domain()));
  v1::ImportBundleResponse response;
  *response.mutable_manifest() = bundle->manifest;
  for (const v1::BundleConflict& conflict : conflicts.first) *response.add_conflicts() = conflict;
  response.set_conflict_count(conflicts.count);
  const absl::Status judged = Judge(session, response);
  return judged.ok() ? judged : VerificationFailed(judged);
}

}  // namespace

void AddBundleCommands(CLI::App* catalog, Session* session) {
  CLI::App* noun = Noun(catalog, "bundle", "Signed catalogues between installations");
  auto args = std::make_shared<BundleArgs>();
  CLI::App* exporting = Verb(noun, session, "export", "Write what is published here as a bundle",
                             [=] { return Export(session, *args); });
  exporting->add_option("FILE", args->file, "The file to make")->required();
  exporting->add_option("--division", args->division, "Only divisions that begin so");
  exporting->add_option("--since", args->since, "Only what changed after this number");
  exporting->add_option("--epoch", args->epoch, "The epoch that --since is of");
  CLI::App* importing =
      Verb(noun, session, "import", "Take another installation's bundle, whole or not at all, as a signed act",
           [=] { return Import(session, *args); });
  importing->add_option("FILE", args->file, "The bundle")->required();
  CLI::App* checking = Verb(noun, session, "check", "Verify a bundle, without any service",
                            [=] { return Check(session, *args); });
  checking->add_option("FILE", args->file, "The bundle")->required();
  checking->add_option("--origins", args->origins, "Pinned origins: lines DOMAIN PREFIX KEY")
      ->required();
  Verb(noun, session, "origins", "Whose bundles are taken, and up to where", [=] {
    return session->Show<v1::ListOriginsResponse>(absl::StrCat(kBundleService, "ListOrigins"),
                                                  v1::ListOriginsRequest());
  });
}

}  // namespace shareway::cli
