// SPDX-License-Identifier: Apache-2.0
// Scopes: what fits a resource, and what truly narrows what was asked.
#include "services/sharing/domain/scope.h"

#include <functional>

#include "catch2/catch.hpp"
#include "services/sharing/domain/decision.h"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

const absl::CivilDay kToday(2025, 9, 30);

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  if (const auto details = DetailsOf(status)) {
    for (const FieldViolation& v : details->fields) fields.push_back(v.field);
  }
  return fields;
}

TEST_CASE("A good scope fits its resource and each spoilt part is named") {
  const Resource resource = Marriages();
  REQUIRE(Check(ScopeOver(resource), resource, kToday, "s").ok());
  const struct {
    const char* field;
    std::function<void(Scope&)> spoil;
  } table[] = {
      {"s.items", [](Scope& s) { s.items.clear(); }},
      {"s.items[1]", [](Scope& s) { s.items[1] = "no_such"; }},
      {"s.items[3]", [](Scope& s) { s.items.push_back("wife"); }},
      {"s.masked_items[0]", [](Scope& s) { s.masked_items = {"no_such"}; }},
      {"s.masked_items[1]", [](Scope& s) { s.masked_items = {"wife", "wife"}; }},
      {"s.purposes", [](Scope& s) { s.purposes.clear(); }},
      {"s.purposes[0]", [](Scope& s) { s.purposes[0] = Purpose::kUnspecified; }},
      {"s.purposes[1]", [](Scope& s) { s.purposes[1] = s.purposes[0]; }},
      {"s.methods", [](Scope& s) { s.methods.clear(); }},
      {"s.methods[0]", [](Scope& s) { s.methods = {Method::kVerify}; }},
      {"s.row_filter[0].item",
       [](Scope& s) { s.rows.conditions = {{"no_such", filter::Op::kEquals, "x"}}; }},
      {"s.row_filter[0].value",
       [](Scope& s) { s.rows.conditions = {{"wife", filter::Op::kEquals, ""}}; }},
      {"s.row_filter",
       [](Scope& s) {
         s.rows.conditions = {{"wife", filter::Op::kEquals, "a"},
                              {"wife", filter::Op::kEquals, "b"}};
       }},
      {"s.end_date", [](Scope& s) { s.end = s.start - 1; }},
      {"s.end_date", [](Scope& s) { s.end = absl::CivilDay(2028, 10, 2); }},
      {"s.end_date",
       [](Scope& s) {
         s.start = absl::CivilDay(2025, 1, 1);
         s.end = kToday - 1;
       }},
  };
  for (const auto& row : table) {
    Scope scope = ScopeOver(resource);
    row.spoil(scope);
    const absl::Status status = Check(scope, resource, kToday, "s");
    INFO(row.field << " in " << status.ToString());
    CHECK(absl::IsInvalidArgument(status));
    const std::vector<std::string> fields = FieldsOf(status);
    CHECK(std::find(fields.begin(), fields.end(), row.field) != fields.end());
  }
}

TEST_CASE("Exactly three years are allowed and the last day may be today") {
  const Resource resource = Marriages();
  Scope scope = ScopeOver(resource);
  scope.end = absl::CivilDay(2028, 10, 1);
  CHECK(Check(scope, resource, kToday, "s").ok());
  scope.start = scope.end = kToday;
  CHECK(Check(scope, resource, kToday, "s").ok());
}

TEST_CASE("Items that are not shared are not asked for together with others") {
  Resource resource = Marriages();
  resource.items[2].share_class = ShareClass::kNotShared;
  Scope scope = ScopeOver(resource);
  CHECK(FieldsOf(Check(scope, resource, kToday, "s")) == std::vector<std::string>{"s.items[2]"});
  scope.items = {"husband"};
  scope.rows.conditions = {{"wife", filter::Op::kPrefix, "演"}};
  CHECK(FieldsOf(Check(scope, resource, kToday, "s")) ==
        std::vector<std::string>{"s.row_filter[0].item"});
  scope.items = {"wife"};
  CHECK(Check(scope, resource, kToday, "s").ok());
}

