// SPDX-License-Identifier: Apache-2.0
// The code of an information resource (信息资源代码, catalogue guide of 2017).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::codes {

// CATEGORY `/` SEQUENCE, for example 306001/000001.
struct ResourceCode {
  std::string text;      // at most 50 characters
  char category = 0;     // 类: 1 基础, 2 主题, 3 部门
  std::string item;      // 项: 2 digits
  std::string sub_item;  // 目: 3 digits
  std::string detail;    // 细目: any number of digits, may be none
  std::string sequence;  // 顺序码: 1 to 10 digits, leading zeros count

  // All before the slash.
  std::string classification() const { return text.substr(0, text.find('/')); }
  // The id in resource names: `/` replaced by `-`. ResourceCodeFromId undoes it.
  std::string id() const;
};

// INVALID_ARGUMENT naming the code, the place (from 1) and the rule.
absl::StatusOr<ResourceCode> ParseResourceCode(absl::string_view text);
absl::StatusOr<ResourceCode> ResourceCodeFromId(absl::string_view id);

// The name of a category: 基础信息资源 for '1', 主题信息资源, 部门信息资源; "" for others.
absl::string_view CategoryName(char category);

}  // namespace shareway::codes
