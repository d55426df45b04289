// SPDX-License-Identifier: Apache-2.0
// shareway directory, shareway node: who takes part, and which nodes ask to.
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

constexpr char kService[] = "/shareway.catalog.v1.DirectoryService/";

struct DirectoryArgs {
  std::string file, name, standing, reason;
};

// Puts one object; the answer is the object as stored.
absl::StatusOr<Json> PutOne(Session* session, const pb::DirectoryChange& change) {
  const auto put = [&](const char* method, const auto& request,
                       auto stored) -> absl::StatusOr<Json> {
    SHAREWAY_RETURN_IF_ERROR(session->Invoke(absl::StrCat(kService, method), request, &stored));
    return ToJson(stored);
  };
  switch (change.change_case()) {
    case pb::DirectoryChange::kAuthority: {
      pb::PutAuthorityRequest request;
      *request.mutable_authority() = change.authority();
      return put("PutAuthority", request, pb::Authority());
    }
    case pb::DirectoryChange::kAgency: {
      pb::PutAgencyRequest request;
      *request.mutable_agency() = change.agency();
      return put("PutAgency", request, pb::Agency());
    }
    case pb::DirectoryChange::kSystem: {
      pb::PutSystemRequest request;
      *request.mutable_system() = change.system();
      return put("PutSystem", request, pb::System());
    }
    case pb::DirectoryChange::kNode: {
      pb::PutNodeRequest request;
      *request.mutable_node() = change.node();
      return put("PutNode", request, pb::Node());
    }
    case pb::DirectoryChange::kPerson: {
      pb::PutPersonRequest request;
      *request.mutable_person() = change.person();
      return put("PutPerson", request, pb::Person());
    }
    case pb::DirectoryChange::kKey: {
      pb::PutKeyRequest request;
      *request.mutable_key() = change.key();
      return put("PutKey", request, pb::Key());
    }
    default:
      return absl::InvalidArgumentError(
          "the line names none of authority, agency, system, node, person and key");
  }
}

// `status` with `where` before its message; its details stay.
absl::Status Annotated(const absl::Status& status, absl::string_view where) {
  absl::Status annotated(status.code(), absl::StrCat(where, status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

// Later lines refer to earlier ones, so the first failure ends it.
absl::Status Put(Session* session, const DirectoryArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  Json stored = Json::array();
  absl::Status status;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty() || line[0] == '#') continue;
    pb::DirectoryChange change;
    status = FromJson(line, &change);
    session->request_id_suffix = absl::StrCat("-", number);
    if (status.ok()) {
      absl::StatusOr<Json> object = PutOne(session, change);
      status = object.status();
      if (status.ok()) stored.push_back(*std::move(object));
    }
    if (status.ok()) continue;
    status = Annotated(status, absl::StrCat(args.file, ":", number, ": "));
    break;
  }
  session->Print(stored,
                 {{"NAME", "name"}, {"DISPLAY NAME", "displayName"}, {"STANDING", "standing"}});
  return status;
}

absl::Status List(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json agencies,
                            session->List<pb::ListAgenciesResponse>(
                                absl::StrCat(kService, "ListAgencies"), pb::ListAgenciesRequest()));
  session->Print(agencies, {{"NAME", "name"},
                            {"DISPLAY NAME", "displayName"},
                            {"LEVEL", "level"},
                            {"DIVISION", "division"},
                            {"AUTHORITY", "authority"},
                            {"STANDING", "standing"}});
  return absl::OkStatus();
}

absl::Status Show(Session* session, const DirectoryArgs& args) {
  pb::GetAgencyRequest get;
  get.set_name(FullName("agencies", args.name));
  return session->Show<pb::Agency>(absl::StrCat(kService, "GetAgency"), get);
}

absl::Status SetStanding(Session* session, const DirectoryArgs& args) {
  pb::SetStandingRequest request;
  request.set_name(args.name);
  request.set_standing(EnumOf<pb::Standing>(args.standing));
  request.set_reason(args.reason);
  return session->Show<pb::SetStandingResponse>(absl::StrCat(kService, "SetStanding"), request);
}

