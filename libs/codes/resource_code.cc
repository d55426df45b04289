// SPDX-License-Identifier: Apache-2.0
#include "libs/codes/resource_code.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/codes/quote.h"

namespace shareway::codes {
namespace {

constexpr size_t kMaxCode = 50;
constexpr size_t kMaxSequence = 10;
constexpr size_t kMinClassification = 6;

// One grammar for the code and the id; only the separator differs.
absl::StatusOr<ResourceCode> Parse(absl::string_view kind, absl::string_view text, char separator) {
  if (text.size() > kMaxCode) {
    return BadCode(kind, text, 0, absl::StrCat("has ", text.size(), " characters, at most 50"));
  }
  const size_t split = text.find(separator);
  for (size_t i = 0; i < text.size(); ++i) {
    if (i != split && !absl::ascii_isdigit(text[i])) {
      return BadCode(kind, text, i + 1,
                     absl::StrCat("not a digit, and the one '", std::string(1, separator),
                                  "' stands before the sequence"));
    }
  }
  if (text.empty() || text[0] < '1' || text[0] > '3') {
    return BadCode(kind, text, 1, "the category 类 is 1 基础, 2 主题 or 3 部门");
  }
  if (split == absl::string_view::npos) {
    return BadCode(kind, text, text.size() + 1,
                   absl::StrCat("no '", std::string(1, separator), "' and sequence code"));
  }
  if (split < kMinClassification) {
    return BadCode(kind, text, split + 1,
                   "the classification has at least 6 digits: 类 1, 项 2, 目 3");
  }
  const absl::string_view sequence = text.substr(split + 1);
  if (sequence.empty() || sequence.size() > kMaxSequence) {
    return BadCode(kind, text, split + 2,
                   absl::StrCat("the sequence has ", sequence.size(), " digits, want 1 to 10"));
  }
  ResourceCode code;
  code.text = absl::StrCat(text.substr(0, split), "/", sequence);
  code.category = text[0];
  code.item = std::string(text.substr(1, 2));
  code.sub_item = std::string(text.substr(3, 3));
  code.detail = std::string(text.substr(6, split - 6));
  code.sequence = std::string(sequence);
  return code;
}

}  // namespace

std::string ResourceCode::id() const {
  std::string name = text;
  name[name.find('/')] = '-';
  return name;
}

absl::StatusOr<ResourceCode> ParseResourceCode(absl::string_view text) {
  return Parse("resource code", text, '/');
}

absl::StatusOr<ResourceCode> ResourceCodeFromId(absl::string_view id) {
  return Parse("resource id", id, '-');
}

absl::string_view CategoryName(char category) {
  switch (category) {
    case '1':
      return "基础信息资源";
    case '2':
      return "主题信息资源";
    case '3':
      return "部门信息资源";
    default:
      return "";
  }
}

}  // namespace shareway::codes
