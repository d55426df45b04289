// SPDX-License-Identifier: Apache-2.0
// shareway project: the gate that projects pass with their catalogue.
// shareway catalog categories|code|extensions: what an installation adds to the catalogue.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status.h"
#include "shareway/catalog/v1/classification.pb.h"
#include "shareway/catalog/v1/project.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

struct ProjectArgs {
  std::string name, file, agency, state, result, reason, category;
  std::vector<std::string> bindings;
  uint32_t year = 0;
  size_t limit = 0;
  bool without = false;

  std::string full_name() const { return FullName("projects", name); }
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.ProjectService/", method);
}

std::string CatalogPath(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

// Creates, or replaces what the file names.
template <typename Request>
absl::Status Put(Session* session, const ProjectArgs& args, const char* method) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  Request request;
  SHAREWAY_RETURN_IF_ERROR(FromJson(text, request.mutable_project()));
  return session->Show<pb::Project>(Path(method), request);
}

absl::Status Precompile(Session* session, const ProjectArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  pb::PrecompileCatalogRequest request;
  SHAREWAY_RETURN_IF_ERROR(FromJson(text, &request));
  request.set_name(args.full_name());
  return session->Show<pb::Project>(Path("PrecompileCatalog"), request);
}

absl::Status Opine(Session* session, const ProjectArgs& args) {
  pb::IssueOpinionRequest request;
  request.set_name(args.full_name());
  request.set_result(EnumOf<pb::Opinion::Result>(args.result));
  request.set_reason(args.reason);
  return session->Show<pb::Project>(Path("IssueOpinion"), request);
}

absl::Status HandIn(Session* session, const ProjectArgs& args) {
  pb::HandInCatalogRequest request;
  request.set_name(args.full_name());
  for (const std::string& given : args.bindings) {
    const std::vector<std::string> parts = absl::StrSplit(given, absl::MaxSplits('=', 1));
    if (parts.size() != 2) return UsageError(absl::StrCat(given, ", want ENTRY=RESOURCE"));
    pb::Binding* binding = request.add_bindings();
    binding->set_entry(parts[0]);
    binding->set_resource(FullName("resources", parts[1]));
  }
  return session->Show<pb::Project>(Path("HandInCatalog"), request);
}

absl::Status Accept(Session* session, const ProjectArgs& args) {
  pb::AcceptProjectRequest request;
  request.set_name(args.full_name());
  return session->Show<pb::Project>(Path("AcceptProject"), request);
}

absl::Status Withdraw(Session* session, const ProjectArgs& args) {
  pb::WithdrawProjectRequest request;
  request.set_name(args.full_name());
  request.set_reason(args.reason);
  return session->Show<pb::Project>(Path("WithdrawProject"), request);
}

absl::Status Show(Session* session, const ProjectArgs& args) {
  pb::GetProjectRequest request;
  request.set_name(args.full_name());
  return session->Show<pb::Project>(Path("GetProject"), request);
}

absl::Status List(Session* session, const ProjectArgs& args) {
  pb::ListProjectsRequest request;
  if (!args.agency.empty()) request.set_agency(FullName("agencies", args.agency));
  request.set_year(args.year);
  request.set_state(EnumOf<pb::Project::State>(args.state));
  request.set_without_catalogue(args.without);
  SHAREWAY_ASSIGN_OR_RETURN(const Json projects, session->List<pb::ListProjectsResponse>(
                                                     Path("ListProjects"), request, args.limit));
  session->Print(projects, {{"NAME", "name"},
                            {"TITLE", "title"},
                            {"AGENCY", "agency"},
                            {"YEAR", "year"},
                            {"STATE", "state"},
                            {"PASSED", "passed"},
                            {"MISSING", "missing"}});
  return absl::OkStatus();
}

