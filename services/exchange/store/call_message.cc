// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/call_message.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/wire.h"
#include "libs/evidence/record.h"

namespace shareway::exchange {

namespace v1 = evidence::v1;

std::string Encode(const Invocation& invocation) {
  v1::Invocation message;
  message.set_operation(invocation.operation);
  for (const auto& [name, value] : invocation.arguments) {
    v1::Invocation::Argument* argument = message.add_arguments();
    argument->set_name(name);
    argument->set_value(value);
  }
  message.set_body(invocation.body);
  message.set_content_type(invocation.content_type);
  for (const std::string& item : invocation.items) message.add_items(item);
  return message.SerializeAsString();
}

absl::StatusOr<Invocation> DecodeInvocation(absl::string_view bytes) {
  v1::Invocation message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kInvalidArgument,
                 absl::StrCat("the ", bytes.size(), " bytes are no Invocation"));
  }
  Invocation invocation{.operation = message.operation(),
                        .body = message.body(),
                        .content_type = message.content_type(),
                        .items = {message.items().begin(), message.items().end()}};
  for (const v1::Invocation::Argument& argument : message.arguments()) {
    invocation.arguments.emplace_back(argument.name(), argument.value());
  }
  return invocation;
}

std::string EncodeTypedAnswer(absl::string_view batch) {
  // Field 1 of CallAnswer is the batch.
  WireWriter wire(batch.size() + 16);
  wire.Message(1, batch);
  return std::move(wire).Take();
}

std::string EncodeOpaqueAnswer(const std::string& item, const std::string& content_type,
                               const std::string& content) {
  v1::CallAnswer answer;
  answer.mutable_opaque()->set_item(item);
  answer.mutable_opaque()->set_content_type(content_type);
  answer.mutable_opaque()->set_content(content);
  return answer.SerializeAsString();
}

}  // namespace shareway::exchange
