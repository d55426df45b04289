// SPDX-License-Identifier: Apache-2.0
// What is not published yet is its agency's and its authority's alone: no other can tell
// by any method of catalog.v1 that it is there, nor learn by one who the people and keys of the
// directory are.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/rpc/test_stranger_sweep.h"
#include "services/catalog/rpc/test_served.h"
#include "services/catalog/search/test_ready.h"

namespace shareway::catalog {
namespace {

namespace pb = google::protobuf;

// With letters that stay as they are when an answer is written as text.
constexpr char kDraftTitle[] = "特困人员信息UNPUBLISHED1";
constexpr char kWorkingTitle[] = "低保对象UNPUBLISHED2";
constexpr char kProjectTitle[] = "救助平台PLANNED1";

// Methods that no stranger is tried on, and why.
const std::set<std::string>& LeftOut() {
  static const auto* const left_out = new std::set<std::string>{
      // Tells every node and service all people and keys: each checks its callers by them itself.
      // Others are turned away, as the matrix of tests/access shows.
      "WatchDirectory"};
  return *left_out;
}

// Fields that name an object, and answer alike for another reason than NOT_VISIBLE.
const std::map<std::string, std::string>& Excepted() {
  static const auto* const excepted = new std::map<std::string, std::string>{
      {"ApproveNode.name", "the security administrator's alone, for all agencies"},
      {"CreateResource.resource.name", "an entry that is made is named by its code"},
      {"GetAgency.name", "agencies are public: everybody must know whom to ask"},
      {"GetSource.name", "who is the source of an item is for all to know, so that they ask there"},
      {"ReturnNode.name", "the security administrator's alone, for all agencies"},
      {"SetStanding.name", "the security administrator's alone, for all agencies"}};
  return *excepted;
}

bool NamesObject(const std::string& field) {
  static const auto* const others = new std::set<std::string>{
      "abstract", "change_reason", "decision", "statement", "subject",
      "approval_number", "article", "budget_source", "definition", "description",
      "division_prefix", "document", "duties", "etag", "format_type",
      "keywords",
      "not_shared_reason", "open_condition", "page_token", "query", "reason", "request_id",
      "return_reason", "text", "title", "use_condition", "values", "withdraw_reason"};
  return others->count(field) == 0;
}

std::string TextFor(const std::string& field, const std::string& etag) {
  if (field == "etag") return etag;
  if (field == "provider") return kCivil;
  if (field == "query") return "特困人员信息";
  if (field == "reason") return "依职责需要";
  return "";
}

// A catalogue with one published entry, of which a new revision is under way, and two others that
// nobody may see but civil affairs and the bureau in charge.
struct Hiding {
  Hiding() {
    (void)served.Publish();
    v1::UpdateResourceRequest update;
    *update.mutable_resource() = served.Get("editor").value();
    update.mutable_resource()->set_title(kWorkingTitle);
    REQUIRE(served.Call<v1::Resource>("editor", absl::StrCat(kCatalogService, "UpdateResource"),
                                      update)
                .ok());
    Entry entry = GoodEntry();
    entry.title = kDraftTitle;
    entry.code = "306002/000002";
    const auto draft = served.Create("editor", entry);
    INFO(draft.status());
    REQUIRE(draft.ok());
    entry.code = "306002/000003";
    v1::SubmitResourceRequest submit;
    submit.set_name(served.Create("editor", entry).value().name());
    REQUIRE(served.Call<v1::Resource>("editor", absl::StrCat(kCatalogService, "SubmitResource"),
                                      submit)
                .ok());
    hidden = {draft->name(), submit.name()};
    TestWorld& world = served.world();
    project = world.projects
                  ->Create(world.By("editor"), {.title = kProjectTitle,
                                                .approval_number = "1号",
                                                .budget_source = "市级财政",
                                                .duties = "救助",
                                                .systems = {{.title = "救助系统"}},
                                                .year = 2026})
                  ->project.fields()
                  .name;
    // The authority's, over the published entry.
    const Updates::Page page =
        world.updates->List(world.By("officer").caller, {}, "", 10).value();
    for (const auto& loaded : page.clocks) {
      clocks.push_back(loaded.clock.fields().name);
    }
    v1::ImportResourcesRequest file;
    file.mutable_import()->set_file_name("entries.json");
    file.set_data("[{\"code\": \"306002/000009\"}]");
    auto stream = served.As("editor")->ClientStream<v1::ImportResourcesRequest, v1::Import>(
        absl::StrCat(kCatalogService, "ImportResources"), {});
    stream.Write(file);
    import = stream.Finish().value().name();
    v1::UploadAssessmentDocumentRequest part;
    part.mutable_header()->mutable_document()->set_file_name("评估.txt");
    auto upload =
        served.As("editor")
            ->ClientStream<v1::UploadAssessmentDocumentRequest, v1::AssessmentDocument>(
                absl::StrCat(kCatalogService, "UploadAssessmentDocument"), {});
    upload.Write(part);
    part.set_chunk("个人信息保护影响评估");
    upload.Write(part);
    assessment = upload.Finish().value().name();
    REQUIRE(search::AwaitReady(served.world().index.get()));
  }
  std::string EtagOf(const std::string& name) const {
    if (absl::StartsWith(name, "projects/")) {
      const auto known = served.world().project_store->Load(name);
      return known.ok() && *known ? Projects::Etag(**known) : std::string("v1");
    }
    const auto loaded = served.world().resources->Load(name);
    return loaded.ok() ? Catalog::Etag(*loaded) : std::string("v1");
  }
  std::string ListedAs(const std::string& who) const {
    const auto listed = served.Call<v1::ListResourcesResponse>(
        who, absl::StrCat(kCatalogService, "ListResources"), v1::ListResourcesRequest());
    REQUIRE(listed.ok());
    return listed->DebugString();
  }
  sweep::Service Swept() const {
    const std::vector<std::string> secrets = {"UNPUBLISHED1", "UNPUBLISHED2", "PLANNED1"};
    const std::vector<std::string> people = {"people/editor", "people/head"};
    return {.uri = "shareway://test/service/catalog",
            .port = served.port(),
            .names_object = NamesObject,
            .text = TextFor,
            .left_out = {"revision"},  // 0: what the caller may see of the newest
            .absent = [](const std::string&, const std::string& name) {
              return sweep::Nothing(name);
            },
            .etag = [this](const std::string& name) { return EtagOf(name); },
            .objects = {{"resources", hidden},
                        {"people", people},
                        {"projects", {project}},
                        {"updateClocks", clocks},
                        {"imports", {import}},
                        {"assessmentDocuments", {assessment}}},
            .secrets = secrets};
  }

