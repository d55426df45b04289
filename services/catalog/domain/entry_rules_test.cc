// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/entry_rules.h"

#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/catalog/domain/secrecy.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

struct Spoilt {
  std::string field;
  std::string says;
  std::function<void(Entry&)> spoil;
};

void CheckRefused(const Entry& good, const Law& law, const std::vector<Spoilt>& table) {
  REQUIRE(Violations(good, law).empty());
  for (const Spoilt& row : table) {
    Entry entry = good;
    row.spoil(entry);
    bool found = false;
    std::string all;
    for (const FieldViolation& violation : Violations(entry, law)) {
      all += violation.field + ": " + violation.rule + "\n";
      found = found || (violation.field == "resource." + row.field &&
                        absl::StrContains(violation.rule, row.says));
    }
    CAPTURE(row.field, row.says, all);
    CHECK(found);
  }
}

TEST_CASE("A malformed entry is refused by field and rule", "[catalog]") {
  CheckRefused(
      GoodEntry(), Law2025(),
      {{"code", "no '/'", [](auto& e) { e.code = "306002"; }},
       {"title", "want 1 to 100", [](auto& e) { e.title.clear(); }},
       {"title", "has 101", [](auto& e) { e.title = std::string(101, 'x'); }},
       {"abstract", "not text", [](auto& e) { e.abstract = "\xff"; }},
       {"format", "is 0", [](auto& e) { e.format = ResourceFormat::kUnspecified; }},
       {"format", "is 99", [](auto& e) { e.format = static_cast<ResourceFormat>(99); }},
       {"declared_class", "is 0", [](auto& e) { e.declared_class = ShareClass::kUnspecified; }},
       {"update_cycle", "is 0", [](auto& e) { e.update_cycle = UpdateCycle::kUnspecified; }},
       {"methods", "are none", [](auto& e) { e.methods.clear(); }},
       {"methods[1]", "twice", [](auto& e) { e.methods[1] = e.methods[0]; }},
       {"division", "not a digit", [](auto& e) { e.division = "99x100"; }},
       {"related[0]", "itself", [](auto& e) { e.related = {e.code}; }},
       {"keywords", "at most 20", [](auto& e) { e.keywords.assign(21, "词"); }},
       {"keywords[0]", "1 to 30", [](auto& e) { e.keywords[0] = ""; }}});
}

TEST_CASE("A malformed item is refused by field and rule", "[catalog]") {
  CheckRefused(
      GoodEntry(), Law2025(),
      {{"items", "are 0", [](auto& e) { e.items.clear(); }},
       {"items", "have 0 of the key", [](auto& e) { e.items[0].key = false; }},
       {"items[1].id", "want [A-Za-z]", [](auto& e) { e.items[1].id = "1x"; }},
       {"items[1].id", "twice", [](auto& e) { e.items[1].id = "cert_no"; }},
       {"items[1].name", "twice", [](auto& e) { e.items[1].name = "证件号码"; }},
       {"items[1].type", "is 0", [](auto& e) { e.items[1].type = ItemType::kUnspecified; }},
       {"items[0].required", "never null", [](auto& e) { e.items[0].required = false; }},
       {"items[2].grading", "is 0", [](auto& e) { e.items[2].grading = Grading::kUnspecified; }},
       {"items[0].personal", "sensitive", [](auto& e) { e.items[0].personal = false; }},
       {"items[2].basic", "category 基础", [](auto& e) { e.items[2].basic = true; }},
       {"items[1].length", "at most", [](auto& e) { e.items[1].length = 2'000'000; }}});
}

TEST_CASE("An item may say how it is masked, in one of the ways that there are", "[catalog]") {
  Entry entry = GoodEntry();
  entry.items[0].mask = Mask::kKeepEnds;
  CheckRefused(entry, Law2025(),
               {{"items[0].mask", "want 0 to 3",
                 [](auto& e) { e.items[0].mask = static_cast<Mask>(4); }},
                {"items[0].mask", "is -1",
                 [](auto& e) { e.items[0].mask = static_cast<Mask>(-1); }}});
}

TEST_CASE("A sub-level is one of the text's list and of the item's own grading", "[catalog]") {
  Entry entry = GoodEntry();
  entry.items[2].sub_grading = "G2";
  CheckRefused(entry, Law2025(),
               {{"items[2].sub_grading", "G1, G2, G3, G4",
                 [](auto& e) { e.items[2].sub_grading = "G5"; }},
                {"items[2].sub_grading", "G2 is of GENERAL, but the item is graded IMPORTANT",
                 [](auto& e) { e.items[2].grading = Grading::kImportant; }}});
  // The measure of 2016 does not grade.
  CheckRefused(GoodEntry(), Law2016(), {{"items[2].sub_grading", "it has none", [](auto& e) {
                                           e.items[2].sub_grading = "G2";
                                         }}});
}

