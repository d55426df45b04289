// SPDX-License-Identifier: Apache-2.0
// Every refusal of an entry cites the article that it rests on and the legal text as profile@version.
#include <functional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/domain/resource.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

using Spoil = std::function<void(Entry&)>;

// Which article of the law a rule rests on.
enum class On { kContent, kClass, kCondition, kBasis, kReply, kUse, kBasic, kMethods };

std::string ArticleOf(On on, const Law& law) {
  switch (on) {
    case On::kContent:
      return law.content_article;
    case On::kClass:
      return law.class_article;
    case On::kCondition:
      return law.condition_article;
    case On::kBasis:
      return law.basis_article;
    case On::kReply:
      return law.reply_article;
    case On::kUse:
      return law.use_article;
    case On::kBasic:
      return "M16 第十条第二项";
    case On::kMethods:
      return "M16 第十二条";
  }
  return "";
}

struct Row {
  On on;
  const char* field;
  Spoil spoil;
};

void MakeClosed(Entry& e) {
  e.declared_class = ShareClass::kNotShared;
  e.conditions.clear();
  e.not_shared_reason = "涉及个人隐私";
  e.not_shared_basis = {{BasisLevel::kLaw, "演示法", "第一条"}};
}

void AddOperation(Entry& e) {
  e.methods.push_back(Method::kCall);
  e.operations = {
      {.id = "look_up", .title = "查询", .form = Operation::Form::kJson, .parameters = {"no"}}};
}

std::vector<Row> Rows() {
  return {
      {On::kContent, "code", [](Entry& e) { e.code = "306002"; }},
      {On::kContent, "title", [](Entry& e) { e.title.clear(); }},
      {On::kContent, "abstract", [](Entry& e) { e.abstract.clear(); }},
      {On::kContent, "format", [](Entry& e) { e.format = ResourceFormat::kUnspecified; }},
      {On::kContent, "format_type", [](Entry& e) { e.format_type = std::string(51, 'x'); }},
      {On::kContent, "items", [](Entry& e) { e.items.clear(); }},
      {On::kContent, "items", [](Entry& e) { e.items[0].key = false; }},
      {On::kContent, "items[1].id", [](Entry& e) { e.items[1].id = "1x"; }},
      {On::kContent, "items[1].id", [](Entry& e) { e.items[1].id = "cert_no"; }},
      {On::kContent, "items[1].name", [](Entry& e) { e.items[1].name.clear(); }},
      {On::kContent, "items[1].name", [](Entry& e) { e.items[1].name = "证件号码"; }},
      {On::kContent, "items[1].type", [](Entry& e) { e.items[1].type = ItemType::kUnspecified; }},
      {On::kContent, "items[1].length", [](Entry& e) { e.items[1].length = 2'000'000; }},
      {On::kContent, "items[1].share_class",
       [](Entry& e) { e.items[1].share_class = static_cast<ShareClass>(9); }},
      {On::kContent, "items[1].grading",
       [](Entry& e) { e.items[1].grading = Grading::kUnspecified; }},
      {On::kContent, "items[1].sub_grading", [](Entry& e) { e.items[1].sub_grading = "Z9"; }},
      {On::kContent, "items[0].required", [](Entry& e) { e.items[0].required = false; }},
      {On::kContent, "items[0].personal", [](Entry& e) { e.items[0].personal = false; }},
      {On::kContent, "items[2].basic", [](Entry& e) { e.items[2].basic = true; }},
      {On::kContent, "items[1].description",
       [](Entry& e) { e.items[1].description = std::string(501, 'x'); }},
      {On::kContent, "items[1].mask", [](Entry& e) { e.items[1].mask = static_cast<Mask>(4); }},
      {On::kContent, "items[1].open", [](Entry& e) { e.items[1].open = true; }},
      {On::kContent, "items[1].condition_ids",
       [](Entry& e) { e.items[1].condition_ids = {"c9"}; }},
      {On::kContent, "items[1].source", [](Entry& e) { e.items[1].source = "x"; }},
      {On::kBasic, "items[0].share_class",
       [](Entry& e) {
         e.code = "101001/000009";
         e.items[0].basic = true;
       }},
      {On::kUse, "items[1].received_under", [](Entry& e) { e.items[1].received_under = "x"; }},
      {On::kUse, "items[1].share_class",
       [](Entry& e) {
         e.items[1].received_under = "grants/abc";
         e.items[1].share_class = ShareClass::kUnconditional;
       }},
      {On::kUse, "items[1].received_under",
       [](Entry& e) {
         e.items[1].received_under = "grants/abc";
         e.open = true;
       }},
      {On::kContent, "declared_class",
       [](Entry& e) { e.declared_class = ShareClass::kUnspecified; }},
      {On::kCondition, "conditions", [](Entry& e) { e.conditions.clear(); }},
      {On::kCondition, "conditions",
       [](Entry& e) { e.conditions.assign(51, e.conditions[0]); }},
      {On::kClass, "conditions",
       [](Entry& e) { e.declared_class = ShareClass::kUnconditional; }},
      {On::kCondition, "conditions[0].id", [](Entry& e) { e.conditions[0].id = "C1"; }},
      {On::kCondition, "conditions[0].kind",
       [](Entry& e) { e.conditions[0].kind = ShareCondition::Kind::kUnspecified; }},
      {On::kCondition, "conditions[0].text", [](Entry& e) { e.conditions[0].text.clear(); }},
      {On::kCondition, "conditions[0].values", [](Entry& e) { e.conditions[0].values.clear(); }},
      {On::kCondition, "conditions[0].values[0]",
       [](Entry& e) { e.conditions[0].values = {"WHIM"}; }},
      {On::kBasis, "not_shared_reason", [](Entry& e) { e.not_shared_reason = "涉及隐私"; }},
      {On::kBasis, "not_shared_reason",
       [](Entry& e) {
         MakeClosed(e);
         e.not_shared_reason.clear();
       }},
      {On::kBasis, "not_shared_basis",
       [](Entry& e) {
         MakeClosed(e);
         e.not_shared_basis.clear();
       }},
      {On::kBasis, "not_shared_basis[0].level",
       [](Entry& e) {
         MakeClosed(e);
         e.not_shared_basis[0].level = BasisLevel::kUnspecified;
       }},
      {On::kBasis, "not_shared_basis[0].title",
       [](Entry& e) {
         MakeClosed(e);
         e.not_shared_basis[0].title.clear();
       }},
      {On::kMethods, "methods", [](Entry& e) { e.methods.clear(); }},
      {On::kContent, "methods[0]", [](Entry& e) { e.methods[0] = Method::kUnspecified; }},
      {On::kContent, "methods[1]", [](Entry& e) { e.methods[1] = e.methods[0]; }},
      {On::kContent, "operations",
       [](Entry& e) {
         AddOperation(e);
         e.methods.pop_back();
       }},
      {On::kContent, "operations[0].id",
       [](Entry& e) {
         AddOperation(e);
         e.operations[0].id = "look-up";
       }},
      {On::kContent, "operations[0].parameters",
       [](Entry& e) {
         AddOperation(e);
         e.operations[0].parameters = {"a", "a"};
       }},
      {On::kContent, "open_condition",
       [](Entry& e) { e.open_condition = std::string(501, 'x'); }},
      {On::kContent, "update_cycle",
       [](Entry& e) { e.update_cycle = UpdateCycle::kUnspecified; }},
      {On::kContent, "assessment.document",
       [](Entry& e) { e.assessment.document = std::string(201, 'x'); }},
      {On::kContent, "use_condition", [](Entry& e) { e.use_condition = std::string(501, 'x'); }},
      {On::kContent, "division", [](Entry& e) { e.division = "99x100"; }},
      {On::kContent, "related[0]", [](Entry& e) { e.related = {e.code}; }},
      {On::kContent, "keywords[0]", [](Entry& e) { e.keywords[0].clear(); }},
      {On::kContent, "category", [](Entry& e) { e.category = "4"; }},
      {On::kContent, "contributors[0]", [](Entry& e) { e.contributors = {"people/x"}; }},
      {On::kContent, "extensions[colour]", [](Entry& e) { e.extensions["colour"] = "red"; }},
      {On::kReply, "promised_days", [](Entry& e) { e.promised_days = 250; }},
      {On::kReply, "promised_days",
       [](Entry& e) {
         e.promised_days = 3;
         e.declared_class = ShareClass::kUnconditional;
         e.conditions.clear();
       }},
  };
}