absl::Status ApplyNode(Session* session, const DirectoryArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  pb::ApplyNodeRequest request;
  SHAREWAY_RETURN_IF_ERROR(FromJson(text, request.mutable_application()));
  return session->Show<pb::NodeApplication>(absl::StrCat(kService, "ApplyNode"), request);
}

absl::Status ApproveNode(Session* session, const DirectoryArgs& args) {
  pb::ApproveNodeRequest request;
  request.set_name(args.name);
  return session->Show<pb::NodeApplication>(absl::StrCat(kService, "ApproveNode"), request);
}

absl::Status ReturnNode(Session* session, const DirectoryArgs& args) {
  pb::ReturnNodeRequest request;
  request.set_name(args.name);
  request.set_reason(args.reason);
  return session->Show<pb::NodeApplication>(absl::StrCat(kService, "ReturnNode"), request);
}

absl::Status GetNode(Session* session, const DirectoryArgs& args) {
  pb::GetNodeApplicationRequest get;
  get.set_name(args.name);
  return session->Show<pb::NodeApplication>(absl::StrCat(kService, "GetNodeApplication"), get);
}

absl::Status ListNodes(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json applications,
                            session->List<pb::ListNodeApplicationsResponse>(
                                absl::StrCat(kService, "ListNodeApplications"),
                                pb::ListNodeApplicationsRequest()));
  session->Print(applications, {{"NODE", "node.name"},
                                {"STATE", "state"},
                                {"APPLICANT", "applicant"},
                                {"DECIDED BY", "decidedBy"}});
  return absl::OkStatus();
}

void AddNodeCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "node", "Applications to connect an exchange node");
  auto args = std::make_shared<DirectoryArgs>();
  Verb(noun, session, "apply", "Apply for a node of your agency, as a signed act",
       [=] { return ApplyNode(session, *args); })
      ->add_option("FILE", args->file, "NodeApplication in JSON: node, protection, keys")
      ->required();
  const auto named = [&](const char* name, const char* help, std::function<absl::Status()> run) {
    CLI::App* verb = Verb(noun, session, name, help, std::move(run));
    verb->add_option("NAME", args->name, "agencies/{a}/nodes/{n}")->required();
    return verb;
  };
  named("approve", "Let the node in, as a signed act", [=] { return ApproveNode(session, *args); });
  named("return", "Send the application back, as a signed act", [=] {
    return ReturnNode(session, *args);
  })->add_option("--reason", args->reason, "Why")->required();
  named("get", "One application", [=] { return GetNode(session, *args); });
  Verb(noun, session, "list", "Applications that you may see", [=] { return ListNodes(session); });
}

}  // namespace

void AddDirectoryCommands(CLI::App* app, Session* session) {
  AddNodeCommands(app, session);
  CLI::App* noun = Noun(app, "directory", "Authorities, agencies, systems, nodes, people, keys");
  auto args = std::make_shared<DirectoryArgs>();
  Verb(noun, session, "put", "Create or replace objects, each as a signed act",
       [=] { return Put(session, *args); })
      ->add_option("FILE", args->file, "DirectoryChange in JSON, one a line; # begins a comment")
      ->required();
  Verb(noun, session, "list", "All agencies", [=] { return List(session); });
  Verb(noun, session, "show", "One agency", [=] { return Show(session, *args); })
      ->add_option("NAME", args->name, "agencies/{a} or {a}")
      ->required();
  CLI::App* standing = Verb(noun, session, "set-standing", "Suspend, resume or retire",
                            [=] { return SetStanding(session, *args); });
  standing->add_option("NAME", args->name, "The object's whole name")->required();
  standing->add_option("--standing", args->standing)->required()->check(Is<pb::Standing>());
  standing->add_option("--reason", args->reason, "Why")->required();
}

}  // namespace shareway::cli