absl::Status Categories(Session* session, const ProjectArgs& args) {
  pb::ListCategoriesRequest request;
  request.set_parent(args.category);
  SHAREWAY_ASSIGN_OR_RETURN(
      Json categories,
      session->List<pb::ListCategoriesResponse>(CatalogPath("ListCategories"), request));
  for (Json& category : categories) {
    const Json label = category.value("label", Json::object());
    category["name"] = label.value("zhHans", "");
    category["english"] = label.value("en", "");
  }
  session->Print(categories, {{"CODE", "code"},
                              {"LEVEL", "level"},
                              {"NAME", "name"},
                              {"ENGLISH", "english"},
                              {"VERIFIED", "verified"}});
  return absl::OkStatus();
}

absl::Status Code(Session* session, const ProjectArgs& args) {
  pb::GenerateCodeRequest request;
  request.set_category(args.category);
  return session->Show<pb::GeneratedCode>(CatalogPath("GenerateCode"), request);
}

absl::Status ShowExtensions(Session* session) {
  return session->Show<pb::ExtensionSchema>(CatalogPath("GetExtensionSchema"),
                                            pb::GetExtensionSchemaRequest());
}

}  // namespace

void AddClassificationCommands(CLI::App* catalog, Session* session) {
  auto args = std::make_shared<ProjectArgs>();
  Verb(catalog, session, "categories", "The tree of categories",
       [=] { return Categories(session, *args); })
      ->add_option("PARENT", args->category, "Only this one and what is below it");
  Verb(catalog, session, "code", "The next free code of a category, kept for your agency",
       [=] { return Code(session, *args); })
      ->add_option("CATEGORY", args->category, "目 or 细目, its digits")
      ->required();
  Verb(catalog, session, "extensions", "The extension fields that entries have here",
       [=] { return ShowExtensions(session); });
}

void AddProjectCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "project", "Projects and the gate that they pass");
  auto args = std::make_shared<ProjectArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "projects/{p} or {p}")->required();
    return verb;
  };
  Verb(noun, session, "create", "Register a project of your agency", [=] {
    return Put<pb::CreateProjectRequest>(session, *args, "CreateProject");
  })->add_option("FILE", args->file, "The project as JSON; - is standard input")
      ->required();
  Verb(noun, session, "update", "Change what a project says of itself", [=] {
    return Put<pb::UpdateProjectRequest>(session, *args, "UpdateProject");
  })->add_option("FILE", args->file, "The whole project as JSON, with name and etag")
      ->required();
  named(Verb(noun, session, "precompile", "Pre-compile its catalogue",
             [=] { return Precompile(session, *args); }))
      ->add_option("FILE", args->file, "{\"entries\": […]} as JSON; - is standard input")
      ->required();
  CLI::App* opine = named(Verb(noun, session, "opine", "The authority's opinion, as a signed act",
                               [=] { return Opine(session, *args); }));
  opine->add_option("--result", args->result, "AGREE, AGREE_WITH_CHANGES or DISAGREE")
      ->required()
      ->check(Is<pb::Opinion::Result>());
  opine->add_option("--reason", args->reason, "Why, or what has to change");
  named(Verb(noun, session, "hand-in", "Bind planned entries to entries of the catalogue",
             [=] { return HandIn(session, *args); }))
      ->add_option("BINDING", args->bindings, "ENTRY=RESOURCE, for example e2=306002-000002")
      ->required();
  named(Verb(noun, session, "accept", "Take the catalogue in, as a signed act",
             [=] { return Accept(session, *args); }));
  named(Verb(noun, session, "withdraw", "Give a project up for good",
             [=] { return Withdraw(session, *args); }))
      ->add_option("--reason", args->reason, "Why")
      ->required();
  named(Verb(noun, session, "show", "One project, and whether it passed the gate",
             [=] { return Show(session, *args); }));
  CLI::App* list =
      Verb(noun, session, "list", "Projects by name", [=] { return List(session, *args); });
  list->add_option("--agency", args->agency, "Only this agency's");
  list->add_option("--year", args->year, "Only this year's");
  list->add_option("--state", args->state)->check(Is<pb::Project::State>());
  list->add_flag("--without-catalogue", args->without, "Only those that pre-compiled none");
  list->add_option("--limit,--page-size", args->limit, "Projects at most");
}

}  // namespace shareway::cli
