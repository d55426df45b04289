// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/method_messages.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/domain/value.h"
#include "services/exchange/source/backend.h"

namespace shareway::exchange {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Faults of descriptors are told by the status alone.
class Silent final : public google::protobuf::DescriptorPool::ErrorCollector {
  void AddError(const std::string&, const std::string&, const Message*, ErrorLocation,
                const std::string&) override {}
};

// False if `text` is no value of the field.
bool SetField(const FieldDescriptor* field, const std::string& text, Message* message) {
  const Reflection* to = message->GetReflection();
  const auto number = [&text](auto value, auto set) {
    if (!absl::SimpleAtoi(text, &value)) return false;
    set(value);
    return true;
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return number(int32_t{}, [&](int32_t v) { to->SetInt32(message, field, v); });
    case FieldDescriptor::CPPTYPE_INT64:
      return number(int64_t{}, [&](int64_t v) { to->SetInt64(message, field, v); });
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(uint32_t{}, [&](uint32_t v) { to->SetUInt32(message, field, v); });
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(uint64_t{}, [&](uint64_t v) { to->SetUInt64(message, field, v); });
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return false;
      to->SetBool(message, field, text == "true");
      return true;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field->enum_type()->FindValueByName(text);
      if (value != nullptr) to->SetEnum(message, field, value);
      return value != nullptr;
    }
    case FieldDescriptor::CPPTYPE_STRING:
      to->SetString(message, field, text);
      return true;
    default:  // floating point would change what was asked; messages have no text
      return false;
  }
}

// The text of a field that is set; nothing if it has none that an item of this type may be.
std::optional<std::string> TextOf(const Message& message, const FieldDescriptor* field,
                                  ItemType type) {
  const Reflection* from = message.GetReflection();
  const bool numeric = type == ItemType::kDecimal || type == ItemType::kInteger;
  const auto number = [numeric](auto value) {
    return numeric ? std::optional<std::string>(absl::StrCat(value)) : std::nullopt;
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return number(from->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return number(from->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(from->GetUInt32(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(from->GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      if (type != ItemType::kBoolean) return std::nullopt;
      return from->GetBool(message, field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      if (type != ItemType::kText) return std::nullopt;
      return from->GetEnum(message, field)->name();
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = from->GetString(message, field);
      const bool plain = field->type() == FieldDescriptor::TYPE_STRING &&
                         type != ItemType::kBoolean && IsText(text);
      return plain ? std::optional<std::string>(std::move(text)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

// The only field of an answer if it holds the rows; null if the answer is the row.
const FieldDescriptor* RowsField(const Descriptor* answer) {
  if (answer->field_count() != 1) return nullptr;
  const FieldDescriptor* field = answer->field(0);
  const bool rows = field->is_repeated() && !field->is_map() &&
                    field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  return rows ? field : nullptr;
}

absl::StatusOr<Row> ReadRow(const Message& message, const std::vector<SchemaItem>& items,
                            size_t number) {
  Row row;
  for (const SchemaItem& item : items) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(item.id);
    const bool unset = field == nullptr ||
                       (field->has_presence() && !message.GetReflection()->HasField(message, field));
    row.emplace_back();
    if (unset) continue;
    if (!field->is_repeated()) row.back() = TextOf(message, field, item.type);
    // What was not set and what is empty are one in proto3, and no number or date is empty.
    if (row.back() && row.back()->empty() && item.type != ItemType::kText) {
      row.back().reset();
      continue;
    }
    const SchemaItem rule{.id = item.id, .type = item.type, .length = item.length};
    if (!row.back() || BrokenRule(rule, *row.back())) {
      return BackendFailed(absl::StrCat("its answer is wrong in record ", number, ": ", item.id,
                                        " is not of its type"));
    }
  }
  return row;
}

}  // namespace

struct MethodMessages::State {
  google::protobuf::DescriptorPool pool;
  google::protobuf::DynamicMessageFactory factory{&pool};
  const Message* request = nullptr;
  const Message* answer = nullptr;
};

MethodMessages::MethodMessages(std::unique_ptr<State> state) : state_(std::move(state)) {}
MethodMessages::~MethodMessages() = default;

absl::StatusOr<std::shared_ptr<const MethodMessages>> MethodMessages::Make(
    const Operation& operation) {
  const absl::Status unfit = BackendFailed("its catalogue entry does not describe its messages");
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromString(operation.descriptor_set)) return unfit;
  auto state = std::make_unique<State>();
  Silent silent;
  for (const google::protobuf::FileDescriptorProto& file : set.file()) {
    if (state->pool.BuildFileCollectingErrors(file, &silent) == nullptr) return unfit;
  }
  const std::string name = absl::StrReplaceAll(operation.method, {{"/", "."}});
  const auto* method = state->pool.FindMethodByName(name);
  if (method == nullptr || method->client_streaming() || method->server_streaming()) return unfit;
  state->request = state->factory.GetPrototype(method->input_type());
  state->answer = state->factory.GetPrototype(method->output_type());
  std::shared_ptr<MethodMessages> messages(new MethodMessages(std::move(state)));
  messages->path_ = absl::StrCat("/", method->service()->full_name(), "/", method->name());
  return std::shared_ptr<const MethodMessages>(std::move(messages));
}

absl::StatusOr<std::string> MethodMessages::EncodeRequest(const Invocation& invocation) const {
  const std::unique_ptr<Message> request(state_->request->New());
  for (const auto& [name, value] : invocation.arguments) {
    const FieldDescriptor* field = request->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated()) {
      return BackendFailed(absl::StrCat("its request has no single field ", name));
    }
    if (!SetField(field, value, request.get())) {
      return Error::Field("invocation.arguments", absl::StrCat(name, " takes another value, a ",
                                                               field->type_name()));
    }
  }
  return request->SerializeAsString();
}

absl::StatusOr<std::vector<Row>> MethodMessages::ReadRows(
    absl::string_view bytes, const std::vector<SchemaItem>& items) const {
  const std::unique_ptr<Message> answer(state_->answer->New());
  if (!answer->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return BackendFailed("its answer is not of its message");
  }
  std::vector<Row> rows;
  const FieldDescriptor* field = RowsField(answer->GetDescriptor());
  if (field == nullptr) {
    SHAREWAY_ASSIGN_OR_RETURN(Row row, ReadRow(*answer, items, 1));
    rows.push_back(std::move(row));
    return rows;
  }
  const int count = answer->GetReflection()->FieldSize(*answer, field);
  if (count > static_cast<int>(kMaxCallRecords)) {
    return BackendFailed(absl::StrCat("its answer has more than ", kMaxCallRecords, " records"));
  }
  for (int i = 0; i < count; ++i) {
    const Message& message = answer->GetReflection()->GetRepeatedMessage(*answer, field, i);
    SHAREWAY_ASSIGN_OR_RETURN(Row row, ReadRow(message, items, static_cast<size_t>(i) + 1));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace shareway::exchange
