// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/projects.h"

#include <set>

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kEntry[] = "resources/306002-000001";

Project::Request GoodRequest() {
  return {.title = "社会救助信息平台二期",
          .approval_number = "演发改〔2026〕7号",
          .budget_source = "市级财政",
          .duties = "社会救助对象的认定和资金发放。",
          .systems = {{.title = "救助审批系统", .duties = "受理、审批"}},
          .year = 2026};
}

std::vector<Project::Planned> GoodEntries() {
  return {{.uses = kEntry},
          {.title = "临时救助信息", .items = {{.name = "救助事由"}, {.name = "救助金额"}}}};
}

std::string NameOf(const Projects::Loaded& loaded) { return loaded.project.fields().name; }

// A project of civil affairs with a favourable opinion, of which e2 is to be handed in.
Projects::Loaded Agreed(TestWorld* world) {
  const Projects::Loaded made =
      world->projects->Create(world->By("editor"), GoodRequest()).value();
  const Projects::Loaded compiled =
      world->projects->Precompile(world->By("editor"), NameOf(made), "", GoodEntries()).value();
  return world->projects
      ->Opine(world->ActBy("officer", NameOf(made)), NameOf(made), Projects::Etag(compiled),
              Project::Result::kAgree, "")
      .value();
}

// A draft of civil affairs under another code.
std::string DraftOf(TestWorld* world, const std::string& code) {
  Entry entry = GoodEntry();
  entry.code = code;
  return world->catalog->Create(world->By("editor"), entry, false)->resource.fields().name;
}

TEST_CASE("A project passes the gate with its catalogue and hands it in at acceptance",
          "[catalog][project]") {
  TestWorld world;
  world.Publish();
  const Projects::Loaded agreed = Agreed(&world);
  CHECK(agreed.project.Passed());
  CHECK(world.Events().back().kind() == evidence::v1::PROJECT_OPINION_ISSUED);
  CHECK(world.Events().back().has_act());
  // What is published already was found when the catalogue was pre-compiled.
  const Project::Planned& planned = agreed.project.fields().entries.at(1);
  CHECK(planned.items.at(0).published.empty());
  REQUIRE(planned.items.at(1).published.size() == 1);
  CHECK(planned.items[1].published[0].place == std::string(kEntry) + "/amount");
  CHECK(planned.items[1].published[0].likeness == Likeness::kSynonym);
  CHECK(planned.items[1].published[0].provider == kCivil);

  const std::string draft = DraftOf(&world, "306002/000002");
  const auto handed = world.projects->HandIn(world.By("editor"), NameOf(agreed), "",
                                             {{.entry = "e2", .resource = draft}});
  REQUIRE(handed.ok());
  CHECK(handed->project.fields().state == Project::State::kHandedIn);
  CHECK(world.project_store->ProjectOf(draft).value().empty());
  const auto accepted = world.projects->Accept(world.ActBy("officer", "accept"), NameOf(agreed),
                                               Projects::Etag(*handed));
  REQUIRE(accepted.ok());
  CHECK(world.Events().back().kind() == evidence::v1::PROJECT_ACCEPTED);
  CHECK(world.Events().back().object() == NameOf(agreed));
  v1::Project state;
  REQUIRE(state.ParseFromString(world.Events().back().state()));
  CHECK(state.entries(1).resource() == draft);
  CHECK(world.project_store->ProjectOf(draft).value() == NameOf(agreed));
  CHECK(world.project_store->ProjectOf(kEntry).value().empty());
  // After a restart it stands as it stood.
  world.Reopen();
  const auto read = world.projects->Get(world.By("officer").caller, NameOf(agreed));
  REQUIRE(read.ok());
  CHECK(read->project.fields().state == Project::State::kAccepted);
  CHECK(read->project.fields().opinion->issuer == "people/officer");
}

TEST_CASE("An entry comes in with one project only", "[catalog][project]") {
  TestWorld world;
  world.Publish();
  const std::string draft = DraftOf(&world, "306002/000002");
  const std::vector<Project::Binding> bindings = {{.entry = "e2", .resource = draft}};
  const std::string first = NameOf(Agreed(&world));
  const std::string second = NameOf(Agreed(&world));
  std::vector<std::string> etags;
  for (const std::string& name : {first, second}) {
    etags.push_back(
        Projects::Etag(world.projects->HandIn(world.By("editor"), name, "", bindings).value()));
  }
  REQUIRE(world.projects->Accept(world.ActBy("officer", "1"), first, etags[0]).ok());
  const absl::Status refused =
      world.projects->Accept(world.ActBy("officer", "2"), second, etags[1]).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(DetailsOf(refused)->metadata.at("missing") == "e2");
  CHECK(absl::IsInvalidArgument(
      world.projects->HandIn(world.By("editor"), second, "", bindings).status()));
  CHECK(world.project_store->ProjectOf(draft).value() == first);
}

