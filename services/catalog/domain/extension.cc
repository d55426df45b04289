// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/extension.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "libs/codes/secret_mark.h"
#include "services/catalog/domain/law.h"

namespace shareway::catalog {
namespace {

using Type = ExtensionField::Type;

constexpr size_t kMaxFields = 100;
constexpr uint32_t kMaxLength = 2000;
constexpr size_t kMaxChoices = 200;
constexpr size_t kMaxNumber = 40;  // characters of a decimal number

bool IsKey(absl::string_view key) {
  return !key.empty() && key.size() <= 64 && absl::ascii_islower(key[0]) &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

absl::Status Wrong(absl::string_view key, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("extension field ", codes::Quote(key), " ", why));
}

absl::Status CheckChoices(const ExtensionField& field) {
  const bool list = field.type == Type::kOneOf || field.type == Type::kSomeOf;
  if (!list && field.choices.empty()) return absl::OkStatus();
  if (!list) return Wrong(field.key, "has choices, but is no list");
  if (field.choices.empty() || field.choices.size() > kMaxChoices) {
    return Wrong(field.key, absl::StrCat("has ", field.choices.size(), " choices, want 1 to ",
                                         kMaxChoices));
  }
  std::set<std::string> seen;
  for (const ExtensionField::Choice& choice : field.choices) {
    const bool clean = IsText(choice.value) && !choice.value.empty() &&
                       CodePoints(choice.value) <= 64 && !absl::StrContains(choice.value, ',');
    if (!clean) return Wrong(field.key, "has a choice that is not of 1 to 64 characters without comma");
    if (!seen.insert(choice.value).second) return Wrong(field.key, "has a choice twice");
    if (codes::IsMarkedSecret(choice.value)) return Wrong(field.key, "offers a mark of secrecy");
    if (!choice.label.whole()) return Wrong(field.key, "has a choice without label in some language");
  }
  return absl::OkStatus();
}

absl::Status CheckField(const ExtensionField& field) {
  if (!IsKey(field.key)) return Wrong(field.key, "has no key of [a-z][a-z0-9_]{0,63}");
  if (!field.label.whole()) return Wrong(field.key, "lacks a label in some language");
  if (field.type < Type::kText || field.type > Type::kSomeOf) return Wrong(field.key, "has no type");
  if (field.type == Type::kText && (field.max_length == 0 || field.max_length > kMaxLength)) {
    return Wrong(field.key, absl::StrCat("is text of up to ", field.max_length,
                                         " characters, want 1 to ", kMaxLength));
  }
  if (field.type != Type::kText && (field.max_length != 0 || !field.pattern.empty())) {
    return Wrong(field.key, "has a length or a pattern, but is no text");
  }
  if (field.type == Type::kInteger && field.minimum > field.maximum) {
    return Wrong(field.key, "has a minimum above its maximum");
  }
  if (field.type != Type::kInteger && (field.minimum != 0 || field.maximum != 0)) {
    return Wrong(field.key, "has a range, but is no integer");
  }
  for (ShareClass share_class : field.share_classes) {
    if (share_class < ShareClass::kUnconditional || share_class > ShareClass::kNotShared) {
      return Wrong(field.key, "names a share class that is none");
    }
  }
  return CheckChoices(field);
}

bool IsDecimal(absl::string_view value) {
  absl::ConsumePrefix(&value, "-");
  if (value.empty() || value.size() > kMaxNumber) return false;
  if (!absl::ascii_isdigit(value.front()) || !absl::ascii_isdigit(value.back())) return false;
  return std::count(value.begin(), value.end(), '.') <= 1 &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return absl::ascii_isdigit(c) || c == '.'; });
}

bool IsDate(absl::string_view value) {
  absl::CivilDay day;
  return absl::ParseCivilTime(value, &day) && absl::FormatCivilTime(day) == value &&
         value.size() == 10;
}

bool IsChoice(const ExtensionField& field, absl::string_view value) {
  return std::any_of(field.choices.begin(), field.choices.end(),
                     [&](const ExtensionField::Choice& choice) { return choice.value == value; });
}

std::string Choices(const ExtensionField& field) {
  return absl::StrJoin(field.choices, ", ",
                       [](std::string* out, const ExtensionField::Choice& choice) {
                         absl::StrAppend(out, choice.value);
                       });
}

