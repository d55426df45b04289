// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/project.h"

#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

using State = Project::State;
using Step = Project::Step;

const absl::Time kNow = absl::FromUnixSeconds(1767600000);
constexpr char kEntry[] = "resources/306002-000001";

Actor Editor() {
  return {.name = "people/editor",
          .person = true,
          .own_agency = true,
          .roles = {Role::kCatalogueEditor}};
}

Actor Officer() {
  return {.name = "people/officer",
          .person = true,
          .in_charge = true,
          .roles = {Role::kSharingAuthority}};
}

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
          {.title = "临时救助信息",
           .items = {{.name = "救助事由"}, {.name = "救助金额"}},
           .share_class = ShareClass::kConditional}};
}

Project Draft(const std::string& profile = "cn-2025-809@1") {
  return Project::Create(Editor(), "projects/p1", "agencies/x", GoodRequest(), profile, kNow)
      .value();
}

// One planned entry that is new, e2, in a project of this state.
Project In(State state) {
  Project::Fields fields = Draft().Precompile(Editor(), GoodEntries())->fields();
  fields.state = state;
  return Project::Restore(fields);
}

absl::StatusOr<Project> Do(const Project& project, Step step) {
  const auto opine = [&](Project::Result result) {
    return project.Opine(Officer(), result, "理由", "authorities/city", kNow);
  };
  switch (step) {
    case Step::kUpdate: return project.Update(Editor(), GoodRequest());
    case Step::kPrecompile: return project.Precompile(Editor(), GoodEntries());
    case Step::kAgree: return opine(Project::Result::kAgree);
    case Step::kAgreeWithChanges: return opine(Project::Result::kAgreeWithChanges);
    case Step::kDisagree: return opine(Project::Result::kDisagree);
    case Step::kHandInPart:
    case Step::kHandInAll:
      return project.HandIn(Editor(), {{.entry = "e2", .resource = kEntry}}, {kEntry});
    case Step::kAccept: {
      Project::Fields fields = project.fields();
      fields.entries.at(1).resource = kEntry;
      return Project::Restore(fields).Accept(Officer(), {kEntry}, kNow);
    }
    case Step::kWithdraw: return project.Withdraw(Editor(), "不再建设");
  }
  return absl::InternalError("no such step");
}

TEST_CASE("The table of a project's states is what its methods do", "[catalog][project]") {
  for (int s = 1; s <= static_cast<int>(State::kWithdrawn); ++s) {
    const State state = static_cast<State>(s);
    for (int t = 0; t <= static_cast<int>(Step::kWithdraw); ++t) {
      const Step step = static_cast<Step>(t);
      if (step == Step::kHandInPart) continue;  // In() has one entry to hand in: all of it
      INFO(StateName(state) << " step " << t);
      const State after = Project::After(state, step);
      const auto done = Do(In(state), step);
      if (after == State::kUnspecified) {
        CHECK(absl::IsFailedPrecondition(done.status()));
        continue;
      }
      REQUIRE(done.ok());
      CHECK(done->fields().state == after);
    }
  }
}

TEST_CASE("Nothing leads from an accepted or withdrawn project, and only acceptance to ACCEPTED",
          "[catalog][project]") {
  for (int t = 0; t <= static_cast<int>(Step::kWithdraw); ++t) {
    const Step step = static_cast<Step>(t);
    CHECK(Project::After(State::kAccepted, step) == State::kUnspecified);
    CHECK(Project::After(State::kWithdrawn, step) == State::kUnspecified);
    for (int s = 1; s <= static_cast<int>(State::kWithdrawn); ++s) {
      if (Project::After(static_cast<State>(s), step) == State::kAccepted) {
        CHECK(step == Step::kAccept);
      }
    }
  }
}

TEST_CASE("Without a favourable opinion the gate is closed to hand-in and acceptance",
          "[catalog][project]") {
  for (State state :
       {State::kDraft, State::kPrecompiled, State::kAgreedWithChanges, State::kDisagreed}) {
    INFO(StateName(state));
    CHECK_FALSE(In(state).Passed());
    for (Step step : {Step::kHandInAll, Step::kAccept}) {
      const absl::Status refused = Do(In(state), step).status();
      REQUIRE(DetailsOf(refused));
      CHECK(DetailsOf(refused)->reason == Reason::kGateClosed);
      CHECK(DetailsOf(refused)->metadata.at("article") == "R25 第三十八条");
    }
  }
  for (State state : {State::kAgreed, State::kHandedIn, State::kAccepted}) {
    CHECK(In(state).Passed());
  }
  const auto under2016 = Draft("cn-2016-51@1").Accept(Officer(), {}, kNow);
  CHECK(absl::StrContains(under2016.status().message(), "M16 第二十一条"));
}

