// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/condition_message.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::exchange {

using evidence::v1::Condition;

void AppendConditions(const std::vector<filter::Condition>& conditions, ConditionMessages* out) {
  for (const filter::Condition& condition : conditions) {
    Condition* message = out->Add();
    message->set_item(condition.item);
    message->set_operator_(condition.op == filter::Op::kPrefix ? Condition::PREFIX
                                                               : Condition::EQUALS);
    message->set_value(condition.value);
  }
}

absl::StatusOr<std::vector<filter::Condition>> ReadConditions(const ConditionMessages& messages,
                                                              absl::string_view field) {
  std::vector<filter::Condition> conditions;
  conditions.reserve(messages.size());
  for (const Condition& message : messages) {
    const bool prefix = message.operator_() == Condition::PREFIX;
    if (!prefix && message.operator_() != Condition::EQUALS) {
      return Error::Field(field, absl::StrCat("operator ", message.operator_(),
                                              " is unknown, want EQUALS or PREFIX"));
    }
    conditions.push_back(
        {message.item(), prefix ? filter::Op::kPrefix : filter::Op::kEquals, message.value()});
  }
  return conditions;
}

}  // namespace shareway::exchange
