// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/resource.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

using State = Resource::State;
using Face = Resource::Face;

Actor Own(const std::string& name, Role role) {
  return {.name = "people/" + name, .person = true, .own_agency = true, .roles = {role}};
}
const Actor kEditor = Own("editor", Role::kCatalogueEditor);
const Actor kHead = Own("head", Role::kDepartmentHead);
const Actor kOfficer = {.name = "people/officer",
                        .person = true,
                        .in_charge = true,
                        .roles = {Role::kSharingAuthority}};
const Actor kStranger = {
    .name = "people/stranger",
    .person = true,
    .roles = {Role::kSharingAuthority, Role::kDepartmentHead, Role::kCatalogueEditor}};
const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

Resource Draft() { return Resource::Create(kEditor, GoodEntry(), Law2025()).value(); }
Resource Submitted() { return Draft().Submit(kEditor, Law2025()).value(); }
Resource Approved() { return Submitted().Approve(kHead).value(); }
Resource Published() { return Approved().Publish(kOfficer, kNow).value(); }

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("An entry is compiled, approved and published by three people", "[catalog]") {
  const Resource published = Published();
  CHECK(published.fields().name == "resources/306002-000001");
  REQUIRE(published.fields().published);
  CHECK(published.fields().published->revision == 1);
  CHECK(published.fields().published->publish_time == kNow);
  CHECK(published.fields().published->profile == "cn-2025-809@1");
  CHECK_FALSE(published.fields().working);
}

TEST_CASE("A stranger gets one answer to everything", "[catalog]") {
  const std::string name = Draft().fields().name;
  const absl::Status never = Error::NotVisible(name);
  CHECK(Draft().Update(kStranger, GoodEntry(), Law2025()).status() == never);
  CHECK(Draft().Submit(kStranger, Law2025()).status() == never);
  CHECK(Submitted().Approve(kStranger).status() == never);
  CHECK(Approved().Publish(kStranger, kNow).status() == never);
  CHECK(Approved().Return(kStranger, "缺项").status() == never);
  CHECK(Published().Suspend(kStranger, "停用").status() == never);
  CHECK(Published().Resume(kStranger, "恢复").status() == never);
  CHECK(Published().Withdraw(kStranger, "停用", "").status() == never);
  CHECK(Draft().FaceFor(kStranger) == Face::kNone);
  CHECK(Published().FaceFor(kStranger) == Face::kPublished);
  CHECK(Draft().Actions(kStranger).empty());
}

TEST_CASE("Nobody decides on his own work", "[catalog]") {
  Actor both = kEditor;
  both.roles.insert(Role::kDepartmentHead);
  CHECK(ReasonOf(Submitted().Approve(both).status()) == Reason::kOwnRequest);
  CHECK(Submitted().Actions(both) == std::vector<std::string>{"ReturnResource"});
  // Nor does a head of the bureau publish what he approved.
  Actor bureau = kOfficer;
  bureau.name = kHead.name;
  CHECK(ReasonOf(Approved().Publish(bureau, kNow).status()) == Reason::kOwnRequest);
  // Whoever touched the draft has compiled it.
  const Resource touched =
      Draft().Update(Own("second", Role::kCatalogueEditor), GoodEntry(), Law2025()).value();
  CHECK(ReasonOf(touched.Submit(kEditor, Law2025())
                     ->Approve(Own("second", Role::kDepartmentHead))
                     .status()) == Reason::kOwnRequest);
}

TEST_CASE("Every transition is refused in every other state", "[catalog]") {
  const std::vector<std::pair<std::string, Resource>> states = {
      {"draft", Draft()},
      {"submitted", Submitted()},
      {"approved", Approved()},
      {"returned", Approved().Return(kOfficer, "缺项").value()},
      {"published", Published()},
      {"suspended", Published().Suspend(kOfficer, "核查").value()},
      {"withdrawn", Published().Withdraw(kOfficer, "机构改革", "").value()}};
  const auto check = [](const std::string& state, const absl::Status& got, bool allowed) {
    CAPTURE(state, got.ToString());
    CHECK((allowed ? got.ok() : absl::IsFailedPrecondition(got)));
  };
  for (const auto& [state, resource] : states) {
    const bool editable = state == "draft" || state == "returned";
    const bool open = state == "published" || state == "suspended";
    check(state, resource.Update(kEditor, GoodEntry(), Law2025()).status(), editable || open);
    check(state, resource.Submit(kEditor, Law2025()).status(), editable);
    check(state, resource.Approve(kHead).status(), state == "submitted");
    check(state, resource.Publish(kOfficer, kNow).status(), state == "approved");
    check(state, resource.Return(kOfficer, "缺项").status(), state == "approved");
    check(state, resource.Withdraw(kOfficer, "停用", "").status(), open);
    check(state, resource.Suspend(kOfficer, "停用").status(), state == "published");
    check(state, resource.Resume(kOfficer, "恢复").status(), state == "suspended");
  }
}

