// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/entry_rules.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/base/name.h"
#include "libs/codes/division_code.h"
#include "libs/codes/resource_code.h"
#include "services/catalog/domain/assessment.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/extension.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/operation_rules.h"

namespace shareway::catalog {
namespace {

constexpr std::array<absl::string_view, 6> kMethodNames = {"",         "QUERY", "VERIFY",
                                                           "DOWNLOAD", "CALL",  "SUBSCRIBE"};
constexpr std::array<absl::string_view, 5> kPurposeNames = {"ADMINISTRATIVE_BASIS",
                                                            "WORK_REFERENCE", "DATA_VERIFICATION",
                                                            "BUSINESS_COLLABORATION", "OTHER"};

// The texts after the measure of 2016 leave these to it (law.md section 6).
constexpr absl::string_view kBasicArticle = "M16 第十条第二项";
constexpr absl::string_view kMethodsArticle = "M16 第十二条";

template <typename Enum>
bool Known(Enum value, Enum last) {
  return static_cast<int>(value) >= 1 && value <= last;
}

template <typename Enum>
void CheckEnum(absl::string_view field, Enum value, Enum last, Faults* faults) {
  if (Known(value, last)) return;
  faults->Add(field, absl::StrCat("is ", static_cast<int>(value), ", want 1 to ",
                                  static_cast<int>(last), " as the API lists them"));
}

std::string At(absl::string_view list, size_t i, absl::string_view member = "") {
  return absl::StrCat(list, "[", i, "]", member.empty() ? "" : ".", member);
}

// Nothing, or spaces alone, of which Chinese text has one of its own.
bool IsBlank(absl::string_view text) {
  return absl::StripAsciiWhitespace(absl::StrReplaceAll(text, {{"\u3000", ""}})).empty();
}

bool InBasicCategory(const Entry& entry) { return absl::StartsWith(entry.code, "1"); }

// What was received under a grant is passed on to one agency at a time, with consent.
void CheckReceived(const Entry& entry, size_t i, const Law& law, Faults* faults) {
  const Item& item = entry.items[i];
  if (item.received_under.empty()) return;
  if (!HasForm("grants/{g}", item.received_under)) {
    return faults->Add(At("items", i, "received_under"),
                       absl::StrCat(codes::Quote(item.received_under), ", want grants/{g}"),
                       law.use_article);
  }
  const std::string rule = absl::StrCat(
      ", but the data came under ", item.received_under,
      " and are passed on only with the consent of their department to each agency");
  if (ClassOf(entry, item) == ShareClass::kUnconditional) {
    faults->Add(At("items", i, "share_class"), absl::StrCat("is UNCONDITIONAL", rule),
                law.use_article);
  }
  if (entry.open) {
    faults->Add(At("items", i, "received_under"), absl::StrCat("stands in an open entry", rule),
                law.use_article);
  }
}

// 数据分类分级: the sub-level is of the text's list and of the item's grading.
void CheckGrading(const Item& item, size_t i, const Law& law, Faults* faults) {
  CheckEnum(At("items", i, "grading"), item.grading, Grading::kCore, faults);
  if (item.sensitive && item.grading < law.sensitive_grading) {
    faults->Add(At("items", i, "grading"),
                absl::StrCat("is ", GradingName(item.grading), ", want at least ",
                             GradingName(law.sensitive_grading),
                             " for sensitive personal information"));
  }
  if (item.sub_grading.empty()) return;
  const auto known = law.sub_gradings.find(item.sub_grading);
  if (known == law.sub_gradings.end()) {
    const std::string all = absl::StrJoin(
        law.sub_gradings, ", ",
        [](std::string* out, const auto& one) { absl::StrAppend(out, one.first); });
    faults->Add(At("items", i, "sub_grading"),
                absl::StrCat(codes::Quote(item.sub_grading), " is not one of the text's: ",
                             all.empty() ? "it has none" : all));
  } else if (known->second != item.grading) {
    faults->Add(At("items", i, "sub_grading"),
                absl::StrCat(item.sub_grading, " is of ", GradingName(known->second),
                             ", but the item is graded ", GradingName(item.grading)));
  }
}

void CheckItem(const Entry& entry, size_t i, const Law& law, Faults* faults) {
  const Item& item = entry.items[i];
  auto at = [i](absl::string_view member) { return At("items", i, member); };
  if (!IsItemId(item.id)) {
    faults->Add(at("id"), absl::StrCat(codes::Quote(item.id), ", want [A-Za-z][A-Za-z0-9_]{0,63}"));
  }
  faults->Text(at("name"), item.name, 1, 100);
  CheckEnum(at("type"), item.type, ItemType::kBoolean, faults);
  if (item.length > kMaxItemLength) {
    faults->Add(at("length"), absl::StrCat("is ", item.length, ", at most ", kMaxItemLength));
  }
  if (item.share_class != ShareClass::kUnspecified) {
    CheckEnum(at("share_class"), item.share_class, ShareClass::kNotShared, faults);
  }
  CheckGrading(item, i, law, faults);
  if (item.key && !item.required) {
    faults->Add(at("required"), "is false, but an item of the key is never null");
  }
  if (item.sensitive && !item.personal) {
    faults->Add(at("personal"), "is false, but sensitive personal information is personal");
  }
  if (item.basic && !InBasicCategory(entry)) {
    faults->Add(at("basic"), absl::StrCat("is true, but only category 基础 (code begins 1) has "
                                          "basic items; the code is ",
                                          codes::Quote(entry.code)));
  }
  if (item.basic && ClassOf(entry, item) != ShareClass::kUnconditional) {
    faults->Add(at("share_class"),
                absl::StrCat("of basic item ", codes::Quote(item.name),
                             " is not UNCONDITIONAL: basic information is shared without "
                             "conditions"),
                kBasicArticle);
  }
  faults->Text(at("description"), item.description, 0, 500);
  if (const int mask = static_cast<int>(item.mask); mask < 0 || item.mask > Mask::kKeepEnds) {
    faults->Add(at("mask"), absl::StrCat("is ", mask, ", want 0 to 3 as the API lists them"));
  }
}

// Openness and conditions of one item; `ids` are those of the entry's conditions.
void CheckTerms(const Entry& entry, size_t i, const std::set<std::string>& ids, Faults* faults) {
  const Item& item = entry.items[i];
  if (item.open && !entry.open) {
    faults->Add(At("items", i, "open"), "is true, but the entry is not open");
  }
  if (item.open && ClassOf(entry, item) == ShareClass::kNotShared) {
    faults->Add(At("items", i, "open"), "is true, but the item is NOT_SHARED");
  }
  if (!item.condition_ids.empty() && ClassOf(entry, item) != ShareClass::kConditional) {
    faults->Add(At("items", i, "condition_ids"), "are given, but the item is not CONDITIONAL");
  }
  if (item.condition_ids.size() > kMaxConditions) {
    return faults->Add(
        At("items", i, "condition_ids"),
        absl::StrCat("are ", item.condition_ids.size(), ", at most ", kMaxConditions));
  }
  std::set<absl::string_view> seen;
  for (const std::string& id : item.condition_ids) {
    if (!ids.contains(id)) {
      faults->Add(At("items", i, "condition_ids"),
                  absl::StrCat(codes::Quote(id), " is not a condition of the entry"));
    }
    if (!seen.insert(id).second) {
      faults->Add(At("items", i, "condition_ids"),
                  absl::StrCat(codes::Quote(id), " is given twice"));
    }
  }
  if (!item.source.empty() && !HasForm("sources/{s}", item.source)) {
    faults->Add(At("items", i, "source"),
                absl::StrCat(codes::Quote(item.source), ", want sources/{s}"));
  }
}

void CheckItems(const Entry& entry, const Law& law, Faults* faults) {
  if (entry.items.empty() || entry.items.size() > kMaxItems) {
    return faults->Add("items",
                       absl::StrCat("are ", entry.items.size(), ", want 1 to ", kMaxItems));
  }
  std::set<absl::string_view> ids;
  std::set<absl::string_view> names;
  std::set<std::string> conditions;
  for (const ShareCondition& condition : WithConditionIds(entry).conditions) {
    conditions.insert(condition.id);
  }
  size_t keys = 0;
  for (size_t i = 0; i < entry.items.size(); ++i) {
    const Item& item = entry.items[i];
    CheckItem(entry, i, law, faults);
    CheckReceived(entry, i, law, faults);
    CheckTerms(entry, i, conditions, faults);
    if (!ids.insert(item.id).second) {
      faults->Add(At("items", i, "id"), absl::StrCat(codes::Quote(item.id), " is given twice"));
    }
    if (!names.insert(item.name).second) {
      faults->Add(At("items", i, "name"), absl::StrCat(codes::Quote(item.name), " is given twice"));
    }
    keys += item.key ? 1 : 0;
  }
  const bool by_row = std::any_of(entry.methods.begin(), entry.methods.end(), [](Method method) {
    return method != Method::kCall && method != Method::kUnspecified;
  });
  if (keys > kMaxKeyItems || (by_row && keys == 0)) {
    faults->Add("items",
                absl::StrCat("have ", keys, " of the key, want 1 to ", kMaxKeyItems,
                             " where rows are shared (QUERY, VERIFY, DOWNLOAD, SUBSCRIBE)"));
  }
}

void CheckConditionValues(const Entry& entry, const ShareCondition& condition, size_t i,
                          Faults* faults) {
  using Kind = ShareCondition::Kind;
  if (condition.kind != Kind::kOther && condition.values.empty()) {
    faults->Add(At("conditions", i, "values"), "are none, but this kind lists what it admits");
  }
  if (condition.values.size() > kMaxConditionValues) {
    faults->Add(At("conditions", i, "values"),
                absl::StrCat("are ", condition.values.size(), ", at most ", kMaxConditionValues));
    return;
  }
  for (size_t v = 0; v < condition.values.size(); ++v) {
    const std::string& value = condition.values[v];
    const std::string field = absl::StrCat("conditions[", i, "].values[", v, "]");
    faults->Text(field, value, 1, 100);
    if (condition.kind == Kind::kItems &&
        std::none_of(entry.items.begin(), entry.items.end(),
                     [&value](const Item& item) { return item.id == value; })) {
      faults->Add(field, absl::StrCat(codes::Quote(value), " is not the id of an item"));
    }
    if (condition.kind == Kind::kPurposes &&
        std::find(kPurposeNames.begin(), kPurposeNames.end(), value) == kPurposeNames.end()) {
      faults->Add(field, absl::StrCat(codes::Quote(value), " is not one of ",
                                      absl::StrJoin(kPurposeNames, ", ")));
    }
    if (condition.kind == Kind::kMethods &&
        std::none_of(entry.methods.begin(), entry.methods.end(), [&value](Method method) {
          return Known(method, Method::kSubscribe) &&
                 kMethodNames[static_cast<size_t>(method)] == value;
        })) {
      faults->Add(field, absl::StrCat(codes::Quote(value), " is not one of the entry's methods"));
    }
  }
}

// R25 15: with whom or what of it is shared (共享范围), and for what it may be used (使用用途), each in a
// condition that a request can be compared with.
void CheckScopeAndPurposes(const Entry& entry, Faults* faults) {
  using Kind = ShareCondition::Kind;
  const auto states = [&entry](std::initializer_list<Kind> kinds) {
    return std::any_of(entry.conditions.begin(), entry.conditions.end(),
                       [&kinds](const ShareCondition& condition) {
                         return std::find(kinds.begin(), kinds.end(), condition.kind) != kinds.end();
                       });
  };
  if (!states({Kind::kAgencies, Kind::kItems})) {
    faults->Add("conditions",
                "state neither AGENCIES nor ITEMS, but conditional sharing states its scope");
  }
  if (!states({Kind::kPurposes})) {
    faults->Add("conditions", "state no PURPOSES, but conditional sharing states its purposes");
  }
}

void CheckConditions(const Entry& entry, const Law& law, Faults* faults) {
  const bool conditional = HasClass(entry, ShareClass::kConditional);
  if (conditional && entry.conditions.empty()) {
    faults->Add("conditions", "are none, but conditional sharing states its scope and purposes");
  }
  if (conditional && law.scope_is_structured && !entry.conditions.empty()) {
    CheckScopeAndPurposes(entry, faults);
  }
  if (!conditional && !entry.conditions.empty()) {
    faults->Add("conditions",
                absl::StrCat("are ", entry.conditions.size(),
                             ", but nothing in the entry is CONDITIONAL: what is shared without "
                             "conditions lists none"),
                law.class_article);
  }
  if (entry.conditions.size() > kMaxConditions) {
    return faults->Add("conditions",
                       absl::StrCat("are ", entry.conditions.size(), ", at most ", kMaxConditions));
  }
  std::set<absl::string_view> ids;
  for (size_t i = 0; i < entry.conditions.size(); ++i) {
    const ShareCondition& condition = entry.conditions[i];
    if (!condition.id.empty() && !IsId(condition.id)) {
      faults->Add(
          At("conditions", i, "id"),
          absl::StrCat(codes::Quote(condition.id), ", want [a-z]([a-z0-9-]{0,61}[a-z0-9])?"));
    } else if (!condition.id.empty() && !ids.insert(condition.id).second) {
      faults->Add(At("conditions", i, "id"),
                  absl::StrCat(codes::Quote(condition.id), " is given twice"));
    }
    CheckEnum(At("conditions", i, "kind"), condition.kind, ShareCondition::Kind::kOther, faults);
    faults->Text(At("conditions", i, "text"), condition.text, 1, 500);
    CheckConditionValues(entry, condition, i, faults);
  }
}

void CheckBasis(const Entry& entry, const Law& law, Faults* faults) {
  const bool not_shared = HasClass(entry, ShareClass::kNotShared);
  if (!not_shared) {
    if (!entry.not_shared_reason.empty() || !entry.not_shared_basis.empty()) {
      faults->Add("not_shared_reason",
                  "and basis are given, but nothing in the entry is NOT_SHARED");
    }
    return;
  }
  faults->Text("not_shared_reason", entry.not_shared_reason, 1, 500);
  if (entry.not_shared_basis.empty() || entry.not_shared_basis.size() > kMaxBasis) {
    faults->Add("not_shared_basis",
                absl::StrCat("are ", entry.not_shared_basis.size(), ", want 1 to ", kMaxBasis,
                             ": what is not shared cites the text that forbids it"));
    return;
  }
  for (size_t i = 0; i < entry.not_shared_basis.size(); ++i) {
    const Basis& basis = entry.not_shared_basis[i];
    if (!law.basis_levels.contains(basis.level)) {
      faults->Add(
          At("not_shared_basis", i, "level"),
          absl::StrCat("is ", BasisLevelName(basis.level), ", but only ",
                       absl::StrJoin(law.basis_levels, ", ",
                                     [](std::string* out, BasisLevel level) {
                                       absl::StrAppend(out, BasisLevelName(level));
                                     }),
                       " can bar sharing"));
    }
    faults->Text(At("not_shared_basis", i, "title"), basis.title, 1, 200);
    faults->Text(At("not_shared_basis", i, "article"), basis.article, 1, 50);
  }
}

void CheckMethods(const Entry& entry, Faults* faults) {
  if (entry.methods.empty() && StrictestClass(entry) != ShareClass::kNotShared) {
    faults->Add("methods", "are none, but what is shared is shared somehow", kMethodsArticle);
  }
  std::set<Method> seen;
  for (size_t i = 0; i < entry.methods.size(); ++i) {
    CheckEnum(At("methods", i), entry.methods[i], Method::kSubscribe, faults);
    if (!seen.insert(entry.methods[i]).second) faults->Add(At("methods", i), "is given twice");
  }
}

void CheckLinks(const Entry& entry, Faults* faults) {
  if (!entry.division.empty()) {
    faults->Add("division", codes::ParseDivisionCode(entry.division).status());
  }
  if (entry.related.size() > kMaxRelated) {
    faults->Add("related", absl::StrCat("are ", entry.related.size(), ", at most ", kMaxRelated));
  }
  std::set<absl::string_view> seen = {entry.code};
  for (size_t i = 0; i < entry.related.size() && i < kMaxRelated; ++i) {
    faults->Add(At("related", i), codes::ParseResourceCode(entry.related[i]).status());
    if (!seen.insert(entry.related[i]).second) {
      faults->Add(At("related", i), absl::StrCat(codes::Quote(entry.related[i]),
                                                 " is given twice or is the entry itself"));
    }
  }
  if (entry.keywords.size() > kMaxKeywords) {
    faults->Add("keywords",
                absl::StrCat("are ", entry.keywords.size(), ", at most ", kMaxKeywords));
  }
  for (size_t i = 0; i < entry.keywords.size() && i < kMaxKeywords; ++i) {
    faults->Text(At("keywords", i), entry.keywords[i], 1, 30);
  }
}

// The code of a category: 类 1 digit, 项 2 more, 目 3 more, 细目 any number more.
bool IsCategoryCode(absl::string_view code) {
  return (code.size() == 1 || code.size() == 3 || code.size() >= 6) && code.size() <= 40 &&
         code[0] >= '1' && code[0] <= '3' &&
         std::all_of(code.begin(), code.end(), [](char c) { return absl::ascii_isdigit(c); });
}

void CheckPlace(const Entry& entry, const Law& law, Faults* faults) {
  if (!entry.category.empty() && !IsCategoryCode(entry.category)) {
    faults->Add("category",
                absl::StrCat(codes::Quote(entry.category),
                             ", want the digits of a category: 类 1 to 3, 项 2, 目 3, 细目 any"));
  }
  if (entry.contributors.size() > kMaxContributors) {
    faults->Add("contributors", absl::StrCat("are ", entry.contributors.size(), ", at most ",
                                             kMaxContributors));
  }
  std::set<absl::string_view> seen = {entry.provider};
  for (size_t i = 0; i < entry.contributors.size() && i < kMaxContributors; ++i) {
    const std::string& agency = entry.contributors[i];
    if (!HasForm("agencies/{a}", agency)) {
      faults->Add(At("contributors", i),
                  absl::StrCat(codes::Quote(agency), ", want agencies/{a}"));
    } else if (!seen.insert(agency).second) {
      faults->Add(At("contributors", i),
                  absl::StrCat(codes::Quote(agency), " is given twice or is the provider"));
    }
  }
  if (law.categories != nullptr) law.categories->Check(entry, faults);
  const Extensions none;  // without a schema no field is known
  (law.extensions == nullptr ? none : *law.extensions).Check(entry, law, faults);
  if (entry.promised_days > 0 && !HasClass(entry, ShareClass::kConditional)) {
    faults->Add("promised_days",
                "are given, but a time is promised only for deciding what is CONDITIONAL",
                law.reply_article);
  }
  if (entry.promised_days > 0 && law.reply_days > 0 &&
      entry.promised_days >= static_cast<uint32_t>(law.reply_days)) {
    faults->Add("promised_days",
                absl::StrCat("is ", entry.promised_days, ", want fewer than the ", law.reply_days,
                             " working days of the law"),
                law.reply_article);
  }
}

}  // namespace

bool IsItemId(absl::string_view id) {
  return !id.empty() && id.size() <= 64 && absl::ascii_isalpha(id[0]) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

std::vector<FieldViolation> Violations(const Entry& entry, const Law& law) {
  Faults faults("resource.");
  faults.Under(law.content_article, law.profile);
  faults.Add("code", codes::ParseResourceCode(entry.code).status());
  faults.Text("title", entry.title, 1, 100);
  faults.Text("abstract", entry.abstract, 1, 1000);
  CheckEnum("format", entry.format, ResourceFormat::kServiceInterface, &faults);
  faults.Text("format_type", entry.format_type, 0, 50);
  CheckItems(entry, law, &faults);
  CheckEnum("declared_class", entry.declared_class, ShareClass::kNotShared, &faults);
  faults.Under(law.condition_article, law.profile);
  CheckConditions(entry, law, &faults);
  faults.Under(law.basis_article, law.profile);
  CheckBasis(entry, law, &faults);
  faults.Under(law.content_article, law.profile);
  CheckMethods(entry, &faults);
  CheckOperations(entry, &faults);
  faults.Text("open_condition", entry.open_condition, 0, 500);
  CheckEnum("update_cycle", entry.update_cycle, UpdateCycle::kOther, &faults);
  faults.Text("assessment.document", entry.assessment.document, 0, 200);
  CheckDocuments(entry.assessment, &faults);
  faults.Text("use_condition", entry.use_condition, 0, 500);
  faults.Text("change_reason", entry.change_reason, 0, 1000);
  CheckLinks(entry, &faults);
  CheckPlace(entry, law, &faults);
  return faults.Take();
}

std::vector<FieldViolation> MissingContent(const Entry& entry, const Law& law) {
  Faults faults("resource.");
  faults.Under(law.content_article, law.profile);
  const bool shared =
      std::any_of(entry.items.begin(), entry.items.end(), [&entry](const Item& item) {
        return ClassOf(entry, item) != ShareClass::kNotShared;
      });
  if (law.use_condition_stated && shared && IsBlank(entry.use_condition)) {
    faults.Add("use_condition",
               absl::StrCat(entry.use_condition.empty() ? "is empty" : "holds nothing but spaces",
                            ", but an entry of what is shared states the conditions of its use"));
  }
  return faults.Take();
}

std::vector<std::string> MissingAssessments(const Entry& entry, const Law& law) {
  std::vector<std::string> missing;
  if (!law.assessed_before_publishing) return missing;
  if (!entry.assessment.secrecy_cleared) missing.push_back("assessment.secrecy_cleared");
  if (!entry.assessment.personal_information_assessed) {
    missing.push_back("assessment.personal_information_assessed");
  }
  if (!entry.assessment.sharing_safety_assessed) {
    missing.push_back("assessment.sharing_safety_assessed");
  }
  if (entry.assessment.document.empty()) missing.push_back("assessment.document");
  return missing;
}

Entry WithConditionIds(Entry entry) {
  std::set<std::string> taken;
  for (const ShareCondition& condition : entry.conditions) taken.insert(condition.id);
  int next = 1;
  for (ShareCondition& condition : entry.conditions) {
    if (!condition.id.empty()) continue;
    while (taken.contains(absl::StrCat("c", next))) ++next;
    condition.id = absl::StrCat("c", next++);
  }
  return entry;
}

}  // namespace shareway::catalog
