// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/revision.h"

#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/catalog/domain/resource.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

using Kind = Narrowing::Kind;

TEST_CASE("A revision that narrows says in what, one that gives more does not",
          "[catalog][revision]") {
  struct Case {
    const char* what;
    std::function<void(Entry*)> change;
    std::vector<std::pair<Kind, std::string>> found;  // kind, id
  };
  const std::vector<Case> cases = {
      {"nothing", [](Entry*) {}, {}},
      {"an item is gone", [](Entry* e) { e->items.pop_back(); }, {{Kind::kItemDropped, "since"}}},
      {"an item has another id",
       [](Entry* e) { e->items[1].id = "full_name"; },
       {{Kind::kItemDropped, "name"}}},
      {"an item is new", [](Entry* e) { e->items.push_back({.id = "more"}); }, {}},
      {"items in another order", [](Entry* e) { std::swap(e->items[0], e->items[1]); }, {}},
      {"one item is shared no more",
       [](Entry* e) { e->items[0].share_class = ShareClass::kNotShared; },
       {{Kind::kClassTightened, "cert_no"}}},
      {"one item is shared with everybody",
       [](Entry* e) { e->items[2].share_class = ShareClass::kUnconditional; },
       {}},
      {"a condition is new",
       [](Entry* e) {
         e->conditions.push_back({.id = "c2", .kind = ShareCondition::Kind::kOther, .text = "x"});
       },
       {{Kind::kConditionAdded, "c2"}}},
      {"a condition is gone", [](Entry* e) { e->conditions.clear(); }, {}},
      {"a condition is worded otherwise",
       [](Entry* e) { e->conditions[0].text += "且不得留存。"; },
       {{Kind::kConditionAdded, "c1"}}},
      {"a condition admits something else",
       [](Entry* e) { e->conditions[0].values = {"STATISTICS"}; },
       {{Kind::kConditionAdded, "c1"}}},
      {"a condition admits more",
       [](Entry* e) { e->conditions[0].values.push_back("STATISTICS"); },
       {}},
      {"an item's condition is the entry's own",
       [](Entry* e) { e->items[0].condition_ids = {"c1"}; },
       {}},
      {"the cycle is slower",
       [](Entry* e) { e->update_cycle = UpdateCycle::kYearly; },
       {{Kind::kCycleSlowed, ""}}},
      {"the cycle is none",
       [](Entry* e) { e->update_cycle = UpdateCycle::kOther; },
       {{Kind::kCycleSlowed, ""}}},
      {"the cycle is quicker", [](Entry* e) { e->update_cycle = UpdateCycle::kDaily; }, {}},
      {"other words", [](Entry* e) { e->title = e->abstract = "别的名称"; }, {}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Entry after = GoodEntry();
    c.change(&after);
    std::vector<std::pair<Kind, std::string>> found;
    for (const Narrowing& narrowing : Narrowings(GoodEntry(), after)) {
      found.emplace_back(narrowing.kind, narrowing.id);
      CHECK_FALSE(narrowing.text.empty());
    }
    CHECK(found == c.found);
  }
}

TEST_CASE("A stricter declared class narrows each item that it holds for", "[catalog][revision]") {
  Entry before = GoodEntry();
  before.items[0].share_class = ShareClass::kNotShared;
  before.items[1].share_class = ShareClass::kConditional;
  Entry after = before;
  after.declared_class = ShareClass::kNotShared;
  const std::vector<Narrowing> found = Narrowings(before, after);
  REQUIRE(found.size() == 3);
  CHECK(found[0].id == "amount");
  CHECK(found[1].id == "since");
  CHECK(found[1].text == "item since becomes NOT_SHARED instead of CONDITIONAL");
  CHECK(found[2].field == "declared_class");
}

TEST_CASE("The conditions of what is opened narrow nothing", "[catalog][revision]") {
  Entry closed = GoodEntry();
  closed.declared_class = ShareClass::kNotShared;
  closed.conditions.clear();
  CHECK(Narrowings(closed, GoodEntry()).empty());
  // What was unconditional is told of by its class, not by each condition that comes with it.
  Entry open = closed;
  open.declared_class = ShareClass::kUnconditional;
  for (const Narrowing& narrowing : Narrowings(open, GoodEntry())) {
    CHECK(narrowing.kind == Kind::kClassTightened);
  }
  CHECK(Narrowings(open, GoodEntry()).size() == 5);
}

TEST_CASE("A condition that an item was free of narrows that item", "[catalog][revision]") {
  Entry before = GoodEntry();
  before.conditions.push_back({.id = "c2", .kind = ShareCondition::Kind::kOther, .text = "x"});
  before.items[2].condition_ids = {"c1", "scope"};
  Entry after = before;
  after.items[2].condition_ids.clear();  // all of them
  const std::vector<Narrowing> found = Narrowings(before, after);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == Kind::kConditionAdded);
  CHECK(found[0].field == "items");
  CHECK(found[0].id == "amount");
  CHECK(AddedConditions(found) == std::vector<std::string>{"c2"});
  CHECK(Narrowings(after, before).empty());
}

TEST_CASE("A published revision tells which conditions it added, the next one no more",
          "[catalog][revision]") {
  const Actor editor = {.name = "people/editor", .person = true, .own_agency = true};
  const Actor head = {.name = "people/head", .person = true, .own_agency = true};
  const Actor officer = {.name = "people/officer", .person = true, .in_charge = true};
  const auto publish = [&](const Resource& draft) {
    return draft.Submit(editor, Law2025())->Approve(head)->Publish(officer, absl::UnixEpoch()).value();
  };
  const auto added = [](const Resource& resource) {
    return resource.fields().published->added_conditions;
  };
  const Resource first = publish(Resource::Create(editor, GoodEntry(), Law2025()).value());
  CHECK(added(first).empty());

  Entry narrower = GoodEntry();
  narrower.conditions[0].text += "且不得留存。";
  narrower.conditions.push_back(
      {.id = "c2", .kind = ShareCondition::Kind::kOther, .text = "须经双方负责人同意。"});
  narrower.items.pop_back();
  // Without a reason, or with the reason of the revision before, it does not get that far.
  const absl::Status refused =
      first.Update(editor, narrower, Law2025())->Submit(editor, Law2025()).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(absl::StrContains(refused.message(), "condition c2 is new"));
  narrower.change_reason = "数据安全评估要求。";
  const Resource second = publish(first.Update(editor, narrower, Law2025()).value());
  CHECK(added(second) == std::vector<std::string>{"c1", "c2"});
  CHECK(second.fields().published->entry.change_reason == narrower.change_reason);

  Entry other = narrower;
  other.abstract += "（修订）";
  CHECK(added(publish(second.Update(editor, other, Law2025()).value())).empty());
}

}  // namespace
}  // namespace shareway::catalog