TEST_CASE("Sensitive personal information is graded at least as the text says", "[catalog]") {
  Entry entry = GoodEntry();
  CHECK(Violations(entry, Law2025()).empty());  // the shipped texts set no least grading
  Law strict = Law2025();
  strict.sensitive_grading = Grading::kImportant;
  entry.items[0].grading = Grading::kImportant;
  CheckRefused(entry, strict, {{"items[0].grading", "want at least IMPORTANT", [](auto& e) {
                                  e.items[0].grading = Grading::kGeneral;
                                }}});
}

TEST_CASE("What was received under a grant is offered on conditions and never opened",
          "[catalog]") {
  Entry entry = GoodEntry();
  entry.items[1].received_under = "grants/abc";
  for (const Law& law : {Law2025(), Law2016()}) {
    CheckRefused(
        entry, law,
        {{"items[1].received_under", "want grants/{g}",
          [](auto& e) { e.items[1].received_under = "requests/abc"; }},
         {"items[1].share_class", law.use_article,
          [](auto& e) { e.items[1].share_class = ShareClass::kUnconditional; }},
         {"items[1].share_class", "grants/abc",
          [](auto& e) { e.declared_class = ShareClass::kUnconditional; }},
         {"items[1].received_under", "open entry", [](auto& e) { e.open = true; }}});
  }
  entry.items[1].share_class = ShareClass::kNotShared;
  entry.not_shared_reason = "涉及个人隐私";
  entry.not_shared_basis = {{BasisLevel::kLaw, "演示法", "第一条"}};
  CHECK(Violations(entry, Law2025()).empty());
}

TEST_CASE("A malformed operation is refused by field and rule", "[catalog]") {
  Entry entry = GoodEntry();
  entry.methods.push_back(Method::kCall);
  entry.operations = {
      {.id = "look_up", .title = "查询", .form = Operation::Form::kJson, .parameters = {"no"}},
      {.id = "check",
       .title = "核查",
       .form = Operation::Form::kProtobuf,
       .parameters = {"no"},
       .descriptor_set = "\x0a",
       .method = "demo.v1.Aid/Check"},
      {.id = "photo", .title = "照片", .form = Operation::Form::kOpaque, .item = "name"}};
  CheckRefused(
      entry, Law2025(),
      {{"operations", "CALL is not among", [](auto& e) { e.methods.pop_back(); }},
       {"operations", "at most 50", [](auto& e) { e.operations.resize(51); }},
       {"operations", "bytes of descriptor sets",
        [](auto& e) {
          e.operations[1].descriptor_set = std::string(256 << 10, 'x');
          e.operations[0] = e.operations[2] = e.operations[1];
        }},
       {"operations[0].id", "want [A-Za-z]", [](auto& e) { e.operations[0].id = "look-up"; }},
       {"operations[1].id", "twice", [](auto& e) { e.operations[1].id = "look_up"; }},
       {"operations[0].title", "1 to 100", [](auto& e) { e.operations[0].title.clear(); }},
       {"operations[0].form", "want 1 to 3",
        [](auto& e) { e.operations[0].form = Operation::Form::kUnspecified; }},
       {"operations[0].form", "is 4",
        [](auto& e) { e.operations[0].form = static_cast<Operation::Form>(4); }},
       {"operations[0].parameters", "twice",
        [](auto& e) { e.operations[0].parameters = {"no", "no"}; }},
       {"operations[0].parameters", "want [A-Za-z]",
        [](auto& e) { e.operations[0].parameters = {"../no"}; }},
       {"operations[0].parameters", "at most 50",
        [](auto& e) { e.operations[0].parameters.assign(51, "no"); }},
       {"operations[0].item", "OPAQUE_FORM alone",
        [](auto& e) { e.operations[0].item = "name"; }},
       {"operations[0].descriptor_set", "PROTOBUF_FORM alone",
        [](auto& e) { e.operations[0].method = "demo.v1.Aid/Check"; }},
       {"operations[1].descriptor_set", "want 1 to",
        [](auto& e) { e.operations[1].descriptor_set.clear(); }},
       {"operations[1].descriptor_set", "want 1 to",
        [](auto& e) { e.operations[1].descriptor_set = std::string((256 << 10) + 1, 'x'); }},
       {"operations[1].method", "want package.Service/Method",
        [](auto& e) { e.operations[1].method = "demo.v1.Aid.Check"; }},
       {"operations[1].method", "want package.Service/Method",
        [](auto& e) { e.operations[1].method = "/demo.v1.Aid/Check"; }},
       {"operations[2].item", "one item of the entry",
        [](auto& e) { e.operations[2].item = "photo"; }},
       {"operations[2].item", "one item of the entry",
        [](auto& e) { e.operations[2].item.clear(); }},
       {"operations[2].parameters", "sent a body",
        [](auto& e) { e.operations[2].parameters = {"no"}; }}});
}