TEST_CASE("The class of a scope is the strictest that it touches, its filter included") {
  const Resource resource = Marriages();
  Scope scope = ScopeOver(resource);
  CHECK(ClassOf(scope, resource) == ShareClass::kConditional);
  scope.items = {"cert_no"};
  CHECK(ClassOf(scope, resource) == ShareClass::kUnconditional);
  scope.rows.conditions = {{"husband", filter::Op::kEquals, "演示甲"}};
  CHECK(ClassOf(scope, resource) == ShareClass::kConditional);
}

TEST_CASE("Published conditions that a scope does not meet are named") {
  const Resource resource = Marriages();
  Scope scope = ScopeOver(resource);
  CHECK(UnmetConditions(scope, kTax, resource) == std::vector<std::string>{"c1"});
  scope.purposes = {Purpose::kAdministrativeBasis};
  CHECK(UnmetConditions(scope, kTax, resource).empty());
}

TEST_CASE("A reduced scope is a true narrowing with a reason for each cut and nothing else") {
  const Resource resource = Marriages();
  Scope asked = ScopeOver(resource);
  asked.rows.conditions = {{"cert_no", filter::Op::kPrefix, "99"}};
  asked.day.calls = 100;
  asked.masked_items = {"husband"};
  const struct {
    const char* about;
    std::function<void(Scope&)> narrow;
    std::vector<std::string> cuts;
    bool good;
  } table[] = {
      {"an item", [](Scope& s) { s.items.pop_back(); }, {"wife"}, true},
      {"two items",
       [](Scope& s) {
         s.items.resize(1);
         s.masked_items.clear();
       },
       {"wife", "husband"},
       true},
      {"a longer prefix",
       [](Scope& s) { s.rows.conditions[0].value = "9901"; }, {"row_filter"}, true},
      {"one more condition",
       [](Scope& s) {
         s.rows.conditions.push_back({"wife", filter::Op::kEquals, "演"});
       },
       {"row_filter"},
       true},
      {"a purpose", [](Scope& s) { s.purposes.pop_back(); }, {"purposes"}, true},
      {"a method", [](Scope& s) { s.methods.pop_back(); }, {"methods"}, true},
      {"the end", [](Scope& s) { s.end -= 30; }, {"period"}, true},
      {"the start", [](Scope& s) { s.start += 30; }, {"period"}, true},
      {"everything",
       [](Scope& s) {
         s.items.pop_back();
         s.rows.conditions[0].value = "9901";
         s.purposes.pop_back();
         s.methods.pop_back();
         s.end -= 1;
       },
       {"period", "wife", "row_filter", "methods", "purposes"},
       true},
      {"fewer calls", [](Scope& s) { s.day.calls = 99; }, {"quota"}, true},
      {"a limit on rows", [](Scope& s) { s.day.rows = 1000; }, {"quota"}, true},
      {"a limit on bytes", [](Scope& s) { s.day.bytes = 1; }, {"quota"}, true},
      {"one more mask",
       [](Scope& s) { s.masked_items.push_back("wife"); }, {"masked_items"}, true},
      {"a masked item",
       [](Scope& s) {
         s.items = {"cert_no", "wife"};
         s.masked_items.clear();
       },
       {"husband"},
       true},
      {"fewer calls without a reason", [](Scope& s) { s.day.calls = 99; }, {}, false},
      {"more calls", [](Scope& s) { s.day.calls = 101; }, {"quota"}, false},
      {"calls without limit", [](Scope& s) { s.day.calls = 0; }, {"quota"}, false},
      {"no mask", [](Scope& s) { s.masked_items.clear(); }, {}, false},
      {"another mask instead",
       [](Scope& s) { s.masked_items = {"wife"}; }, {"masked_items"}, false},
      {"a mask without a reason",
       [](Scope& s) { s.masked_items.push_back("wife"); }, {}, false},
      {"a mask on nothing",
       [](Scope& s) { s.masked_items.push_back("extra"); }, {"masked_items"}, false},
      {"nothing", [](Scope&) {}, {}, false},
      {"no reason", [](Scope& s) { s.items.pop_back(); }, {}, false},
      {"one reason for two", [](Scope& s) { s.items.resize(1); }, {"wife"}, false},
      {"a reason too many", [](Scope& s) { s.items.pop_back(); }, {"wife", "husband"}, false},
      {"a reason twice", [](Scope& s) { s.items.pop_back(); }, {"wife", "wife"}, false},
      {"another item", [](Scope& s) { s.items = {"cert_no", "extra"}; },
       {"wife", "husband"}, false},
      {"no item left", [](Scope& s) { s.items.clear(); },
       {"cert_no", "wife", "husband"}, false},
      {"a wider filter", [](Scope& s) { s.rows.conditions[0].value = "9"; },
       {"row_filter"}, false},
      {"no filter", [](Scope& s) { s.rows.conditions.clear(); }, {"row_filter"}, false},
      {"another purpose", [](Scope& s) { s.purposes = {Purpose::kOther}; }, {"purposes"}, false},
      {"another method", [](Scope& s) { s.methods = {Method::kCall}; }, {"methods"}, false},
      {"a later end", [](Scope& s) { s.end += 1; }, {"period"}, false},
      {"an earlier start", [](Scope& s) { s.start -= 1; }, {"period"}, false},
  };
  for (const auto& row : table) {
    Scope granted = asked;
    row.narrow(granted);
    std::vector<Cut> cuts;
    for (const std::string& subject : row.cuts) cuts.push_back({subject, "不需要"});
    const absl::Status status = CheckNarrowing(asked, granted, cuts, "d");
    INFO(row.about << ": " << status.ToString());
    CHECK(status.ok() == row.good);
    if (!row.good) CHECK(absl::IsInvalidArgument(status));
  }
}