// What is wrong with a value; empty if nothing is.
std::string FaultOf(const ExtensionField& field, const std::optional<codes::Pattern>& pattern,
                    const std::string& value) {
  if (!IsText(value)) return absl::StrCat(codes::Quote(value), " is not text in UTF-8");
  switch (field.type) {
    case Type::kText: {
      const uint32_t length = static_cast<uint32_t>(CodePoints(value));
      if (length == 0 || length > field.max_length) {
        return absl::StrCat("has ", length, " characters, want 1 to ", field.max_length);
      }
      if (pattern && !pattern->Matches(value)) {
        return absl::StrCat(codes::Quote(value), " does not match ", field.pattern);
      }
      return "";
    }
    case Type::kInteger: {
      int64_t number = 0;
      if (!absl::SimpleAtoi(value, &number) || absl::StrCat(number) != value ||
          number < field.minimum || number > field.maximum) {
        return absl::StrCat(codes::Quote(value), ", want an integer from ", field.minimum, " to ",
                            field.maximum);
      }
      return "";
    }
    case Type::kDecimal:
      return IsDecimal(value) ? "" : absl::StrCat(codes::Quote(value), " is no decimal number");
    case Type::kDate:
      return IsDate(value) ? "" : absl::StrCat(codes::Quote(value), " is no day as CCYY-MM-DD");
    case Type::kBoolean:
      return value == "true" || value == "false"
                 ? ""
                 : absl::StrCat(codes::Quote(value), ", want true or false");
    case Type::kOneOf:
      return IsChoice(field, value)
                 ? ""
                 : absl::StrCat(codes::Quote(value), " is not one of ", Choices(field));
    default:
      break;
  }
  std::set<absl::string_view> seen;
  for (absl::string_view part : absl::StrSplit(value, ',')) {
    if (!IsChoice(field, part)) {
      return absl::StrCat(codes::Quote(part), " is not one of ", Choices(field));
    }
    if (!seen.insert(part).second) return absl::StrCat(codes::Quote(part), " is given twice");
  }
  return "";
}

bool StartsSo(absl::string_view text, const std::vector<std::string>& beginnings) {
  return beginnings.empty() ||
         std::any_of(beginnings.begin(), beginnings.end(), [&](const std::string& beginning) {
           return absl::StartsWith(text, beginning);
         });
}

bool Applies(const ExtensionField& field, const Entry& entry, const Law& law) {
  const bool share_class =
      field.share_classes.empty() ||
      std::find(field.share_classes.begin(), field.share_classes.end(), StrictestClass(entry)) !=
          field.share_classes.end();
  return share_class && StartsSo(entry.code, field.categories) &&
         StartsSo(law.division, field.divisions);
}

bool Required(const ExtensionField& field, const Law& law) {
  if (!field.required) return false;
  const std::string profile = law.profile.substr(0, law.profile.find('@'));
  return field.profiles.empty() || std::find(field.profiles.begin(), field.profiles.end(),
                                             profile) != field.profiles.end();
}

std::string At(absl::string_view key) { return absl::StrCat("extensions[", key, "]"); }

}  // namespace

absl::StatusOr<Extensions> Extensions::Make(std::string version,
                                            std::vector<ExtensionField> fields) {
  Extensions made;
  if (fields.size() > kMaxFields) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", fields.size(), " extension fields, at most ", kMaxFields));
  }
  std::set<std::string> keys;
  for (const ExtensionField& field : fields) {
    SHAREWAY_RETURN_IF_ERROR(CheckField(field));
    if (!keys.insert(field.key).second) return Wrong(field.key, "is given twice");
    std::optional<codes::Pattern>& pattern = made.patterns_.emplace_back();
    if (field.pattern.empty()) continue;
    absl::StatusOr<codes::Pattern> compiled = codes::Pattern::Compile(field.pattern);
    if (!compiled.ok()) return Wrong(field.key, compiled.status().message());
    pattern = *std::move(compiled);
  }
  made.version_ = std::move(version);
  made.fields_ = std::move(fields);
  return made;
}

void Extensions::Check(const Entry& entry, const Law& law, Faults* faults) const {
  std::set<absl::string_view> known;
  for (size_t i = 0; i < fields_.size(); ++i) {
    const ExtensionField& field = fields_[i];
    known.insert(field.key);
    const auto given = entry.extensions.find(field.key);
    const bool applies = Applies(field, entry, law);
    if (given == entry.extensions.end()) {
      if (applies && Required(field, law)) {
        faults->Add(At(field.key), absl::StrCat("is missing: ", field.label.zh_hans,
                                                " is required of such an entry here (",
                                                law.profile, ")"));
      }
      continue;
    }
    if (!applies) {
      faults->Add(At(field.key), "is given, but not for an entry of this class, code or division");
      continue;
    }
    const std::string fault = FaultOf(field, patterns_[i], given->second);
    if (!fault.empty()) faults->Add(At(field.key), fault);
  }
  for (const auto& [key, value] : entry.extensions) {
    if (known.count(key) > 0) continue;
    faults->Add(IsKey(key) ? At(key) : "extensions",
                absl::StrCat(codes::Quote(key), " is not a known extension field"));
  }
}

}  // namespace shareway::catalog