TEST_CASE("Who compiled a project neither issues its opinion nor accepts it",
          "[catalog][project]") {
  Actor both = Officer();
  both.name = "people/editor";
  for (const auto& [state, step] : {std::pair{State::kPrecompiled, Step::kAgree},
                                    std::pair{State::kHandedIn, Step::kAccept}}) {
    const Project project = In(state);
    const absl::Status refused =
        step == Step::kAgree
            ? project.Opine(both, Project::Result::kAgree, "", "authorities/city", kNow).status()
            : project.Accept(both, {kEntry}, kNow).status();
    REQUIRE(absl::IsPermissionDenied(refused));
    CHECK(DetailsOf(refused)->reason == Reason::kOwnRequest);
    CHECK(project.Actions(both).empty());
  }
  // Who handed the catalogue in compiled it, too.
  Actor second = Editor();
  second.name = "people/second";
  const Project handed =
      In(State::kAgreed).HandIn(second, {{.entry = "e2", .resource = kEntry}}, {kEntry}).value();
  second.own_agency = false;
  second.in_charge = true;
  CHECK(absl::IsPermissionDenied(handed.Accept(second, {kEntry}, kNow).status()));
}

TEST_CASE("Strangers get one answer to every step", "[catalog][project]") {
  const Actor stranger = {.name = "people/x",
                          .person = true,
                          .roles = {Role::kCatalogueEditor, Role::kSharingAuthority}};
  const Project project = In(State::kAgreed);
  const absl::Status same = Error::NotVisible("projects/p1");
  CHECK(project.Update(stranger, GoodRequest()).status() == same);
  CHECK(project.Precompile(stranger, GoodEntries()).status() == same);
  CHECK(project.Opine(stranger, Project::Result::kAgree, "", "", kNow).status() == same);
  CHECK(project.HandIn(stranger, {}, {}).status() == same);
  CHECK(project.Accept(stranger, {}, kNow).status() == same);
  CHECK(project.Withdraw(stranger, "x").status() == same);
  CHECK(project.Actions(stranger).empty());
}

TEST_CASE("The changes that the authority asked for keep its opinion, and later ones void it",
          "[catalog][project]") {
  const Project asked = *Do(In(State::kPrecompiled), Step::kAgreeWithChanges);
  const Project changed = *asked.Precompile(Editor(), GoodEntries());
  CHECK(changed.Passed());
  CHECK(changed.fields().compilation == changed.fields().opinion->compilation + 1);
  const Project again = *changed.Precompile(Editor(), GoodEntries());
  CHECK_FALSE(again.Passed());
  CHECK(again.fields().state == State::kPrecompiled);
}

TEST_CASE("Acceptance names the planned entries for which nothing is handed in",
          "[catalog][project]") {
  std::vector<Project::Planned> entries = GoodEntries();
  entries.push_back({.id = "aid", .title = "医疗救助信息", .items = {{.name = "病种"}}});
  const Project agreed =
      *Do(*Draft().Precompile(Editor(), entries), Step::kAgree);
  CHECK(agreed.Missing() == std::vector<std::string>{"e2", "aid"});
  const Project part =
      *agreed.HandIn(Editor(), {{.entry = "aid", .resource = "resources/306002-000002"}},
                     {"resources/306002-000002"});
  CHECK(part.fields().state == State::kAgreed);
  const absl::Status refused =
      part.Accept(Officer(), {"resources/306002-000002"}, kNow).status();
  REQUIRE(absl::IsFailedPrecondition(refused));
  CHECK(DetailsOf(refused)->metadata.at("missing") == "e2");
  const Project all = *part.HandIn(Editor(), {{.entry = "e2", .resource = kEntry}}, {kEntry});
  CHECK(all.fields().state == State::kHandedIn);
  // What was handed in is gone by then.
  CHECK(DetailsOf(all.Accept(Officer(), {kEntry}, kNow).status())->metadata.at("missing") == "aid");
  const Project accepted = *all.Accept(Officer(), {kEntry, "resources/306002-000002"}, kNow);
  CHECK(accepted.fields().accepted_by == "people/officer");
  CHECK(accepted.fields().accept_time == kNow);
}

