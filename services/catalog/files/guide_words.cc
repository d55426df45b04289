// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/guide_words.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace shareway::catalog::files {
namespace {

using google::protobuf::EnumDescriptor;

struct Word {
  const char* type;
  const char* name;
  const char* word;
};
constexpr Word kWords[] = {
    {"ShareClass", "UNCONDITIONAL", "无条件共享"},
    {"ShareClass", "CONDITIONAL", "有条件共享"},
    {"ShareClass", "NOT_SHARED", "不予共享"},
    {"UpdateCycle", "REALTIME", "实时"},
    {"UpdateCycle", "DAILY", "每日"},
    {"UpdateCycle", "WEEKLY", "每周"},
    {"UpdateCycle", "MONTHLY", "每月"},
    {"UpdateCycle", "QUARTERLY", "每季度"},
    {"UpdateCycle", "HALF_YEARLY", "每半年"},
    {"UpdateCycle", "YEARLY", "每年"},
    {"UpdateCycle", "IRREGULAR", "不定时"},
    {"UpdateCycle", "OTHER_CYCLE", "其他"},
    {"ItemType", "TEXT", "字符型"},
    {"ItemType", "DECIMAL", "数值型"},
    {"ItemType", "INTEGER", "整型"},
    {"ItemType", "DATE", "日期型"},
    {"ItemType", "DATETIME", "日期时间型"},
    {"ItemType", "BOOLEAN", "逻辑型"},
    {"Grading", "GENERAL", "一般数据"},
    {"Grading", "IMPORTANT", "重要数据"},
    {"Grading", "CORE", "核心数据"},
    {"ResourceFormat", "DOCUMENT", "电子文件"},
    {"ResourceFormat", "SPREADSHEET", "电子表格"},
    {"ResourceFormat", "DATABASE", "数据库"},
    {"ResourceFormat", "IMAGE", "图形图像"},
    {"ResourceFormat", "MEDIA", "流媒体"},
    {"ResourceFormat", "SELF_DESCRIBING", "自描述格式"},
    {"ResourceFormat", "SERVICE_INTERFACE", "服务接口"},
    {"Mask", "KEEP_FIRST", "保留前部"},
    {"Mask", "KEEP_LAST", "保留后部"},
    {"Mask", "KEEP_ENDS", "保留两端"},
    {"Method", "QUERY", "查询"},
    {"Method", "VERIFY", "核验"},
    {"Method", "DOWNLOAD", "下载"},
    {"Method", "CALL", "调用"},
    {"Method", "SUBSCRIBE", "订阅"},
    {"Kind", "AGENCIES", "使用部门"},
    {"Kind", "ITEMS", "信息项"},
    {"Kind", "PURPOSES", "用途"},
    {"Kind", "METHODS", "共享方式"},
    {"Kind", "OTHER_CONDITION", "其他"},
    {"BasisLevel", "LAW", "法律"},
    {"BasisLevel", "ADMINISTRATIVE_REGULATION", "行政法规"},
    {"BasisLevel", "STATE_COUNCIL_DECISION", "国务院决定"},
    {"BasisLevel", "PARTY_OR_STATE_COUNCIL_POLICY", "党中央、国务院政策"},
    {"Purpose", "ADMINISTRATIVE_BASIS", "行政依据"},
    {"Purpose", "WORK_REFERENCE", "工作参考"},
    {"Purpose", "DATA_VERIFICATION", "数据校核"},
    {"Purpose", "BUSINESS_COLLABORATION", "业务协同"},
    // Only read: types that we do not tell apart, their letters in the guide, and what sheets in use
    // say of the platform's ways of sharing.
    {"ItemType", "DECIMAL", "货币型"},
    {"ItemType", "DECIMAL", "双精度型"},
    {"ItemType", "DECIMAL", "浮点型"},
    {"ItemType", "TEXT", "备注型"},
    {"ItemType", "TEXT", "通用型"},
    {"ItemType", "TEXT", "C"},
    {"ItemType", "DECIMAL", "N"},
    {"ItemType", "DECIMAL", "Y"},
    {"ItemType", "DATE", "D"},
    {"ItemType", "DATETIME", "T"},
    {"ItemType", "BOOLEAN", "L"},
    {"ItemType", "TEXT", "M"},
    {"ItemType", "TEXT", "G"},
    {"ItemType", "DECIMAL", "B"},
    {"ItemType", "INTEGER", "I"},
    {"ItemType", "DECIMAL", "F"},
    {"Method", "SUBSCRIBE", "数据库"},
    {"Method", "DOWNLOAD", "文件下载"},
    {"Method", "CALL", "接口"},
    {"Method", "CALL", "服务接口"},
    {"BasisLevel", "PARTY_OR_STATE_COUNCIL_POLICY", "党中央国务院政策"},
};

}  // namespace

std::string WordOf(const EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (number == 0 || value == nullptr) return number == 0 ? "" : absl::StrCat(number);
  for (const Word& word : kWords) {
    if (type.name() == word.type && value->name() == word.name) return word.word;
  }
  return value->name();
}

std::optional<int> NumberOf(const EnumDescriptor& type, absl::string_view text) {
  for (const Word& word : kWords) {
    if (type.name() != word.type || text != word.word) continue;
    return type.FindValueByName(word.name)->number();
  }
  const auto* value = type.FindValueByName(std::string(text));
  if (value == nullptr || value->number() == 0) return std::nullopt;
  return value->number();
}

std::string KnownWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) words.push_back(WordOf(type, type.value(i)->number()));
  }
  return absl::StrJoin(words, ", ");
}

}  // namespace shareway::catalog::files
