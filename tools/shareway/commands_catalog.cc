// SPDX-License-Identifier: Apache-2.0
// shareway catalog: compile, publish and find catalogue entries.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

using catalog::v1::Resource;
using catalog::v1::ShareClass;

constexpr char kService[] = "/shareway.catalog.v1.CatalogService/";

struct CatalogArgs {
  std::string name, file, text, provider, category, state, reason;
  std::string division, service_change;
  std::vector<std::string> names, classes, formats, cycles, gradings;
  uint32_t revision = 0;
  size_t limit = 0;
  bool most_used = false;

  std::string full_name() const { return FullName("resources", name); }
};

const Columns& ResourceColumns() {
  static const Columns& columns =
      *new Columns{{"NAME", "name"},   {"TITLE", "title"},       {"CLASS", "shareClass"},
                   {"STATE", "state"}, {"PROVIDER", "provider"}, {"CYCLE", "updateCycle"}};
  return columns;
}

absl::Status Create(Session* session, const CatalogArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  catalog::v1::CreateResourceRequest create;
  SHAREWAY_RETURN_IF_ERROR(FromJson(text, create.mutable_resource()));
  return session->Show<Resource>(absl::StrCat(kService, "CreateResource"), create);
}

absl::Status Update(Session* session, const CatalogArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  catalog::v1::UpdateResourceRequest update;
  SHAREWAY_RETURN_IF_ERROR(FromJson(text, update.mutable_resource()));
  return session->Show<Resource>(absl::StrCat(kService, "UpdateResource"), update);
}

// For the methods that take a name and an etag. Several names end at the first
// failure, with what went before it printed.
template <typename Req>
absl::Status Move(Session* session, const CatalogArgs& args, const char* method) {
  Json moved = Json::array();
  absl::Status status;
  for (const std::string& name : args.names) {
    Req request;
    request.set_name(FullName("resources", name));
    if (args.names.size() > 1) session->request_id_suffix = absl::StrCat("-", moved.size() + 1);
    const absl::StatusOr<Resource> resource =
        session->Call<Resource>(absl::StrCat(kService, method), request);
    status = resource.status();
    if (!status.ok()) break;
    moved.push_back(ToJson(*resource));
  }
  if (args.names.size() > 1) {
    session->Print(moved, ResourceColumns());
  } else if (status.ok()) {
    session->Print(moved[0]);
  }
  return status;
}

absl::Status Return(Session* session, const CatalogArgs& args) {
  catalog::v1::ReturnResourceRequest request;
  request.set_name(args.full_name());
  request.set_reason(args.reason);
  return session->Show<Resource>(absl::StrCat(kService, "ReturnResource"), request);
}

// Suspends or resumes.
template <typename Req>
absl::Status Toggle(Session* session, const CatalogArgs& args, const char* method) {
  Req request;
  request.set_name(args.full_name());
  request.set_reason(args.reason);
  return session->Show<Resource>(absl::StrCat(kService, method), request);
}

absl::Status Withdraw(Session* session, const CatalogArgs& args) {
  catalog::v1::WithdrawResourceRequest request;
  request.set_name(args.full_name());
  request.set_reason(args.reason);
  if (!args.service_change.empty()) {
    request.set_service_change(FullName("service-changes", args.service_change));
  }
  return session->Show<Resource>(absl::StrCat(kService, "WithdrawResource"), request);
}

absl::Status Show(Session* session, const CatalogArgs& args) {
  catalog::v1::GetResourceRequest get;
  get.set_name(args.full_name());
  get.set_revision(args.revision);
  return session->Show<Resource>(absl::StrCat(kService, "GetResource"), get);
}

absl::Status List(Session* session, const CatalogArgs& args) {
  catalog::v1::ListResourcesRequest list;
  if (!args.provider.empty()) list.set_provider(FullName("agencies", args.provider));
  list.set_state(EnumOf<Resource::State>(args.state));
  list.set_most_used_first(args.most_used);
  SHAREWAY_ASSIGN_OR_RETURN(const Json resources,
                            session->List<catalog::v1::ListResourcesResponse>(
                                absl::StrCat(kService, "ListResources"), list, args.limit));
  Columns columns = ResourceColumns();
  if (args.most_used) columns.push_back({"AGENCIES", "consumerCount"});
  session->Print(resources, columns);
  return absl::OkStatus();
}

// What was found, in [brackets], field by field.
std::string FoundIn(const catalog::v1::SearchHit& hit) {
  std::string found;
  for (const catalog::v1::SearchHighlight& highlight : hit.highlights()) {
    absl::StrAppend(&found, found.empty() ? "" : "; ", highlight.field(), ": ");
    for (const catalog::v1::SearchHighlight::Piece& piece : highlight.pieces()) {
      absl::StrAppend(&found, piece.found() ? "[" : "", piece.text(), piece.found() ? "]" : "");
    }
  }
  return found;
}

// One facet as a line: field: value count, value count.
std::string CountsOf(const catalog::v1::SearchFacet& facet) {
  std::string line = absl::StrCat(facet.field(), ":");
  for (int i = 0; i < facet.values_size(); ++i) {
    absl::StrAppend(&line, i == 0 ? " " : ", ", facet.values(i).value(), " ",
                    facet.values(i).count());
  }
  return line;
}