TEST_CASE("A cut's reason is text of 1 to 500 characters") {
  const Scope asked = ScopeOver(Marriages());
  Scope granted = asked;
  granted.items.pop_back();
  std::string long_reason;
  for (int i = 0; i < 501; ++i) long_reason += "字";
  for (const std::string& reason : {std::string(), long_reason, std::string("\x01")}) {
    CHECK_FALSE(CheckNarrowing(asked, granted, {{"wife", reason}}, "d").ok());
  }
  CHECK(CheckNarrowing(asked, granted, {{"wife", long_reason.substr(3)}}, "d").ok());
}

TEST_CASE("A decision has a verdict and only what belongs to it") {
  const Resource resource = Marriages();
  const Scope asked = ScopeOver(resource);
  Scope less = asked;
  less.items.pop_back();
  using V = Decision::Verdict;
  const struct {
    Decision decision;
    bool good;
  } table[] = {
      {{.verdict = V::kApprove}, true},
      {{.verdict = V::kApprove, .case_required = true}, true},
      {{.verdict = V::kApproveReduced, .scope = less, .cuts = {{"wife", "不需要"}}}, true},
      {{.verdict = V::kRefuse, .reason = "不符合条件", .condition = "c1"}, true},
      {{.verdict = V::kRefuse, .reason = "法律禁止", .citation = "某法第一条"}, true},
      {{.verdict = V::kRefuse, .reason = "不行"}, true},
      {{}, false},
      {{.verdict = V::kApprove, .scope = less}, false},
      {{.verdict = V::kApprove, .reason = "好"}, false},
      {{.verdict = V::kApproveReduced}, false},
      {{.verdict = V::kApproveReduced, .scope = less}, false},
      {{.verdict = V::kRefuse}, false},
      {{.verdict = V::kRefuse, .reason = "不行", .condition = "c9"}, false},
      {{.verdict = V::kRefuse, .reason = "不行", .case_required = true}, false},
      {{.verdict = V::kRefuse, .scope = less, .reason = "不行"}, false},
  };
  for (const auto& row : table) {
    const absl::Status status = Check(row.decision, asked, resource, kToday);
    INFO(status.ToString());
    CHECK(status.ok() == row.good);
  }
  CHECK(table[5].decision.WithoutGround());
  CHECK_FALSE(table[3].decision.WithoutGround());
  CHECK_FALSE(table[4].decision.WithoutGround());
}

}  // namespace
}  // namespace shareway::sharing
