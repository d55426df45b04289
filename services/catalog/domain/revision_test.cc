// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/revision.h"

#include <functional>
#include <utility>

#include "catch2/catch.hpp"
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
  before.items[2].condition_ids = {"c1"};
  Entry after = before;
  after.items[2].condition_ids.clear();  // all of them
  const std::vector<Narrowing> found = Narrowings(before, after);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == Kind::kConditionAdded);
  CHECK(found[0].field == "items");
  CHECK(found[0].id == "amount");
  CHECK(Narrowings(after, before).empty());
}

}  // namespace
}  // namespace shareway::catalog