TEST_CASE("Every refusal of an entry cites its article and the legal text", "[catalog]") {
  for (const Law& law : {Law2025(), Law2016()}) {
    for (const Row& row : Rows()) {
      Entry entry = GoodEntry();
      row.spoil(entry);
      const std::string cited = absl::StrCat("(", ArticleOf(row.on, law), ", ", law.profile, ")");
      bool found = false;
      std::string all;
      for (const FieldViolation& violation : Violations(entry, law)) {
        all += violation.field + ": " + violation.rule + "\n";
        found = found || (violation.field == absl::StrCat("resource.", row.field) &&
                          absl::EndsWith(violation.rule, cited));
        // What else the spoilt entry breaks cites, too.
        CHECK(absl::EndsWith(violation.rule, absl::StrCat(", ", law.profile, ")")));
      }
      CAPTURE(law.profile, row.field, cited, all);
      CHECK(found);
    }
  }
}

TEST_CASE("What is fixed for ever and what is secret is refused with article and text", "[catalog]") {
  const Actor editor = {.name = "people/editor", .person = true, .own_agency = true};
  const Actor officer = {.name = "people/officer",
                         .person = true,
                         .in_charge = true,
                         .roles = {Role::kSharingAuthority}};
  for (const Law& law : {Law2025(), Law2016()}) {
    CAPTURE(law.profile);
    const std::string cited = absl::StrCat("(", law.content_article, ", ", law.profile, ")");
    const Resource draft = Resource::Create(editor, GoodEntry(), law).value();
    for (const Spoil& spoil : std::vector<Spoil>{
             [](Entry& e) { e.code = "306002/000007"; },
             [](Entry& e) { e.provider = "agencies/11990100000100060B"; }}) {
      Entry entry = GoodEntry();
      spoil(entry);
      const absl::Status status = draft.Update(editor, entry, law).status();
      CHECK(absl::EndsWith(status.message(), cited));
    }
    // A reason is read under the same law as the entry.
    const absl::Status secret = draft.Return(officer, "密级：机密", law).status();
    const auto details = DetailsOf(secret);
    REQUIRE(details);
    CHECK(details->reason == Reason::kSecretRefused);
    CHECK(details->metadata.at("article") == law.secret_article);
    CHECK(details->metadata.at("profile") == law.profile);
  }
}

}  // namespace
}  // namespace shareway::catalog