TEST_CASE("Conditions are stated where they are needed, and only there", "[catalog]") {
  CheckRefused(
      GoodEntry(), Law2025(),
      {{"conditions", "R25 第十五条", [](auto& e) { e.conditions.clear(); }},
       {"conditions", "R25 第十四条",
        [](auto& e) { e.declared_class = ShareClass::kUnconditional; }},
       {"conditions[0].values", "lists what it admits",
        [](auto& e) { e.conditions[0].values = {}; }},
       {"conditions[0].values[0]", "not one of", [](auto& e) { e.conditions[0].values = {"FUN"}; }},
       {"conditions[0].values[0]", "id of an item",
        [](auto& e) {
          e.conditions[0].kind = ShareCondition::Kind::kItems;
          e.conditions[0].values = {"salary"};
        }},
       {"conditions[0].values[0]", "entry's methods",
        [](auto& e) {
          e.conditions[0].kind = ShareCondition::Kind::kMethods;
          e.conditions[0].values = {"CALL"};
        }},
       {"conditions[0].id", "want [a-z]", [](auto& e) { e.conditions[0].id = "C 1"; }},
       {"conditions[0].text", "1 to 500", [](auto& e) { e.conditions[0].text = ""; }}});
  Entry entry = GoodEntry();
  entry.conditions.push_back({.kind = ShareCondition::Kind::kOther, .text = "限救助业务。"});
  CHECK(WithConditionIds(entry).conditions.back().id == "c2");
}

TEST_CASE("What is not shared cites the text that forbids it, of a level that can", "[catalog]") {
  Entry closed = GoodEntry();
  closed.declared_class = ShareClass::kNotShared;
  closed.conditions.clear();
  closed.methods.clear();
  closed.not_shared_reason = "法律规定不得提供。";
  closed.not_shared_basis = {{BasisLevel::kLaw, "中华人民共和国统计法", "第二十八条"}};
  CheckRefused(
      closed, Law2025(),
      {{"not_shared_reason", "1 to 500", [](auto& e) { e.not_shared_reason = ""; }},
       {"not_shared_basis", "R25 第十五条第二款", [](auto& e) { e.not_shared_basis = {}; }},
       {"not_shared_basis[0].level", "R25 第十五条第二款",
        [](auto& e) { e.not_shared_basis[0].level = BasisLevel::kPartyOrStateCouncilPolicy; }},
       {"not_shared_basis[0].title", "1 to 200", [](auto& e) { e.not_shared_basis[0].title = ""; }},
       {"not_shared_basis[0].article", "1 to 50",
        [](auto& e) { e.not_shared_basis[0].article = ""; }}});
  // The measure of 2016 also knows policy of the Party centre and the State Council.
  closed.not_shared_basis[0].level = BasisLevel::kPartyOrStateCouncilPolicy;
  CHECK(Violations(closed, Law2016()).empty());
}

TEST_CASE("Basic items of base information are unconditional", "[catalog]") {
  Entry base = GoodEntry();
  base.code = "101001/000009";
  base.items[0].basic = true;
  base.items[0].share_class = ShareClass::kUnconditional;
  CheckRefused(
      base, Law2025(),
      {{"items[0].share_class", "M16 第十条第二项",
        [](auto& e) { e.items[0].share_class = ShareClass::kUnspecified; }},
       {"items[1].share_class", "M16 第十条第二项", [](auto& e) { e.items[1].basic = true; }}});
}

TEST_CASE("The class is the strictest of the items and the declared one", "[catalog]") {
  Entry entry = GoodEntry();
  entry.declared_class = ShareClass::kUnconditional;
  CHECK(StrictestClass(entry) == ShareClass::kUnconditional);
  entry.items[1].share_class = ShareClass::kConditional;
  CHECK(StrictestClass(entry) == ShareClass::kConditional);
  entry.items[2].share_class = ShareClass::kNotShared;
  CHECK(StrictestClass(entry) == ShareClass::kNotShared);
  CHECK(ClassOf(entry, entry.items[0]) == ShareClass::kUnconditional);
}

