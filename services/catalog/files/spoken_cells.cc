// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/spoken_cells.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/catalog/files/entries_file.h"
#include "services/catalog/files/guide_words.h"
#include "services/catalog/files/template_columns.h"
#include "shareway/catalog/v1/resource.pb.h"

namespace shareway::catalog::files {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr absl::string_view kValuesBegin = "【";
constexpr absl::string_view kValuesEnd = "】";
constexpr absl::string_view kPart = "、";

// Which enumeration the values of a condition are of, if any.
const EnumDescriptor* ValuesOf(v1::ShareCondition::Kind kind) {
  const EnumDescriptor* const methods =
      v1::Resource::descriptor()->FindFieldByName("methods")->enum_type();
  if (kind == v1::ShareCondition::METHODS) return methods;
  // They lie beside each other in the contract of exchanges.
  if (kind == v1::ShareCondition::PURPOSES) return methods->file()->FindEnumTypeByName("Purpose");
  return nullptr;
}

// What stands before the first colon of either width, and what after; nothing before if there is none.
std::pair<absl::string_view, absl::string_view> AtColon(absl::string_view line) {
  const size_t wide = line.find("：");
  const size_t narrow = line.find(':');
  const size_t at = std::min(wide, narrow);
  if (at == absl::string_view::npos) return {"", line};
  return {absl::StripAsciiWhitespace(line.substr(0, at)),
          absl::StripAsciiWhitespace(line.substr(at + (at == wide ? 3 : 1)))};
}

bool IsId(absl::string_view text) {
  return !text.empty() && absl::ascii_islower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); });
}

void TakeCondition(absl::string_view line, v1::ShareCondition& condition) {
  const size_t blank = line.find(' ');
  if (blank != absl::string_view::npos && IsId(line.substr(0, blank))) {
    condition.set_id(std::string(line.substr(0, blank)));
    line = absl::StripAsciiWhitespace(line.substr(blank));
  }
  condition.set_kind(v1::ShareCondition::OTHER_CONDITION);
  const auto [said, rest] = AtColon(line);
  if (const auto kind = NumberOf(*v1::ShareCondition::Kind_descriptor(), said)) {
    condition.set_kind(static_cast<v1::ShareCondition::Kind>(*kind));
    line = rest;
  }
  const size_t values = line.rfind(kValuesBegin);
  if (values != absl::string_view::npos && absl::EndsWith(line, kValuesEnd)) {
    absl::string_view listed = line.substr(values + kValuesBegin.size());
    listed.remove_suffix(kValuesEnd.size());
    line = line.substr(0, values);
    const EnumDescriptor* const type = ValuesOf(condition.kind());
    for (const absl::string_view value : absl::StrSplit(listed, kPart)) {
      const auto number = type == nullptr ? std::nullopt : NumberOf(*type, value);
      condition.add_values(number ? type->FindValueByNumber(*number)->name() : std::string(value));
    }
  }
  condition.set_text(std::string(absl::StripAsciiWhitespace(line)));
}

std::string LineOf(const v1::ShareCondition& condition) {
  std::string line = absl::StrCat(
      condition.id(), " ", WordOf(*v1::ShareCondition::Kind_descriptor(), condition.kind()), "：",
      condition.text());
  if (condition.values_size() == 0) return line;
  const EnumDescriptor* const type = ValuesOf(condition.kind());
  std::vector<std::string> values;
  for (const std::string& value : condition.values()) {
    const auto* known = type == nullptr ? nullptr : type->FindValueByName(value);
    values.push_back(known == nullptr ? value : WordOf(*type, known->number()));
  }
  return absl::StrCat(line, kValuesBegin, absl::StrJoin(values, kPart), kValuesEnd);
}

// Gives each condition without an id the next free of c1, c2 ….
void IdentifyConditions(v1::Resource& resource) {
  std::set<std::string> taken;
  for (const v1::ShareCondition& condition : resource.conditions()) taken.insert(condition.id());
  int next = 1;
  for (v1::ShareCondition& condition : *resource.mutable_conditions()) {
    if (!condition.id().empty()) continue;
    std::string id = absl::StrCat("c", next);
    while (taken.contains(id)) id = absl::StrCat("c", ++next);
    ++next;
    condition.set_id(id);
  }
}

