// SPDX-License-Identifier: Apache-2.0
// The guide's words for enumerators (reference 2.2), as sheets have them.
#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace shareway::catalog::files {

// The word of an enumerator, or its name where the guide has none. Empty for 0.
std::string WordOf(const google::protobuf::EnumDescriptor& type, int number);
// The enumerator by its word, by its name, or by another word or letter in use for it.
std::optional<int> NumberOf(const google::protobuf::EnumDescriptor& type, absl::string_view text);
// All words of `type`, for an error's text.
std::string KnownWords(const google::protobuf::EnumDescriptor& type);

}  // namespace shareway::catalog::files
