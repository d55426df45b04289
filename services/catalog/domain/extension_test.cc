// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/extension.h"

#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/domain/resource.h"
#include "services/catalog/domain/secrecy.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

using Type = ExtensionField::Type;

const Label kLabel = {.zh_hans = "项", .zh_hant = "項", .en = "field"};

ExtensionField Field(const std::string& key, Type type) {
  return {.key = key, .label = kLabel, .type = type};
}

std::vector<ExtensionField> GoodFields() {
  std::vector<ExtensionField> fields = {
      Field("carrier", Type::kText),  Field("copies", Type::kInteger),
      Field("area", Type::kDecimal),  Field("since", Type::kDate),
      Field("paper", Type::kBoolean), Field("unit", Type::kOneOf),
      Field("serves", Type::kSomeOf)};
  fields[0].max_length = 5;
  fields[0].pattern = "[\\p{Han}A-Z]+";
  fields[1].minimum = -1;
  fields[1].maximum = 12;
  fields[5].choices = {{.value = "字段", .label = kLabel}, {.value = "记录", .label = kLabel}};
  fields[6].choices = fields[5].choices;
  return fields;
}

// The faults of one entry, by field.
std::map<std::string, std::string> FaultsOf(const Extensions& schema, const Entry& entry,
                                            Law law = Law2025(),
                                            const std::string& division = "990100") {
  law.extensions = &schema;
  law.division = division;
  std::map<std::string, std::string> faults;
  for (const FieldViolation& fault : Violations(entry, law)) faults[fault.field] = fault.rule;
  return faults;
}

TEST_CASE("An extension's value is checked by its type, all faults at once",
          "[catalog][extension]") {
  const Extensions schema = Extensions::Make("1", GoodFields()).value();
  Entry good = GoodEntry();
  good.extensions = {{"carrier", "光盘A"}, {"copies", "-1"},       {"area", "-12.50"},
                     {"since", "2024-02-29"}, {"paper", "false"}, {"unit", "记录"},
                     {"serves", "记录,字段"}};
  CHECK(FaultsOf(schema, good).empty());
  const std::map<std::string, std::vector<std::string>> wrong = {
      {"carrier", {"", "光盘光盘光盘", "a", "光 盘", "光\n", "\xff"}},
      {"copies", {"", "13", "-2", "01", "1.0", "+1", " 1", "99999999999999999999"}},
      {"area", {"", ".", "1.", ".5", "1.2.3", "1e3", "--1", "０", std::string(41, '1')}},
      {"since", {"2023-02-29", "2024-2-9", "2024-02-29 ", "20240229", "今天"}},
      {"paper", {"", "TRUE", "1", "是"}},
      {"unit", {"", "数据集", "字段,记录"}},
      {"serves", {"", "字段,", "字段,字段", ",字段", "字段，记录"}}};
  for (const auto& [key, values] : wrong) {
    for (const std::string& value : values) {
      INFO(key << " = " << value);
      Entry entry = good;
      entry.extensions[key] = value;
      const auto faults = FaultsOf(schema, entry);
      REQUIRE(faults.size() == 1);
      CHECK(faults.begin()->first == "resource.extensions[" + key + "]");
    }
  }
  Entry all = good;
  for (auto& [key, value] : all.extensions) value = "?";
  all.extensions["colour"] = "red";
  all.extensions["No Key"] = "x";
  const auto faults = FaultsOf(schema, all);
  CHECK(faults.size() == 9);
  CHECK(absl::StrContains(faults.at("resource.extensions[colour]"), "not a known"));
  CHECK(absl::StrContains(faults.at("resource.extensions"), "No Key"));
}

