// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/project_rpc.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/catalog/rpc/cause.h"

namespace shareway::catalog {
namespace {

// A page has at most 4 MiB as a message, and a project 52 KiB: longer pages end early, and go on.
constexpr int kMaxPage = 50;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.ProjectService/", method);
}

}  // namespace

void ProjectRpc::Serve(rpc::Server* server) {
  ServeAgency(server);
  ServeAuthority(server);
  ServeReads(server);
}

void ProjectRpc::ServeAgency(rpc::Server* server) {
  server->Unary<v1::CreateProjectRequest, v1::Project>(
      Path("CreateProject"), [this](const rpc::Call& call, const v1::CreateProjectRequest& r) {
        return Answer(call, projects_->Create(CauseOf(call, r.request_id()),
                                              RequestFrom(r.project())));
      });
  server->Unary<v1::UpdateProjectRequest, v1::Project>(
      Path("UpdateProject"), [this](const rpc::Call& call, const v1::UpdateProjectRequest& r) {
        return Answer(call, projects_->Update(CauseOf(call, r.request_id()), r.project().name(),
                                              r.project().etag(), RequestFrom(r.project())));
      });
  server->Unary<v1::PrecompileCatalogRequest, v1::Project>(
      Path("PrecompileCatalog"),
      [this](const rpc::Call& call, const v1::PrecompileCatalogRequest& r) {
        std::vector<Project::Planned> entries;
        for (const v1::PlannedEntry& entry : r.entries()) entries.push_back(PlannedFrom(entry));
        return Answer(call, projects_->Precompile(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                                  std::move(entries)));
      });
  server->Unary<v1::HandInCatalogRequest, v1::Project>(
      Path("HandInCatalog"), [this](const rpc::Call& call, const v1::HandInCatalogRequest& r) {
        std::vector<Project::Binding> bindings;
        for (const v1::Binding& binding : r.bindings()) {
          bindings.push_back({.entry = binding.entry(), .resource = binding.resource()});
        }
        return Answer(call, projects_->HandIn(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                              bindings));
      });
  server->Unary<v1::WithdrawProjectRequest, v1::Project>(
      Path("WithdrawProject"), [this](const rpc::Call& call, const v1::WithdrawProjectRequest& r) {
        return Answer(call, projects_->Withdraw(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                                r.reason()));
      });
}

void ProjectRpc::ServeAuthority(rpc::Server* server) {
  server->Unary<v1::IssueOpinionRequest, v1::Project>(
      Path("IssueOpinion"), [this](const rpc::Call& call, const v1::IssueOpinionRequest& r) {
        return Answer(call, projects_->Opine(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                             static_cast<Project::Result>(r.result()), r.reason()));
      });
  server->Unary<v1::AcceptProjectRequest, v1::Project>(
      Path("AcceptProject"), [this](const rpc::Call& call, const v1::AcceptProjectRequest& r) {
        return Answer(call,
                      projects_->Accept(CauseOf(call, r.request_id()), r.name(), r.etag()));
      });
}

void ProjectRpc::ServeReads(rpc::Server* server) {
  server->Unary<v1::GetProjectRequest, v1::Project>(
      Path("GetProject"), [this](const rpc::Call& call, const v1::GetProjectRequest& request) {
        return Answer(call, projects_->Get(CallerOf(call), request.name()));
      });
  server->Unary<v1::ListProjectsRequest, v1::ListProjectsResponse>(
      Path("ListProjects"), [this](const rpc::Call& call, const v1::ListProjectsRequest& request) {
        return List(call, request);
      });
}

v1::Project ProjectRpc::View(const rpc::Call& call, const Projects::Loaded& loaded) const {
  v1::Project message = ToMessage(loaded.project);
  message.set_etag(Projects::Etag(loaded));
  const Actor actor = projects_->ActorFor(CallerOf(call), loaded.project.fields().agency);
  for (const std::string& action : loaded.project.Actions(actor)) {
    message.add_available_actions(action);
  }
  return message;
}

absl::StatusOr<v1::Project> ProjectRpc::Answer(const rpc::Call& call,
                                               absl::StatusOr<Projects::Loaded> loaded) const {
  if (!loaded.ok()) return loaded.status();
  return View(call, *loaded);
}

absl::StatusOr<v1::ListProjectsResponse> ProjectRpc::List(
    const rpc::Call& call, const v1::ListProjectsRequest& request) const {
  if (!v1::Project::State_IsValid(request.state())) {
    return Error::Field("state", absl::StrCat("is ", request.state(), ", want 1 to ",
                                              static_cast<int>(v1::Project::State_MAX)));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string last, tokens_.Open(query, request.page_token()));
  const Projects::Filter filter = {.agency = request.agency(),
                                   .year = request.year(),
                                   .state = static_cast<Project::State>(request.state()),
                                   .without_catalogue = request.without_catalogue()};
  SHAREWAY_ASSIGN_OR_RETURN(const Projects::Page page,
                            projects_->List(CallerOf(call), filter, last,
                                            static_cast<size_t>(std::min(size, kMaxPage))));
  v1::ListProjectsResponse response;
  for (const Projects::Loaded& loaded : page.projects) *response.add_projects() = View(call, loaded);
  response.set_next_page_token(tokens_.Make(query, page.next));
  return response;
}

}  // namespace shareway::catalog