TEST_CASE("Category, contributors, extensions and the promised time have their limits",
          "[catalog]") {
  Entry entry = GoodEntry();
  entry.category = "306002";
  entry.contributors = {"agencies/11990100000100044K"};
  entry.promised_days = 9;
  CheckRefused(
      entry, Law2025(),
      {{"category", "want the digits", [](auto& e) { e.category = "4"; }},
       {"category", "want the digits", [](auto& e) { e.category = "30"; }},
       {"category", "R25 第十三条", [](auto& e) { e.category = "306x02"; }},
       {"category", "want the digits", [](auto& e) { e.category = std::string(41, '1'); }},
       {"contributors", "at most 20", [](auto& e) { e.contributors.resize(21); }},
       {"contributors[0]", "want agencies/{a}", [](auto& e) { e.contributors = {"people/x"}; }},
       {"contributors[0]", "is the provider", [](auto& e) { e.contributors = {e.provider}; }},
       {"contributors[1]", "twice",
        [](auto& e) { e.contributors.push_back(e.contributors[0]); }},
       {"extensions[colour]", "not a known", [](auto& e) { e.extensions["colour"] = "red"; }},
       {"promised_days", "cn-2025-809", [](auto& e) { e.promised_days = 10; }},
       {"promised_days", "only for deciding", [](auto& e) {
          e.declared_class = ShareClass::kUnconditional;
          e.conditions.clear();
        }}});
}

TEST_CASE("An item's openness, conditions and source stand within the entry's", "[catalog]") {
  Entry entry = GoodEntry();
  entry.open = true;
  entry.items[2].open = true;
  entry.items[1].condition_ids = {"c1"};
  entry.items[1].source = "sources/abc";
  CheckRefused(
      entry, Law2025(),
      {{"items[2].open", "entry is not open", [](auto& e) { e.open = false; }},
       {"items[2].open", "NOT_SHARED",
        [](auto& e) { e.items[2].share_class = ShareClass::kNotShared; }},
       {"items[1].condition_ids", "not CONDITIONAL",
        [](auto& e) { e.items[1].share_class = ShareClass::kUnconditional; }},
       {"items[1].condition_ids", "not a condition",
        [](auto& e) { e.items[1].condition_ids = {"c9"}; }},
       {"items[1].condition_ids", "twice",
        [](auto& e) { e.items[1].condition_ids = {"c1", "c1"}; }},
       {"items[1].condition_ids", "at most 50",
        [](auto& e) { e.items[1].condition_ids.assign(51, "c1"); }},
       {"items[1].source", "want sources/{s}", [](auto& e) { e.items[1].source = "grants/a"; }}});
}

TEST_CASE("Conditional sharing states its scope and its purposes, each to be compared with",
          "[catalog]") {
  using Kind = ShareCondition::Kind;
  // Either of scope and purposes for the other is not enough, nor is anything in words.
  const auto only = [](Entry& e, std::vector<ShareCondition> kept) { e.conditions = std::move(kept); };
  const Entry good = GoodEntry();
  const ShareCondition purposes = good.conditions[0];
  const ShareCondition agencies = good.conditions[1];
  const ShareCondition words = {.id = "w", .kind = Kind::kOther, .text = "限救助业务。"};
  const ShareCondition methods = {
      .id = "m", .kind = Kind::kMethods, .text = "仅查询。", .values = {"QUERY"}};
  const ShareCondition items = {
      .id = "i", .kind = Kind::kItems, .text = "限所列信息项。", .values = {"cert_no", "name"}};
  CheckRefused(
      good, Law2025(),
      {{"conditions", "neither AGENCIES nor ITEMS, but conditional sharing states its scope (R25 第十五条",
        [&](Entry& e) { only(e, {purposes}); }},
       {"conditions", "no PURPOSES, but conditional sharing states its purposes (R25 第十五条",
        [&](Entry& e) { only(e, {agencies, methods, words}); }},
       {"conditions", "neither AGENCIES nor ITEMS", [&](Entry& e) { only(e, {words, methods}); }},
       {"conditions", "no PURPOSES", [&](Entry& e) { only(e, {words, methods}); }},
       // One item under conditions is enough for the rule.
       {"conditions", "no PURPOSES", [&](Entry& e) {
          e.declared_class = ShareClass::kUnconditional;
          e.items[1].share_class = ShareClass::kConditional;
          only(e, {items});
        }}});
  Entry entry = good;
  only(entry, {items, purposes});
  CHECK(Violations(entry, Law2025()).empty());
  only(entry, {words});
  CHECK(Violations(entry, Law2016()).empty());  // M16 asks for a condition, of whatever kind
}