TEST_CASE("The legal text of 2025 asks for the assessments before submission", "[catalog]") {
  Entry entry = GoodEntry();
  entry.assessment = {};
  const Resource draft = Resource::Create(kEditor, entry, Law2025()).value();
  const absl::Status refused = draft.Submit(kEditor, Law2025()).status();
  CHECK(ReasonOf(refused) == Reason::kAssessmentMissing);
  CHECK(absl::StrContains(refused.message(), "R25 第十三条"));
  CHECK(draft.Submit(kEditor, Law2016()).ok());
}

TEST_CASE("What is shared is not submitted without its conditions of use", "[catalog]") {
  for (const Law& law : {Law2025(), Law2016()}) {
    CAPTURE(law.profile);
    for (const char* nothing : {"", "  ", "\u3000 \u3000"}) {
      Entry entry = GoodEntry();
      entry.use_condition = nothing;
      // A draft may lack them for a while.
      const Resource draft = Resource::Create(kEditor, entry, law).value();
      const absl::Status refused = draft.Submit(kEditor, law).status();
      CHECK(refused.code() == absl::StatusCode::kInvalidArgument);
      const auto details = DetailsOf(refused);
      REQUIRE(details);
      REQUIRE(details->fields.size() == 1);
      CHECK(details->fields[0].field == "resource.use_condition");
      CHECK(absl::EndsWith(details->fields[0].rule,
                           absl::StrCat("(", law.content_article, ", ", law.profile, ")")));
    }
    // A text that does not ask for them takes an entry without.
    Law silent = law;
    silent.use_condition_stated = false;
    Entry entry = GoodEntry();
    entry.use_condition.clear();
    CHECK(Resource::Create(kEditor, entry, silent)->Submit(kEditor, silent).ok());
    // What is not shared has no use; one item that is shared has.
    entry.declared_class = ShareClass::kNotShared;
    entry.conditions.clear();
    entry.not_shared_reason = "法律规定不得提供。";
    entry.not_shared_basis = {{BasisLevel::kLaw, "演示法", "第一条"}};
    CHECK(Resource::Create(kEditor, entry, law)->Submit(kEditor, law).ok());
    entry.items[1].share_class = ShareClass::kUnconditional;
    CHECK_FALSE(Resource::Create(kEditor, entry, law)->Submit(kEditor, law).ok());
  }
}

TEST_CASE("A refused secret leaves no trace of what it was", "[catalog]") {
  Entry entry = GoodEntry();
  entry.abstract = "某工程坐标，机密★20年";
  entry.title.clear();  // other faults are not told either: they would quote
  for (const Law& law : {Law2025(), Law2016()}) {
    const absl::Status refused = Resource::Create(kEditor, entry, law).status();
    CHECK(ReasonOf(refused) == Reason::kSecretRefused);
    CHECK(absl::StrContains(refused.message(), law.secret_article));
    CHECK_FALSE(absl::StrContains(refused.ToString(), "坐标"));
    CHECK_FALSE(absl::StrContains(refused.ToString(), "机密"));
  }
  CHECK(ReasonOf(Published().Update(kEditor, entry, Law2025()).status()) == Reason::kSecretRefused);
  CHECK(ReasonOf(Approved().Return(kOfficer, "密级：机密").status()) == Reason::kSecretRefused);
}

TEST_CASE("A revision leaves what is published alone until it is published itself", "[catalog]") {
  Entry changed = GoodEntry();
  changed.title = "最低生活保障对象信息（新）";
  changed.items.pop_back();
  changed.change_reason = "职责调整，不再采集起始日期。";
  const Resource revising = Published().Update(kEditor, changed, Law2025()).value();
  CHECK(revising.FaceFor(kEditor) == Face::kWorking);
  CHECK(revising.FaceFor(kOfficer) == Face::kWorking);
  CHECK(revising.FaceFor(kStranger) == Face::kPublished);
  CHECK(revising.fields().published->entry.title == GoodEntry().title);
  const Resource second =
      revising.Submit(kEditor, Law2025())->Approve(kHead)->Publish(kOfficer, kNow).value();
  CHECK(second.fields().published->revision == 2);
  CHECK(second.fields().published->entry.title == changed.title);

  // An item that was dropped comes back with its old type only.
  Entry again = GoodEntry();
  again.items.back().type = ItemType::kText;
  const absl::Status refused = second.Update(kEditor, again, Law2025()).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields[0].field == "resource.items[3].type");
  CHECK(second.Update(kEditor, GoodEntry(), Law2025()).ok());
}