absl::Status Search(Session* session, const CatalogArgs& args) {
  catalog::v1::SearchResourcesRequest search;
  search.set_query(args.text);
  AddEnums<ShareClass>(args.classes, search.mutable_share_classes());
  if (!args.provider.empty()) search.set_provider(FullName("agencies", args.provider));
  search.set_category(args.category);
  search.set_division(args.division);
  AddEnums<catalog::v1::ResourceFormat>(args.formats, search.mutable_formats());
  AddEnums<catalog::v1::UpdateCycle>(args.cycles, search.mutable_update_cycles());
  AddEnums<catalog::v1::Grading>(args.gradings, search.mutable_gradings());
  const size_t limit = args.limit == 0 ? 50 : args.limit;
  Json rows = Json::array();
  std::vector<std::string> counts;
  search.set_page_size(static_cast<int>(std::min<size_t>(limit, 200)));
  while (rows.size() < limit) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto page,
                              session->Call<catalog::v1::SearchResourcesResponse>(
                                  absl::StrCat(kService, "SearchResources"), search));
    for (const catalog::v1::SearchFacet& facet : page.facets()) counts.push_back(CountsOf(facet));
    for (const catalog::v1::SearchHit& hit : page.hits()) {
      if (rows.size() == limit) break;
      Json row = ToJson(hit.resource());
      row["found"] = FoundIn(hit);
      rows.push_back(std::move(row));
    }
    if (page.next_page_token().empty()) break;
    search.set_page_token(page.next_page_token());
  }
  Columns columns = ResourceColumns();
  columns.push_back({"FOUND", "found"});
  session->Print(rows, columns);
  // Beside the data, which scripts read.
  for (const std::string& line : counts) *session->err << line << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddCatalogCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "catalog", "The resource catalogue");
  AddBundleCommands(noun, session);
  AddLifeCommands(noun, session);
  AddClassificationCommands(noun, session);
  AddPublicationsVerb(noun, session);
  AddImportVerbs(noun, session);
  auto args = std::make_shared<CatalogArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "resources/{r}, {r} or the code")->required();
    return verb;
  };
  const auto several = [=](CLI::App* verb) {
    verb->add_option("NAME", args->names, "One or more of resources/{r}, {r} or the code")
        ->required();
  };
  const auto reasoned = [=](CLI::App* verb) {
    named(verb)->add_option("--reason", args->reason, "Why")->required();
  };
  const auto filed = [=](CLI::App* verb, const char* help) {
    verb->add_option("FILE", args->file, help)->required();
    return verb;
  };
  const auto filtered = [=](CLI::App* verb) {
    verb->add_option("--provider", args->provider, "Only this agency's");
    verb->add_option("--limit,--page-size", args->limit, "Entries at most");
    return verb;
  };

  filed(Verb(noun, session, "create", "Draft an entry", [=] { return Create(session, *args); }),
        "The resource as JSON; - is standard input");
  filed(Verb(noun, session, "update", "Replace a draft, or start a revision",
             [=] { return Update(session, *args); }),
        "The whole resource as JSON, with name and etag");
  several(Verb(noun, session, "submit", "Send a draft to the department head", [=] {
    return Move<catalog::v1::SubmitResourceRequest>(session, *args, "SubmitResource");
  }));
  several(Verb(noun, session, "approve", "The department head approves", [=] {
    return Move<catalog::v1::ApproveResourceRequest>(session, *args, "ApproveResource");
  }));
  several(Verb(noun, session, "publish", "The authority publishes", [=] {
    return Move<catalog::v1::PublishResourceRequest>(session, *args, "PublishResource");
  }));
  reasoned(
      Verb(noun, session, "return", "Send an entry back", [=] { return Return(session, *args); }));
  reasoned(Verb(noun, session, "suspend", "Close an entry for the time being",
                [=] {
                  return Toggle<catalog::v1::SuspendResourceRequest>(session, *args,
                                                                     "SuspendResource");
                }));
  reasoned(Verb(noun, session, "resume", "Open a suspended entry again",
                [=] {
                  return Toggle<catalog::v1::ResumeResourceRequest>(session, *args,
                                                                    "ResumeResource");
                }));
  CLI::App* withdraw = Verb(noun, session, "withdraw", "End an entry for good",
                            [=] { return Withdraw(session, *args); });
  reasoned(withdraw);
  withdraw->add_option("--service-change", args->service_change,
                       "The filed END under which it goes, while agencies use it");
  named(Verb(noun, session, "show", "One entry", [=] {
    return Show(session, *args);
  }))->add_option("--revision", args->revision, "A published revision");
  CLI::App* list =
      filtered(Verb(noun, session, "list", "Entries by name", [=] { return List(session, *args); }));
  list->add_option("--state", args->state)->check(Is<Resource::State>());
  list->add_flag("--most-used", args->most_used, "By how many agencies use them, most first");

  CLI::App* search =
      filtered(Verb(noun, session, "search", "Published entries by words, best first",
                    [=] { return Search(session, *args); }));
  search->add_option("TEXT", args->text, "All words must occur")->required();
  Repeated(search, "--class", &args->classes, "Only these share classes", true)
      ->check(Is<ShareClass>());
  search->add_option("--category", args->category, "Only codes that start so");
  search->add_option("--division", args->division, "Only division codes that start so");
  Repeated(search, "--format", &args->formats, "Only these formats", true)
      ->check(Is<catalog::v1::ResourceFormat>());
  Repeated(search, "--cycle", &args->cycles, "Only these update cycles", true)
      ->check(Is<catalog::v1::UpdateCycle>());
  Repeated(search, "--grading", &args->gradings, "Only these gradings")
      ->check(Is<catalog::v1::Grading>());
}

}  // namespace shareway::cli