  mutable Served served;
  std::vector<std::string> hidden;
  std::string project;  // of civil affairs
  std::string import;   // of civil affairs
  std::string assessment;  // of civil affairs
  std::vector<std::string> clocks;
};

TEST_CASE("A stranger cannot tell by any method what is not published", "[catalog][stranger]") {
  Hiding world;
  // The security administrator keeps the directory for all agencies: nobody is hidden from him.
  const std::vector<shareway::Role> roles = sweep::RolesBut({SECURITY_ADMINISTRATOR});
  const sweep::Service swept = world.Swept();
  const auto admit = [&](const std::string& uri) {
    return sweep::Admit(world.served.pki(), world.served.holder(), uri, kTax, roles);
  };
  sweep::Caller person(admit("person/s"), "person/s", swept);
  sweep::Caller system(admit("agency/housing/system/s1"), "agency/housing/system/s1", swept);
  sweep::Caller node(admit("agency/housing/node/n1"), "agency/housing/node/n1", swept);
  sweep::Caller service(admit("service/console"), "service/console", swept);
  sweep::Comparison comparison(swept);

  // It is there, and who may see it does.
  for (const char* who : {"editor", "officer"}) {
    for (const std::string& name : world.hidden) {
      CHECK(absl::StrContains(world.ListedAs(who), name));
    }
  }
  CHECK(absl::StrContains(world.ListedAs("editor"), "UNPUBLISHED1"));
  CHECK(absl::StrContains(world.ListedAs("editor"), "UNPUBLISHED2"));
  CHECK(absl::StrContains(world.ListedAs("tax-editor"), kName));
  std::map<std::string, std::string> before;
  for (const std::string& name : world.hidden) before[name] = world.EtagOf(name);
  const std::string project_etag = world.EtagOf(world.project);

  const std::vector<const pb::MethodDescriptor*> methods =
      sweep::MethodsOf("shareway/catalog/v1", {});
  for (const pb::MethodDescriptor* method : methods) {
    if (LeftOut().count(method->name()) > 0) continue;
    for (sweep::Caller* caller : {&person, &system, &node, &service}) {
      comparison.Try(caller, *method, caller == &person || caller == &node);
    }
  }
  CHECK(comparison.tried() + LeftOut().size() == methods.size());
  CHECK(comparison.tried() > 20);
  const std::string differences = comparison.differences();
  INFO(differences);
  CHECK(differences.empty());
  for (const auto& [name, etag] : before) CHECK(world.EtagOf(name) == etag);
  CHECK(world.EtagOf(world.project) == project_etag);

  for (const pb::MethodDescriptor* method : methods) {
    for (const char* field : {"name", "resource.name"}) {
      const std::string at = absl::StrCat(method->name(), ".", field);
      if (!sweep::HasField(swept, *method, field) || Excepted().count(at) > 0) continue;
      INFO(at);
      CHECK(comparison.Hidden(*method, field));
    }
  }
}

}  // namespace
}  // namespace shareway::catalog