TEST_CASE("A revision that narrows states a reason of its own", "[catalog][revision]") {
  Entry narrower = GoodEntry();
  narrower.items.pop_back();
  const auto submit = [](const Resource& from, const Entry& entry, const Law& law) {
    return from.Update(kEditor, entry, law)->Submit(kEditor, law);
  };
  for (const Law& law : {Law2025(), Law2016()}) {
    const absl::Status refused = submit(Published(), narrower, law).status();
    REQUIRE(absl::IsInvalidArgument(refused));
    const FieldViolation fault = DetailsOf(refused)->fields.at(0);
    CHECK(fault.field == "resource.change_reason");
    CHECK(absl::StrContains(fault.rule, "item since is dropped"));
    CHECK(absl::StrContains(fault.rule, law.update_article));
    CHECK_FALSE(law.update_article.empty());
  }
  narrower.change_reason = "职责调整。";
  const auto revised = submit(Published(), narrower, Law2025());
  REQUIRE(revised.ok());
  // The next one does not get by with the same words, which its editor was sent with the entry.
  const Resource second = revised->Approve(kHead)->Publish(kOfficer, kNow).value();
  Entry next = second.fields().published->entry;
  next.update_cycle = UpdateCycle::kYearly;
  CHECK(absl::IsInvalidArgument(submit(second, next, Law2025()).status()));
  // What gives more, or is new, needs none.
  CHECK(submit(second, GoodEntry(), Law2025()).ok());
  CHECK(Draft().Submit(kEditor, Law2025()).ok());
}

TEST_CASE("A draft is deleted, and what is published stays", "[catalog][revision]") {
  CHECK_FALSE(Draft().DeleteDraft(kEditor)->fields().working);
  CHECK_FALSE(Draft().DeleteDraft(kEditor)->fields().published);
  CHECK(Approved().Return(kOfficer, "缺项")->DeleteDraft(kEditor).ok());
  const Resource revising = Published().Update(kEditor, GoodEntry(), Law2025()).value();
  const Resource left = revising.DeleteDraft(kEditor).value();
  CHECK_FALSE(left.fields().working);
  CHECK(left.fields().published->revision == 1);
  CHECK(left.fields().item_types == revising.fields().item_types);
  for (const Resource& other : {Submitted(), Approved(), Published()}) {
    CHECK(absl::IsFailedPrecondition(other.DeleteDraft(kEditor).status()));
  }
  CHECK(Draft().DeleteDraft(kStranger).status() == Error::NotVisible(Draft().fields().name));
}

TEST_CASE("Code and provider are fixed for ever", "[catalog]") {
  Entry moved = GoodEntry();
  moved.code = "306002/000002";
  moved.provider = "agencies/11990100000100044M";
  const absl::Status refused = Draft().Update(kEditor, moved, Law2025()).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields.size() == 2);
}

TEST_CASE("A suspended entry stays suspended when a revision of it is published", "[catalog]") {
  const Resource suspended = Published().Suspend(kOfficer, "核查").value();
  const Resource revised = suspended.Update(kEditor, GoodEntry(), Law2025())
                               ->Submit(kEditor, Law2025())
                               ->Approve(kHead)
                               ->Publish(kOfficer, kNow)
                               .value();
  CHECK(revised.StateOf(Face::kPublished) == State::kSuspended);
  CHECK(revised.fields().published->revision == 2);
}

TEST_CASE("The head and the authority send an entry back with a reason", "[catalog]") {
  const Resource by_head = Submitted().Return(kHead, "信息项不全").value();
  CHECK(by_head.StateOf(Face::kWorking) == State::kReturned);
  CHECK(by_head.fields().working->return_reason == "信息项不全");
  CHECK(by_head.Submit(kEditor, Law2025())->fields().working->return_reason.empty());
  CHECK(absl::IsInvalidArgument(Approved().Return(kOfficer, "").status()));
  CHECK(absl::IsInvalidArgument(Approved().Return(kOfficer, std::string(1001, 'x')).status()));
  // The head has no say once it is with the authority.
  CHECK(absl::IsPermissionDenied(Approved().Return(kHead, "等一下").status()));
}

TEST_CASE("Available actions are those that would be taken", "[catalog]") {
  using Names = std::vector<std::string>;
  CHECK(Draft().Actions(kEditor) == Names{"UpdateResource", "SubmitResource", "DeleteDraft"});
  CHECK(Submitted().Actions(kEditor).empty());
  CHECK(Submitted().Actions(kHead) == Names{"ApproveResource", "ReturnResource"});
  CHECK(Approved().Actions(kOfficer) == Names{"PublishResource", "ReturnResource"});
  CHECK(Published().Actions(kEditor) == Names{"UpdateResource"});
  CHECK(Published().Actions(kOfficer) == Names{"SuspendResource", "WithdrawResource"});
  CHECK(Published().Suspend(kOfficer, "核查")->Actions(kOfficer) ==
        Names{"ResumeResource", "WithdrawResource"});
  CHECK(Published().Withdraw(kOfficer, "机构改革", "")->Actions(kOfficer).empty());
  Actor node = kEditor;
  node.person = false;
  CHECK(Draft().Actions(node).empty());
  CHECK(Draft().FaceFor(node) == Face::kNone);
}

}  // namespace
}  // namespace shareway::catalog