TEST_CASE("A hand-in names each binding that is wrong, all at once", "[catalog][project]") {
  std::vector<Project::Planned> entries = GoodEntries();
  entries.push_back({.id = "aid", .title = "医疗救助信息", .items = {{.name = "病种"}}});
  const Project agreed = *Do(*Draft().Precompile(Editor(), entries), Step::kAgree);
  const auto refused = agreed.HandIn(Editor(),
                                     {{.entry = "e1", .resource = kEntry},
                                      {.entry = "none", .resource = kEntry},
                                      {.entry = "e2", .resource = "resources/9"}},
                                     {kEntry});
  REQUIRE(absl::IsInvalidArgument(refused.status()));
  std::vector<std::string> fields;
  const ErrorDetails details = DetailsOf(refused.status()).value();
  for (const FieldViolation& fault : details.fields) {
    fields.push_back(fault.field);
  }
  CHECK(fields == std::vector<std::string>{"bindings[0].entry", "bindings[1].entry",
                                           "bindings[2].resource"});
  CHECK(absl::IsInvalidArgument(agreed.HandIn(Editor(), {}, {}).status()));
  // One entry is not two.
  const auto twice = agreed.HandIn(
      Editor(), {{.entry = "e2", .resource = kEntry}, {.entry = "aid", .resource = kEntry}},
      {kEntry});
  CHECK(absl::StrContains(DetailsOf(twice.status())->fields.at(0).rule, "two planned entries"));
}

TEST_CASE("A project that is wrong is refused with every field", "[catalog][project]") {
  const auto created = Project::Create(Editor(), "projects/p1", "agencies/x", {}, "p", kNow);
  REQUIRE(absl::IsInvalidArgument(created.status()));
  std::vector<std::string> fields;
  const ErrorDetails details = DetailsOf(created.status()).value();
  for (const FieldViolation& fault : details.fields) {
    fields.push_back(fault.field);
  }
  CHECK(fields == std::vector<std::string>{"project.title", "project.approval_number",
                                           "project.budget_source", "project.duties",
                                           "project.systems", "project.year"});
}

TEST_CASE("A pre-compiled catalogue that is wrong is refused with its field",
          "[catalog][project]") {
  using Entries = std::vector<Project::Planned>;
  const std::map<std::string, std::function<void(Entries*)>> spoils = {
      {"entries", [](Entries* e) { e->clear(); }},
      {"entries[0].uses", [](Entries* e) { e->at(0).title = "题"; }},
      {"entries[1].title", [](Entries* e) { e->at(1).title.clear(); }},
      {"entries[1].items", [](Entries* e) { e->at(1).items.clear(); }},
      {"entries[1].items[0].name", [](Entries* e) { e->at(1).items[0].name = "、、"; }},
      {"entries[1].items[1].definition",
       [](Entries* e) { e->at(1).items[1].definition = std::string(501, 'x'); }},
      {"entries[1].share_class",
       [](Entries* e) { e->at(1).share_class = static_cast<ShareClass>(9); }},
      {"entries[1].id", [](Entries* e) { e->at(1).id = "E1"; }}};
  CHECK(Project::CheckEntries(GoodEntries()).ok());
  for (const auto& [field, spoil] : spoils) {
    INFO(field);
    Entries entries = GoodEntries();
    spoil(&entries);
    const absl::Status refused = Project::CheckEntries(entries);
    REQUIRE(absl::IsInvalidArgument(refused));
    REQUIRE(DetailsOf(refused)->fields.size() == 1);
    CHECK(DetailsOf(refused)->fields[0].field == field);
  }
  Entries many(3, {.title = "题", .items = std::vector<Project::PlannedItem>(70, {.name = "项"})});
  CHECK(absl::IsInvalidArgument(Project::CheckEntries(many)));
}

TEST_CASE("A project with a mark of secrecy is refused and nothing of it is quoted",
          "[catalog][project]") {
  Project::Request request = GoodRequest();
  request.systems[0].duties = "机密★10年";
  const auto created = Project::Create(Editor(), "projects/p1", "agencies/x", request, "p", kNow);
  CHECK(DetailsOf(created.status())->reason == Reason::kSecretRefused);
  CHECK_FALSE(absl::StrContains(created.status().message(), "机密"));
  std::vector<Project::Planned> entries = GoodEntries();
  entries[1].items[0].definition = "【秘密】";
  CHECK(DetailsOf(Project::CheckEntries(entries))->metadata.at("field") ==
        "entries[1].items[0].definition");
  CHECK(DetailsOf(In(State::kDraft).Withdraw(Editor(), "机密★10年").status())->reason ==
        Reason::kSecretRefused);
}

TEST_CASE("An opinion that does not agree has a reason", "[catalog][project]") {
  const Project project = In(State::kPrecompiled);
  const auto opine = [&](Project::Result result, const std::string& reason) {
    return project.Opine(Officer(), result, reason, "authorities/city", kNow);
  };
  CHECK(opine(Project::Result::kAgree, "").ok());
  CHECK(absl::IsInvalidArgument(opine(Project::Result::kDisagree, "").status()));
  CHECK(absl::IsInvalidArgument(opine(Project::Result::kAgreeWithChanges, "").status()));
  CHECK(absl::IsInvalidArgument(opine(Project::Result::kUnspecified, "x").status()));
  CHECK(opine(Project::Result::kDisagree, "与已有目录重复")->fields().opinion->authority ==
        "authorities/city");
}

}  // namespace
}  // namespace shareway::catalog
