// SPDX-License-Identifier: Apache-2.0
// Cells whose field has parts of its own, as people write them: a line each.
//
//   conditions        c1 用途：限用于低保核查。【行政依据、业务协同】
//                     id, kind, text and the values admitted. Without an id the next free of c1, c2 …;
//                     a line without a kind is a condition in words alone.
//   not_shared_basis  法律：《中华人民共和国统计法》第二十五条
//                     level, title and article.
//   extensions        服务对象：自然人
//                     key and value.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/strings/string_view.h"

namespace shareway::catalog::files {

// Whether cells of this field of Resource can be spoken.
bool IsSpoken(const google::protobuf::FieldDescriptor& field);
// The field as lines; empty if lines would not come back as what it holds.
std::string SpokenCell(const google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field);
// Sets the field from lines. What is wrong with them, for a person, or nothing.
std::string TakeSpoken(google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field, absl::string_view cell);

}  // namespace shareway::catalog::files
