// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/category.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

using Strategy = CodeRule::Strategy;

Category Node(const std::string& code) {
  return {.code = code, .label = {.zh_hans = "类", .zh_hant = "類", .en = "category"}};
}

Categories::Parts GoodParts() {
  return {.version = "1",
          .categories = {Node("306002990200"), Node("3"), Node("306"), Node("306002"),
                         Node("307"), Node("306012")},
          .rules = {{.category = "", .strategy = Strategy::kSequence, .digits = 6},
                    {.category = "306002", .strategy = Strategy::kDivision, .digits = 4},
                    {.category = "306012", .strategy = Strategy::kOrganisation, .digits = 3}},
          .organisations = {{"agencies/a", "001"}, {"agencies/b", "002"}}};
}

TEST_CASE("The tree lists each category before what is below it", "[catalog][category]") {
  const Categories tree = Categories::Make(GoodParts()).value();
  std::vector<std::string> all;
  for (const Category* category : tree.List("", "", 100)) all.push_back(category->code);
  CHECK(all == std::vector<std::string>{"3", "306", "306002", "306002990200", "306012", "307"});
  CHECK(tree.List("306002", "", 100).size() == 2);
  CHECK(tree.List("306", "306", 100).front()->code == "306002");
  CHECK(tree.List("306", "306012", 100).empty());
  CHECK(tree.List("", "", 2).size() == 2);
  CHECK(tree.ParentOf("306002990200") == "306002");
  CHECK(tree.ParentOf("3").empty());
  CHECK(Categories().empty());
}

TEST_CASE("A tree that is wrong is refused with what is wrong", "[catalog][category]") {
  const std::vector<std::pair<std::string, std::function<void(Categories::Parts*)>>> spoils = {
      {"is none", [](auto* p) { p->categories[0].code = "4"; }},
      {"is none", [](auto* p) { p->categories[0].code = "30"; }},
      {"is given twice", [](auto* p) { p->categories.push_back(p->categories[1]); }},
      {"has no parent", [](auto* p) { p->categories.push_back(Node("101")); }},
      {"has no parent", [](auto* p) { p->categories.push_back(Node("307001002")); }},
      {"lacks a label", [](auto* p) { p->categories[0].label.zh_hant.clear(); }},
      {"names no strategy", [](auto* p) { p->rules[0].strategy = Strategy::kUnspecified; }},
      {"want 1 to 10", [](auto* p) { p->rules[0].digits = 11; }},
      {"want 1 to 10", [](auto* p) { p->rules[0].digits = 0; }},
      {"is given twice", [](auto* p) { p->rules.push_back(p->rules[0]); }},
      {"not of 1 to 12", [](auto* p) { p->organisations["agencies/c"] = "00A"; }},
      {"another agency's", [](auto* p) { p->organisations["agencies/c"] = "001"; }},
      {"not as long", [](auto* p) { p->organisations["agencies/c"] = "0030"; }}};
  for (const auto& [why, spoil] : spoils) {
    Categories::Parts parts = GoodParts();
    spoil(&parts);
    const absl::Status refused = Categories::Make(parts).status();
    INFO(why << ": " << refused);
    REQUIRE(absl::IsInvalidArgument(refused));
    CHECK(absl::StrContains(refused.message(), why));
  }
}

TEST_CASE("Each strategy makes the code that its rule says", "[catalog][category]") {
  const Categories tree = Categories::Make(GoodParts()).value();
  const Agency agency = {.name = "agencies/a", .division = "990100"};
  CHECK(tree.SpaceFor("306002990200", {.name = "agencies/x", .division = "99"})->classification ==
        "306002990200990000");
  CHECK(tree.SpaceFor("306002", agency)->classification == "306002990100");
  CHECK(tree.SpaceFor("306002", agency)->digits == 4);
  CHECK(tree.SpaceFor("306012", agency)->classification == "306012001");
  CHECK(absl::IsFailedPrecondition(
      tree.SpaceFor("306012", {.name = "agencies/x", .division = "990100"}).status()));
  for (const char* wrong : {"3", "306", "306099", "", "x"}) {
    INFO(wrong);
    const absl::Status refused = tree.SpaceFor(wrong, agency).status();
    REQUIRE(absl::IsInvalidArgument(refused));
    CHECK(DetailsOf(refused)->fields.at(0).field == "category");
  }
  Categories::Parts bare = GoodParts();
  bare.rules.clear();
  CHECK(absl::IsFailedPrecondition(
      Categories::Make(bare)->SpaceFor("306002", agency).status()));
}

TEST_CASE("An entry's category stands in the tree and above its code", "[catalog][category]") {
  const Categories tree = Categories::Make(GoodParts()).value();
  Law law = Law2025();
  law.categories = &tree;
  const auto fault = [&](const std::string& category) {
    Entry entry = GoodEntry();
    entry.category = category;
    const std::vector<FieldViolation> faults = Violations(entry, law);
    return faults.empty() ? std::string() : faults.at(0).field + ": " + faults.at(0).rule;
  };
  CHECK(fault("").empty());
  CHECK(fault("306002").empty());
  CHECK(fault("306").empty());
  CHECK(absl::StrContains(fault("101"), "is not in the tree of categories, version 1"));
  CHECK(absl::StrContains(fault("306012"), "is not where the code"));
  CHECK(absl::StartsWith(fault("306012"), "resource.category: "));
}

}  // namespace
}  // namespace shareway::catalog
