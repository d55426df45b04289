// SPDX-License-Identifier: Apache-2.0
// shareway dataset, shareway hold: what the agency's own node serves.
#include <unistd.h>

#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = exchange::v1;

constexpr char kService[] = "/shareway.exchange.v1.DatasetService/";
constexpr size_t kPart = 256 << 10;

struct DatasetArgs {
  std::string resource, file, version, subject, reason;
  std::vector<std::string> indexes;
};

absl::Status Load(Session* session, const DatasetArgs& args) {
  if (session->flags.dry_run) return UsageError("Load has no dry run");
  std::ifstream file(args.file == "-" ? "/dev/stdin" : args.file, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", args.file));
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel, session->To(Peer::kNode));
  auto stream = channel->ClientStream<pb::LoadRequest, pb::DatasetVersion>(
      absl::StrCat(kService, "Load"), session->StreamOptions());
  pb::LoadRequest head;
  head.mutable_header()->set_resource(FullName("resources", args.resource));
  head.mutable_header()->set_format(pb::CSV);
  *head.mutable_header()->mutable_indexes() = {args.indexes.begin(), args.indexes.end()};
  bool wanted = stream.Write(head);
  const bool progress = isatty(STDERR_FILENO) != 0;
  crypto::Sha256Stream digest;
  uint64_t sent = 0;
  std::string part(kPart, '\0');
  while (wanted && file) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    const auto got = static_cast<size_t>(file.gcount());
    if (got == 0) break;
    pb::LoadRequest data;
    data.set_data(part.substr(0, got));
    digest.Update(data.data());
    wanted = stream.Write(data);
    sent += got;
    if (progress) fprintf(stderr, "\r%llu MiB", static_cast<unsigned long long>(sent >> 20));
  }
  if (progress) fprintf(stderr, "\n");
  if (file.bad()) return absl::DataLossError(absl::StrCat("cannot read ", args.file));
  if (wanted) {
    pb::LoadRequest end;
    end.set_digest(digest.Digest().str());
    stream.Write(end);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const pb::DatasetVersion version, stream.Finish());
  session->Print(ToJson(version));
  return absl::OkStatus();
}

absl::Status Versions(Session* session, const DatasetArgs& args) {
  pb::ListVersionsRequest list;
  list.set_resource(FullName("resources", args.resource));
  SHAREWAY_ASSIGN_OR_RETURN(const Json versions, session->List<pb::ListVersionsResponse>(
                                                     absl::StrCat(kService, "ListVersions"), list));
  session->Print(versions, {{"VERSION", "version"},
                            {"SERVING", "serving"},
                            {"RECORDS", "records"},
                            {"LOADED", "loadTime"},
                            {"REVISION", "resourceRevision"},
                            {"INDEXES", "indexes"}});
  return absl::OkStatus();
}

absl::Status Rollback(Session* session, const DatasetArgs& args) {
  pb::RollbackRequest request;
  request.set_resource(FullName("resources", args.resource));
  request.set_version(args.version);
  return session->Show<pb::DatasetVersion>(absl::StrCat(kService, "Rollback"), request);
}

absl::Status Hold(Session* session, const DatasetArgs& args, bool held) {
  pb::HoldRequest request;
  request.set_subject(args.subject);
  request.set_held(held);
  request.set_reason(args.reason);
  return session->Show<pb::HoldResponse>("/shareway.exchange.v1.SourceService/Hold", request);
}

absl::Status Holds(Session* session) {
  pb::ListHoldsRequest request;
  SHAREWAY_ASSIGN_OR_RETURN(const Json holds,
                            session->List<pb::ListHoldsResponse>(
                                "/shareway.exchange.v1.SourceService/ListHolds", request));
  session->Print(holds, {{"SUBJECT", "subject"},
                         {"SINCE", "setTime"},
                         {"BY", "person"},
                         {"FILED", "filedTime"},
                         {"REASON", "reason"}});
  return absl::OkStatus();
}

}  // namespace

void AddDatasetCommands(CLI::App* app, Session* session) {
  auto args = std::make_shared<DatasetArgs>();
  CLI::App* dataset = Noun(app, "dataset", "Datasets that your agency's node hosts");
  const auto of_resource = [=](CLI::App* verb) {
    verb->add_option("--resource", args->resource, "By name or code")->required();
    return verb;
  };
  CLI::App* load = of_resource(Verb(dataset, session, "load",
                                    "Load a new version from CSV and serve it",
                                    [=] { return Load(session, *args); }));
  load->add_option("FILE", args->file, "RFC 4180 with item ids as header; - is standard input")
      ->required();
  Repeated(load, "--index", &args->indexes,
           "Item ids to look up by besides the key; those that grants filter by are added", true);
  of_resource(
      Verb(dataset, session, "versions", "Newest first", [=] { return Versions(session, *args); }));
  of_resource(Verb(dataset, session, "rollback", "Serve an older version again",
                   [=] { return Rollback(session, *args); }))
      ->add_option("--version", args->version)
      ->required();

  CLI::App* hold = Noun(app, "hold", "The provider's own veto at its node");
  for (const bool held : {true, false}) {
    CLI::App* verb = Verb(hold, session, held ? "set" : "release",
                          held ? "Stop a grant, consumer or resource here at once" : "Let it go on",
                          [=] { return Hold(session, *args, held); });
    verb->add_option("SUBJECT", args->subject, "grants/{g}, agencies/{a} or resources/{r}")
        ->required();
    verb->add_option("--reason", args->reason, "Why")->required();
  }
  Verb(hold, session, "list", "What is held here, and whether the authority has it on file",
       [=] { return Holds(session); });
}

}  // namespace shareway::cli
