// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/template_columns.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "services/catalog/files/entries_file.h"
#include "services/catalog/files/guide_words.h"
#include "services/catalog/files/spoken_cells.h"
#include "shareway/catalog/v1/resource.pb.h"

namespace shareway::catalog::files {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A message's field alone as a JSON object.
bool IsJson(const FieldDescriptor& field) {
  return field.is_map() || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

constexpr const char* kSeparators[] = {"\n", "；", ";", "、"};

// True for JSON that nests deeper than kMaxJsonDepth. Who parses it goes a level deeper into the stack
// for each bracket, so this is asked of the text, before.
bool TooDeep(absl::string_view json) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::string DeepFault(absl::string_view text) {
  return absl::StrCat(Quoted(text), " nests deeper than ", kMaxJsonDepth);
}

bool HasSeparator(absl::string_view text) {
  return std::any_of(std::begin(kSeparators), std::end(kSeparators), [&](const char* separator) {
    return text.find(separator) != absl::string_view::npos;
  });
}

// A list a person can read, a line each; as a JSON array where a line would not come back as it is.
std::string ListText(const std::vector<std::string>& values) {
  const bool plain = std::all_of(values.begin(), values.end(), [](const std::string& value) {
    return !value.empty() && value.front() != '[' && !HasSeparator(value) &&
           absl::StripAsciiWhitespace(value) == value;
  });
  return plain ? absl::StrJoin(values, "\n")
               : nlohmann::json(values).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Not for JSON that is TooDeep. Of a longer list kMaxCellParts + 1 values.
std::optional<std::vector<std::string>> ListFrom(std::string text) {
  if (!text.empty() && text.front() == '[') {
    const nlohmann::json array = nlohmann::json::parse(text, nullptr, false);
    if (!array.is_array()) return std::nullopt;
    std::vector<std::string> values;
    for (const auto& value : array) {
      if (values.size() > kMaxCellParts) break;
      if (!value.is_string()) return std::nullopt;
      values.push_back(value.get<std::string>());
    }
    return values;
  }
  for (const char* separator : kSeparators) text = absl::StrReplaceAll(text, {{separator, "\n"}});
  std::vector<std::string> values;
  for (size_t from = 0; from <= text.size() && values.size() <= kMaxCellParts;) {
    const size_t end = std::min(text.find('\n', from), text.size());
    const std::string value(absl::StripAsciiWhitespace(absl::string_view(text).substr(from, end - from)));
    if (!value.empty()) values.push_back(value);
    from = end + 1;
  }
  return values;
}

}  // namespace

const std::vector<Column>& Columns() {
  static const auto& columns = *new std::vector<Column>{
    {"序号", Of::kShown, "number"},
    {"信息资源分类", Of::kShown, "classification"},
    {"信息资源名称", Of::kEntry, "title"},
    {"信息资源代码", Of::kEntry, "code"},
    {"信息资源提供方", Of::kShown, "provider_name"},
    {"信息资源提供方代码", Of::kEntry, "provider"},
    {"信息资源摘要", Of::kEntry, "abstract"},
    {"信息资源格式分类", Of::kEntry, "format"},
    {"信息资源格式类型", Of::kEntry, "format_type"},
    {"信息项名称", Of::kItem, "name"},
    {"数据类型", Of::kItem, "type"},
    {"数据长度", Of::kItem, "length"},
    {"共享类型", Of::kEntry, "declared_class"},
    {"共享条件", Of::kEntry, "conditions"},
    {"不予共享理由", Of::kEntry, "not_shared_reason"},
    {"不予共享依据", Of::kEntry, "not_shared_basis"},
    {"共享方式", Of::kEntry, "methods"},
    {"是否向社会开放", Of::kEntry, "open"},
    {"开放条件", Of::kEntry, "open_condition"},
    {"更新周期", Of::kEntry, "update_cycle"},
    {"发布日期", Of::kShown, "publish_date"},
    {"关联资源代码", Of::kEntry, "related"},
    {"使用条件", Of::kEntry, "use_condition"},
    {"行政区划代码", Of::kEntry, "division"},
    {"关键词", Of::kEntry, "keywords"},
    {"类目", Of::kEntry, "category"},
    {"参与部门", Of::kEntry, "contributors"},
    {"承诺办理工作日", Of::kEntry, "promised_days"},
    {"保密审查", Of::kAssessment, "secrecy_cleared"},
    {"个人信息保护影响评估", Of::kAssessment, "personal_information_assessed"},
    {"共享安全评估", Of::kAssessment, "sharing_safety_assessed"},
    {"评估文号", Of::kAssessment, "document"},
    {"评估附件", Of::kAssessment, "document_digests"},
    {"涉密", Of::kEntry, "secret"},
    {"扩展字段", Of::kEntry, "extensions"},
    {"服务接口", Of::kEntry, "operations"},
    {"修订理由", Of::kEntry, "change_reason"},
    {"服务变更", Of::kEntry, "service_change"},
    {"信息项标识", Of::kItem, "id"},
    {"信息项说明", Of::kItem, "description"},
    {"信息项共享类型", Of::kItem, "share_class"},
    {"信息项共享条件", Of::kItem, "condition_ids"},
    {"信息项是否开放", Of::kItem, "open"},
    {"主键", Of::kItem, "key"},
    {"必填", Of::kItem, "required"},
    {"数据分级", Of::kItem, "grading"},
    {"分级细目", Of::kItem, "sub_grading"},
    {"个人信息", Of::kItem, "personal"},
    {"敏感", Of::kItem, "sensitive"},
    {"基本信息", Of::kItem, "basic"},
    {"脱敏方式", Of::kItem, "mask"},
    {"来源授权", Of::kItem, "received_under"},
    {"权威数据源", Of::kItem, "source"},
    {"状态", Of::kShown, "state"},
    {"版本", Of::kShown, "revision"},
  };
  return columns;
}

const std::vector<Heading>& OtherHeadings() {
  static const auto& headings = *new std::vector<Heading>{
      // The classification is the first part of the code.
      {"部门类信息资源分类", nullptr, nullptr},
      {"基础类信息资源分类", nullptr, nullptr},
      {"主题类信息资源分类", nullptr, nullptr},
      {"类", nullptr, nullptr},
      {"项", nullptr, nullptr},
      {"目", nullptr, nullptr},
      {"细目", nullptr, nullptr},
      {"细目1", nullptr, nullptr},
      {"细目1.1", nullptr, nullptr},
      // What a catalogue entry here has no field for.
      {"关联业务事项", nullptr, ""},
      {"下设机构", nullptr, ""},
      {"其他类型资源格式描述", nullptr, ""},
      {"开放主题分类", nullptr, ""},
      // The platform is the only way of sharing.
      {"共享方式分类", nullptr, "共享平台方式、共享平台、平台"},
      {"共享方式类型", "共享方式", nullptr},
      {"共享条件/不予共享依据", "共享条件", nullptr},
      {"共享条件或不予共享依据", "共享条件", nullptr},
      {"信息资源格式", "信息资源格式分类", nullptr},
      {"格式分类", "信息资源格式分类", nullptr},
      {"格式类型", "信息资源格式类型", nullptr},
      // The regulation's words.
      {"政务数据名称", "信息资源名称", nullptr},
      {"数据目录名称", "信息资源名称", nullptr},
      {"数据目录代码", "信息资源代码", nullptr},
      {"数据项名称", "信息项名称", nullptr},
      {"共享属性", "共享类型", nullptr},
      {"更新频率", "更新周期", nullptr},
      // The measure's.
      {"使用要求", "使用条件", nullptr},
  };
  return headings;
}

const FieldDescriptor& FieldOf(const Column& column) {
  const Descriptor* type = column.of == Of::kItem         ? v1::Item::descriptor()
                           : column.of == Of::kAssessment ? v1::Assessment::descriptor()
                                                          : v1::Resource::descriptor();
  return *type->FindFieldByName(column.field);
}

std::string Quoted(absl::string_view text) {
  size_t size = std::min<size_t>(text.size(), 60);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return absl::StrCat("\"", text.substr(0, size), size < text.size() ? "…\"" : "\"");
}

std::string TooManyParts() { return absl::StrCat("lists more than ", kMaxCellParts); }

std::string CellOf(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (IsJson(field)) {
    if (reflection.FieldSize(message, &field) == 0) return "";
    if (IsSpoken(field)) {
      std::string lines = SpokenCell(message, field);
      if (!lines.empty()) return lines;
    }
    const std::unique_ptr<Message> alone(message.New());
    alone->CopyFrom(message);
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(*alone, &fields);
    for (const FieldDescriptor* other : fields) {
      if (other != &field) reflection.ClearField(alone.get(), other);
    }
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(*alone, &json).ok()) return "";
    return nlohmann::json::parse(json).front().dump();
  }
  if (field.is_repeated()) {
    std::vector<std::string> values;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      values.push_back(field.enum_type() != nullptr
                           ? WordOf(*field.enum_type(), reflection.GetRepeatedEnumValue(message, &field, i))
                           : reflection.GetRepeatedString(message, &field, i));
    }
    return ListText(values);
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return WordOf(*field.enum_type(), reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "是" : "否";
    case FieldDescriptor::CPPTYPE_UINT32: {
      const uint32_t number = reflection.GetUInt32(message, &field);
      return number == 0 ? "" : absl::StrCat(number);
    }
    default:
      return reflection.GetString(message, &field);
  }
}

std::string TakeCell(Message& message, const FieldDescriptor& field, const std::string& cell) {
  const auto& reflection = *message.GetReflection();
  const std::string text(absl::StripAsciiWhitespace(cell));
  if (IsJson(field)) {
    if (IsSpoken(field) && text.front() != '[' && text.front() != '{') {
      return TakeSpoken(message, field, text);
    }
    if (TooDeep(text)) return DeepFault(text);
    const nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) return absl::StrCat(Quoted(text), " is no JSON");
    if (value.size() > kMaxCellParts) return TooManyParts();
    const std::unique_ptr<Message> alone(message.New());
    const nlohmann::json object = {{field.json_name(), value}};
    const auto parsed = google::protobuf::util::JsonStringToMessage(object.dump(), alone.get());
    if (!parsed.ok()) return absl::StrCat(Quoted(text), " does not fit the field's JSON form");
    message.MergeFrom(*alone);
    return "";
  }
  if (field.is_repeated()) {
    if (text.front() == '[' && TooDeep(text)) return DeepFault(text);
    const auto values = ListFrom(text);
    if (!values) return absl::StrCat(Quoted(text), " is no list of texts");
    if (values->size() > kMaxCellParts) return TooManyParts();
    for (const std::string& value : *values) {
      if (field.enum_type() == nullptr) {
        reflection.AddString(&message, &field, value);
        continue;
      }
      const auto number = NumberOf(*field.enum_type(), value);
      if (!number) return absl::StrCat(Quoted(value), " is not one of: ", KnownWords(*field.enum_type()));
      reflection.AddEnumValue(&message, &field, *number);
    }
    return "";
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto number = NumberOf(*field.enum_type(), text);
      if (!number) return absl::StrCat(Quoted(text), " is not one of: ", KnownWords(*field.enum_type()));
      reflection.SetEnumValue(&message, &field, *number);
      return "";
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool yes = text == "是" || text == "1" || text == "TRUE" || text == "true";
      const bool no = text == "否" || text == "0" || text == "FALSE" || text == "false";
      if (!yes && !no) return absl::StrCat(Quoted(text), " is neither 是 nor 否");
      reflection.SetBool(&message, &field, yes);
      return "";
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      uint32_t number = 0;
      if (!absl::SimpleAtoi(text, &number)) return absl::StrCat(Quoted(text), " is no whole number");
      reflection.SetUInt32(&message, &field, number);
      return "";
    }
    default:
      reflection.SetString(&message, &field, cell);
      return "";
  }
}

}  // namespace shareway::catalog::files