TEST_CASE("Under the 2025 text each of the assessments is missed when it lacks", "[catalog]") {
  const std::vector<std::pair<std::string, std::function<void(Assessment&)>>> table = {
      {"assessment.secrecy_cleared", [](Assessment& a) { a.secrecy_cleared = false; }},
      {"assessment.personal_information_assessed",
       [](Assessment& a) { a.personal_information_assessed = false; }},
      {"assessment.sharing_safety_assessed",
       [](Assessment& a) { a.sharing_safety_assessed = false; }},
      {"assessment.document", [](Assessment& a) { a.document.clear(); }}};
  CHECK(MissingAssessments(GoodEntry(), Law2025()).empty());
  for (const auto& [field, spoil] : table) {
    Entry entry = GoodEntry();
    spoil(entry.assessment);
    CHECK(MissingAssessments(entry, Law2025()) == std::vector<std::string>{field});
    CHECK(MissingAssessments(entry, Law2016()).empty());
  }
}

TEST_CASE("All that is wrong is told at once", "[catalog]") {
  Entry entry = GoodEntry();
  entry.title.clear();
  entry.items[1].id = "?";
  entry.update_cycle = UpdateCycle::kUnspecified;
  CHECK(Violations(entry, Law2025()).size() == 3);
}

TEST_CASE("Marks of secrets are found in every spelling", "[catalog]") {
  for (const char* text : {"机密★10年", "绝 密 ☆", "密级：秘密", "密级:机密", "【绝密】某项目",
                           "（机密）", "机密", " 工作秘密 ", "内容属于国家秘密", "含有工作秘密",
                           "機密★", "密級為秘密", "本表涉及國家秘密事项", "密级 ： 绝密"}) {
    CAPTURE(text);
    CHECK(IsMarkedSecret(text));
  }
  for (const char* text :
       {"", "商业秘密", "涉及企业商业秘密，汇总结果方可公开。", "收养登记秘密信息",
        "保守国家秘密法", "不涉及国家秘密", "未包含工作秘密", "是否涉及国家秘密", "密级",
        "保密期限", "不属于国家秘密", "机密性要求", "个人秘密"}) {
    CAPTURE(text);
    CHECK_FALSE(IsMarkedSecret(text));
  }
}

TEST_CASE("A secret is found in every text of an entry", "[catalog]") {
  CHECK_FALSE(SecretField(GoodEntry()));
  const std::vector<std::pair<std::string, std::function<void(Entry&)>>> table = {
      {"resource.secret", [](Entry& e) { e.secret = true; }},
      {"resource.title", [](Entry& e) { e.title += "（机密）"; }},
      {"resource.abstract", [](Entry& e) { e.abstract += "内容属于国家秘密。"; }},
      {"resource.items[2].name", [](Entry& e) { e.items[2].name = "绝密"; }},
      {"resource.items[1].description", [](Entry& e) { e.items[1].description = "密级：机密"; }},
      {"resource.items[1].received_under",
       [](Entry& e) { e.items[1].received_under = "机密★长期"; }},
      {"resource.conditions[0].text", [](Entry& e) { e.conditions[0].text = "机密★长期"; }},
      {"resource.items[1].source", [](Entry& e) { e.items[1].source = "机密★长期"; }},
      {"resource.items[1].sub_grading",
       [](Entry& e) { e.items[1].sub_grading = "机密★长期"; }},
      {"resource.items[1].condition_ids",
       [](Entry& e) { e.items[1].condition_ids = {"机密★长期"}; }},
      {"resource.category", [](Entry& e) { e.category = "机密★长期"; }},
      {"resource.contributors", [](Entry& e) { e.contributors = {"机密★长期"}; }},
      {"resource.extensions", [](Entry& e) { e.extensions["机密★长期"] = "x"; }},
      {"resource.extensions.note", [](Entry& e) { e.extensions["note"] = "机密★长期"; }},
      {"resource.use_condition", [](Entry& e) { e.use_condition = "含工作秘密"; }},
      {"resource.keywords", [](Entry& e) { e.keywords.push_back("工作秘密"); }}};
  for (const auto& [field, spoil] : table) {
    Entry entry = GoodEntry();
    spoil(entry);
    CHECK(SecretField(entry).value_or("") == field);
  }
}

}  // namespace
}  // namespace shareway::catalog