std::string TakeBasis(absl::string_view line, v1::Basis& basis) {
  const auto [level, text] = AtColon(line);
  const EnumDescriptor& levels = *v1::BasisLevel_descriptor();
  const auto number = NumberOf(levels, level);
  const size_t end = text.rfind("》");
  if (!number || !absl::StartsWith(text, "《") || end == absl::string_view::npos) {
    return absl::StrCat(Quoted(line), " does not read LEVEL：《title》article, with one of: ",
                        KnownWords(levels));
  }
  basis.set_level(static_cast<v1::BasisLevel>(*number));
  basis.set_title(std::string(text.substr(3, end - 3)));
  basis.set_article(std::string(absl::StripAsciiWhitespace(text.substr(end + 3))));
  return "";
}

std::string Lines(const v1::Resource& resource, absl::string_view field) {
  std::vector<std::string> lines;
  if (field == "conditions") {
    for (const v1::ShareCondition& condition : resource.conditions()) {
      lines.push_back(LineOf(condition));
    }
  } else if (field == "not_shared_basis") {
    for (const v1::Basis& basis : resource.not_shared_basis()) {
      lines.push_back(absl::StrCat(WordOf(*v1::BasisLevel_descriptor(), basis.level()), "：《",
                                   basis.title(), "》", basis.article()));
    }
  } else {
    const std::map<std::string, std::string> sorted(resource.extensions().begin(),
                                                    resource.extensions().end());
    for (const auto& [key, value] : sorted) lines.push_back(absl::StrCat(key, "：", value));
  }
  return absl::StrJoin(lines, "\n");
}

// The fields are Resource's: no other message comes here.
std::string Take(absl::string_view cell, absl::string_view field, v1::Resource& resource) {
  size_t lines = 0;
  for (absl::string_view line : absl::StrSplit(cell, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    if (++lines > kMaxCellParts) return TooManyParts();
    if (field == "conditions") {
      v1::ShareCondition& condition = *resource.add_conditions();
      TakeCondition(line, condition);
      if (condition.values_size() > static_cast<int>(kMaxCellParts)) return TooManyParts();
    } else if (field == "not_shared_basis") {
      std::string wrong = TakeBasis(line, *resource.add_not_shared_basis());
      if (!wrong.empty()) return wrong;
    } else {
      const auto [key, value] = AtColon(line);
      if (key.empty()) return absl::StrCat(Quoted(line), " does not read KEY：value");
      const auto put = resource.mutable_extensions()->insert({std::string(key), std::string(value)});
      if (!put.second) return absl::StrCat(Quoted(key), " is there twice");
    }
  }
  IdentifyConditions(resource);
  return "";
}

}  // namespace

bool IsSpoken(const FieldDescriptor& field) {
  return field.containing_type() == v1::Resource::descriptor() &&
         (field.name() == "conditions" || field.name() == "not_shared_basis" ||
          field.name() == "extensions");
}

std::string SpokenCell(const Message& message, const FieldDescriptor& field) {
  v1::Resource before;
  before.CopyFrom(message);
  std::vector<const FieldDescriptor*> fields;
  before.GetReflection()->ListFields(before, &fields);
  for (const FieldDescriptor* other : fields) {
    if (other != &field) before.GetReflection()->ClearField(&before, other);
  }
  std::string lines = Lines(before, field.name());
  if (absl::StartsWith(lines, "[") || absl::StartsWith(lines, "{")) return "";
  v1::Resource after;
  if (!Take(lines, field.name(), after).empty()) return "";
  return google::protobuf::util::MessageDifferencer::Equals(before, after) ? lines : "";
}

std::string TakeSpoken(Message& message, const FieldDescriptor& field, absl::string_view cell) {
  v1::Resource taken;
  std::string wrong = Take(cell, field.name(), taken);
  if (wrong.empty()) message.MergeFrom(taken);
  return wrong;
}

}  // namespace shareway::catalog::files
