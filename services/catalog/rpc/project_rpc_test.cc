// SPDX-License-Identifier: Apache-2.0
// ProjectService over real mTLS.
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/rpc/test_served.h"
#include "shareway/catalog/v1/project.pb.h"

namespace shareway::catalog {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.ProjectService/", method);
}

v1::CreateProjectRequest GoodProject() {
  v1::CreateProjectRequest create;
  v1::Project* project = create.mutable_project();
  project->set_title("社会救助信息平台二期");
  project->set_approval_number("演发改〔2026〕7号");
  project->set_budget_source("市级财政");
  project->set_duties("社会救助对象的认定和资金发放。");
  project->add_systems()->set_title("救助审批系统");
  project->set_year(2026);
  return create;
}

// A person's calls of ProjectService.
class Caller {
 public:
  Caller(Served* served, std::string who) : served_(served), who_(std::move(who)) {}

  absl::StatusOr<v1::Project> Create() {
    return served_->Call<v1::Project>(who_, Path("CreateProject"), GoodProject());
  }
  absl::StatusOr<v1::Project> Precompile(const std::string& name) {
    v1::PrecompileCatalogRequest request;
    request.set_name(name);
    request.add_entries()->set_uses(kName);
    v1::PlannedEntry* entry = request.add_entries();
    entry->set_title("临时救助信息");
    entry->add_items()->set_name("救助金额");
    return served_->Call<v1::Project>(who_, Path("PrecompileCatalog"), request);
  }
  absl::StatusOr<v1::Project> HandIn(const std::string& name, const std::string& resource) {
    v1::HandInCatalogRequest request;
    request.set_name(name);
    v1::Binding* binding = request.add_bindings();
    binding->set_entry("e2");
    binding->set_resource(resource);
    return served_->Call<v1::Project>(who_, Path("HandInCatalog"), request);
  }
  absl::StatusOr<v1::Project> Opine(const v1::Project& project, v1::Opinion::Result result,
                                    const std::string& reason = "") {
    v1::IssueOpinionRequest request;
    request.set_name(project.name());
    request.set_etag(project.etag());
    request.set_result(result);
    request.set_reason(reason);
    return served_->Act<v1::Project>(who_, Path("IssueOpinion"), request);
  }
  absl::StatusOr<v1::Project> Accept(const v1::Project& project) {
    v1::AcceptProjectRequest request;
    request.set_name(project.name());
    request.set_etag(project.etag());
    return served_->Act<v1::Project>(who_, Path("AcceptProject"), request);
  }
  absl::StatusOr<v1::Project> Get(const std::string& name) {
    v1::GetProjectRequest request;
    request.set_name(name);
    return served_->Call<v1::Project>(who_, Path("GetProject"), request);
  }
  absl::StatusOr<v1::ListProjectsResponse> List(const v1::ListProjectsRequest& request = {}) {
    return served_->Call<v1::ListProjectsResponse>(who_, Path("ListProjects"), request);
  }

 private:
  Served* const served_;
  const std::string who_;
};

std::vector<std::string> ActionsOf(const v1::Project& project) {
  return {project.available_actions().begin(), project.available_actions().end()};
}