TEST_CASE("An extension is asked of the entries that it is for, under the texts that ask it",
          "[catalog][extension]") {
  std::vector<ExtensionField> fields = {Field("unit", Type::kBoolean)};
  fields[0].required = true;
  fields[0].share_classes = {ShareClass::kConditional};
  fields[0].categories = {"306"};
  fields[0].divisions = {"51", "9901"};
  fields[0].profiles = {"cn-2025-809"};
  const Extensions schema = Extensions::Make("1", fields).value();
  const std::string field = "resource.extensions[unit]";
  const Entry entry = GoodEntry();
  CHECK(absl::StrContains(FaultsOf(schema, entry).at(field), "is missing"));
  CHECK(FaultsOf(schema, entry, Law2016()).count(field) == 0);
  CHECK(FaultsOf(schema, entry, Law2025(), "110000").count(field) == 0);
  Entry other = entry;
  other.code = "307002/000001";
  CHECK(FaultsOf(schema, other).count(field) == 0);
  other.extensions["unit"] = "true";
  CHECK(absl::StrContains(FaultsOf(schema, other).at(field), "not for an entry"));
  Entry open = entry;
  open.declared_class = ShareClass::kUnconditional;
  open.conditions.clear();
  CHECK(FaultsOf(schema, open).empty());
  Entry given = entry;
  given.extensions["unit"] = "true";
  CHECK(FaultsOf(schema, given).empty());
  // Another text asks nothing, but what is given is checked.
  given.extensions["unit"] = "yes";
  CHECK(FaultsOf(schema, given, Law2016()).count(field) == 1);
}

TEST_CASE("A schema that is wrong is refused with the field that is", "[catalog][extension]") {
  using Fields = std::vector<ExtensionField>;
  const std::vector<std::pair<std::string, std::function<void(Fields*)>>> spoils = {
      {"no key", [](auto* f) { f->at(0).key = "Carrier"; }},
      {"given twice", [](auto* f) { f->at(1).key = "carrier"; }},
      {"lacks a label", [](auto* f) { f->at(2).label.en.clear(); }},
      {"no type", [](auto* f) { f->at(2).type = Type::kUnspecified; }},
      {"up to 0", [](auto* f) { f->at(0).max_length = 0; }},
      {"up to 2001", [](auto* f) { f->at(0).max_length = 2001; }},
      {"is no pattern", [](auto* f) { f->at(0).pattern = "("; }},
      {"is no text", [](auto* f) { f->at(3).pattern = "x"; }},
      {"minimum above", [](auto* f) { f->at(1).minimum = 13; }},
      {"is no integer", [](auto* f) { f->at(2).maximum = 1; }},
      {"is no list", [](auto* f) { f->at(2).choices = f->at(5).choices; }},
      {"0 choices", [](auto* f) { f->at(5).choices.clear(); }},
      {"without comma", [](auto* f) { f->at(5).choices[0].value = "a,b"; }},
      {"a choice twice", [](auto* f) { f->at(5).choices[1].value = "字段"; }},
      {"mark of secrecy", [](auto* f) { f->at(5).choices[1].value = "机密"; }},
      {"share class", [](auto* f) { f->at(5).share_classes = {ShareClass::kUnspecified}; }}};
  for (const auto& [why, spoil] : spoils) {
    Fields fields = GoodFields();
    spoil(&fields);
    const absl::Status refused = Extensions::Make("1", fields).status();
    INFO(why << ": " << refused);
    REQUIRE(absl::IsInvalidArgument(refused));
    CHECK(absl::StrContains(refused.message(), why));
  }
}

TEST_CASE("An extension smuggles no secret past its schema", "[catalog][extension]") {
  std::vector<ExtensionField> fields = {Field("note", Type::kText)};
  fields[0].max_length = 100;
  const Extensions schema = Extensions::Make("1", fields).value();
  Law law = Law2025();
  law.extensions = &schema;
  Entry entry = GoodEntry();
  entry.extensions["note"] = "密级：机密";
  const Actor editor = {.name = "people/editor", .person = true, .own_agency = true};
  const absl::Status refused = Resource::Create(editor, entry, law).status();
  REQUIRE(DetailsOf(refused));
  CHECK(DetailsOf(refused)->reason == Reason::kSecretRefused);
  CHECK_FALSE(absl::StrContains(refused.message(), "机密"));
  // A denial is none.
  entry.extensions["note"] = "非涉密";
  CHECK_FALSE(SecretField(entry));
  CHECK(Resource::Create(editor, entry, law).ok());
}

}  // namespace
}  // namespace shareway::catalog