TEST_CASE("Only the agency's own entries are handed in, and others' drafts do not show",
          "[catalog][project]") {
  TestWorld world;
  world.Publish();
  const Projects::Loaded agreed = Agreed(&world);
  Entry entry = GoodEntry();
  entry.code = "306002/000009";
  entry.provider = kTax;
  const std::string others =
      world.catalog->Create(world.By("tax-editor"), entry, false)->resource.fields().name;
  const auto hand_in = [&](const std::string& resource) {
    const absl::Status status = world.projects
                                    ->HandIn(world.By("editor"), NameOf(agreed), "",
                                             {{.entry = "e2", .resource = resource}})
                                    .status();
    REQUIRE(absl::IsInvalidArgument(status));
    std::string rule = DetailsOf(status)->fields.at(0).rule;
    return rule.replace(rule.find(resource), resource.size(), "X");
  };
  CHECK(hand_in(others) == hand_in("resources/306002-000008"));
  // The same of what a project uses.
  const auto use = [&](const std::string& resource) {
    return world.projects->Precompile(world.By("editor"), NameOf(agreed), "", {{.uses = resource}})
        .status()
        .code();
  };
  CHECK(use(others) == absl::StatusCode::kFailedPrecondition);
  CHECK(use("resources/306002-000008") == absl::StatusCode::kFailedPrecondition);
  CHECK(use("projects/x") == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("A project is its agency's and its authority's, for others it is not there",
          "[catalog][project]") {
  TestWorld world;
  const std::string name =
      NameOf(world.projects->Create(world.By("editor"), GoodRequest()).value());
  const Caller stranger = world.By("tax-editor").caller;
  CHECK(world.projects->Get(world.By("head").caller, name).ok());
  CHECK(world.projects->Get(world.By("officer").caller, name).ok());
  CHECK(world.projects->Get(stranger, name).status() == Error::NotVisible(name));
  CHECK(world.projects->Get(stranger, "projects/none").status() ==
        Error::NotVisible("projects/none"));
  CHECK(world.projects->List(stranger, {}, "", 10)->projects.empty());
  CHECK(world.projects->List(stranger, {.agency = kCivil}, "", 10)->projects.empty());
  CHECK(world.projects->Withdraw(world.By("tax-editor"), name, "", "x").status() ==
        Error::NotVisible(name));
  // A mandate over the authority's agency is none over the agencies in its charge.
  Caller inspector = world.By("officer").caller;
  inspector.inspects = true;
  CHECK(world.projects->Get(inspector, name).status() == Error::NotVisible(name));
}

TEST_CASE("The authority lists a year's projects without a catalogue", "[catalog][project]") {
  TestWorld world;
  world.Publish();
  Project::Request request = GoodRequest();
  const std::string bare = NameOf(world.projects->Create(world.By("editor"), request).value());
  const std::string taxes =
      NameOf(world.projects->Create(world.By("tax-editor"), request).value());
  request.year = 2025;
  const std::string older = NameOf(world.projects->Create(world.By("editor"), request).value());
  const std::string given_up =
      NameOf(world.projects->Create(world.By("editor"), GoodRequest()).value());
  REQUIRE(world.projects->Withdraw(world.By("editor"), given_up, "", "停建").ok());
  (void)Agreed(&world);
  const auto names = [&](const Projects::Filter& filter) {
    std::set<std::string> found;
    for (std::string last;;) {
      const Projects::Page page =
          world.projects->List(world.By("officer").caller, filter, last, 1).value();
      for (const Projects::Loaded& loaded : page.projects) found.insert(NameOf(loaded));
      if (page.next.empty()) return found;
      last = page.next;
    }
  };
  CHECK(names({}).size() == 5);
  CHECK(names({.year = 2026, .without_catalogue = true}) == std::set<std::string>{bare, taxes});
  CHECK(names({.agency = kTax, .without_catalogue = true}) == std::set<std::string>{taxes});
  CHECK(names({.year = 2025}) == std::set<std::string>{older});
  CHECK(names({.state = Project::State::kWithdrawn}) == std::set<std::string>{given_up});
  CHECK(absl::IsInvalidArgument(
      world.projects->List(world.By("officer").caller, {.agency = "x"}, "", 1).status()));
}

TEST_CASE("A project's write is taken once for one request id and not on a stale etag",
          "[catalog][project]") {
  TestWorld world;
  const Cause cause = world.By("editor", "request-1");
  const Projects::Loaded made = world.projects->Create(cause, GoodRequest()).value();
  const size_t events = world.Events().size();
  CHECK(NameOf(world.projects->Create(cause, GoodRequest()).value()) == NameOf(made));
  CHECK(world.Events().size() == events);
  REQUIRE(world.projects->Update(world.By("editor"), NameOf(made), "", GoodRequest()).ok());
  CHECK(absl::IsAborted(
      world.projects
          ->Update(world.By("editor"), NameOf(made), Projects::Etag(made), GoodRequest())
          .status()));
  // What is signed names the state that was seen.
  CHECK(absl::IsInvalidArgument(world.projects
                                    ->Opine(world.ActBy("officer"), NameOf(made), "",
                                            Project::Result::kAgree, "")
                                    .status()));
}

TEST_CASE("A catalogue that does not fit a record is refused whole", "[catalog][project]") {
  TestWorld world;
  const Projects::Loaded made =
      world.projects->Create(world.By("editor"), GoodRequest()).value();
  std::vector<Project::Planned> entries(2);
  int number = 0;
  for (Project::Planned& entry : entries) {
    entry.title = "题";
    for (int i = 0; i < 100; ++i) {
      std::string definition;
      for (int c = 0; c < 450; ++c) definition += "义";
      entry.items.push_back(
          {.name = absl::StrCat("项", ++number), .definition = std::move(definition)});
    }
  }
  const absl::Status refused =
      world.projects->Precompile(world.By("editor"), NameOf(made), "", entries).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields.at(0).field == "project");
  CHECK(world.projects->Get(world.By("editor").caller, NameOf(made))->project.fields().compilation ==
        0);
}

}  // namespace
}  // namespace shareway::catalog