TEST_CASE("A project goes from its plan to acceptance, and each sees what he may do next",
          "[catalog][rpc][project]") {
  Served served;
  (void)served.Publish();
  Caller editor(&served, "editor");
  Caller officer(&served, "officer");
  const v1::Project made = editor.Create().value();
  CHECK(made.agency() == kCivil);
  CHECK(made.state() == v1::Project::DRAFT);
  CHECK(made.profile().substr(0, 11) == "cn-2025-809");
  CHECK_FALSE(made.passed());
  CHECK(ActionsOf(made) ==
        std::vector<std::string>{"UpdateProject", "PrecompileCatalog", "WithdrawProject"});
  CHECK(ActionsOf(officer.Get(made.name()).value()).empty());
  // The gate is closed to who hands in too early.
  CHECK(DetailsOf(editor.HandIn(made.name(), kName).status())->reason == Reason::kGateClosed);
  CHECK(DetailsOf(officer.Accept(made).status())->reason == Reason::kGateClosed);

  const v1::Project compiled = editor.Precompile(made.name()).value();
  CHECK(compiled.entries(1).items(0).published(0).likeness() == v1::CollectionMatch::SYNONYM);
  CHECK(compiled.missing(0) == "e2");
  CHECK(absl::IsAborted(officer.Opine(made, v1::Opinion::AGREE).status()));
  CHECK(absl::IsInvalidArgument(officer.Opine(compiled, v1::Opinion::DISAGREE).status()));
  const v1::Project refused = officer.Opine(compiled, v1::Opinion::DISAGREE, "重复采集").value();
  CHECK_FALSE(refused.passed());
  const v1::Project again = editor.Precompile(made.name()).value();
  const v1::Project agreed = officer.Opine(again, v1::Opinion::AGREE).value();
  CHECK(agreed.passed());
  CHECK(agreed.opinion().authority() == "authorities/city");
  CHECK(agreed.opinion().compilation() == 2);
  CHECK(ActionsOf(agreed) == std::vector<std::string>{"IssueOpinion"});

  Entry entry = GoodEntry();
  entry.code = "306002/000002";
  const std::string draft = served.Create("editor", entry)->name();
  const v1::Project handed = editor.HandIn(made.name(), draft).value();
  CHECK(handed.state() == v1::Project::HANDED_IN);
  const v1::Project accepted = officer.Accept(handed).value();
  CHECK(accepted.state() == v1::Project::ACCEPTED);
  CHECK(accepted.accepted_by() == "people/officer");
  CHECK(ActionsOf(accepted).empty());
  v1::GetResourceRequest get;
  get.set_name(draft);
  CHECK(served.Call<v1::Resource>("editor", absl::StrCat(kCatalogService, "GetResource"), get)
            ->project() == made.name());
  CHECK(served.Get("editor")->project().empty());
}

TEST_CASE("A project is read by its agency and its authority, and under a mandate on record",
          "[catalog][rpc][project][mandate]") {
  Served served;
  Caller editor(&served, "editor");
  Caller supervisor(&served, "supervisor");
  const std::string name = editor.Create()->name();
  CHECK(Caller(&served, "head").Get(name).ok());
  CHECK(Caller(&served, "officer").Get(name).ok());
  CHECK(Caller(&served, "tax-editor").Get(name).status() == Error::NotVisible(name));
  CHECK(Caller(&served, "tax-editor").List()->projects().empty());
  CHECK(supervisor.Get(name).status() == Error::NotVisible(name));
  served.FollowMandate(kCivil, "2001-01-01", "2999-12-31");
  CHECK(served.Readings() == 0);
  const auto read = supervisor.Get(name);
  REQUIRE(read.ok());
  CHECK(read->available_actions().empty());
  CHECK(supervisor.List()->projects_size() == 1);
  CHECK(served.Readings() == 2);
  CHECK(absl::IsPermissionDenied(supervisor.Create().status()));
}

TEST_CASE("Projects are listed page by page, and those without a catalogue by themselves",
          "[catalog][rpc][project]") {
  Served served;
  (void)served.Publish();
  Caller editor(&served, "editor");
  Caller officer(&served, "officer");
  std::set<std::string> made;
  for (int i = 0; i < 3; ++i) made.insert(editor.Create()->name());
  REQUIRE(editor.Precompile(*made.begin()).ok());
  v1::ListProjectsRequest request;
  request.set_page_size(1);
  std::set<std::string> listed;
  for (int pages = 0; pages < 5; ++pages) {
    const v1::ListProjectsResponse page = officer.List(request).value();
    CHECK(page.projects_size() <= 1);
    for (const v1::Project& project : page.projects()) listed.insert(project.name());
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  CHECK(listed == made);
  v1::ListProjectsRequest without;
  without.set_without_catalogue(true);
  without.set_year(2026);
  CHECK(officer.List(without)->projects_size() == 2);
  without.set_year(2025);
  CHECK(officer.List(without)->projects().empty());
  without.set_state(static_cast<v1::Project::State>(99));
  CHECK(absl::IsInvalidArgument(officer.List(without).status()));
  request.set_page_token("x");
  CHECK(DetailsOf(officer.List(request).status())->reason == Reason::kPageTokenInvalid);
}

}  // namespace
}  // namespace shareway::catalog
