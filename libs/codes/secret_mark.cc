// SPDX-License-Identifier: Apache-2.0
// Marks of state and work secrets in text.
#include "libs/codes/secret_mark.h"

#include <array>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace shareway::codes {
namespace {

constexpr std::array<absl::string_view, 5> kLevels = {"国家秘密", "工作秘密", "绝密", "机密",
                                                      "秘密"};
constexpr std::array<absl::string_view, 2> kSecrets = {"国家秘密", "工作秘密"};
constexpr std::array<absl::string_view, 6> kContaining = {"属于", "涉及", "包含",
                                                          "含有", "属",   "含"};
constexpr std::array<absl::string_view, 7> kDenying = {"不",   "未", "无",  "非",
                                                       "没有", "否", "不得"};

// One form for what may be written in many: no blanks, half-width signs,
// simplified characters of the words that matter here.
std::string Normal(absl::string_view text) {
  return absl::StrReplaceAll(
      text,
      {{" ", ""},    {"\t", ""},   {"\n", ""},   {"\u3000", ""}, {"\u00a0", ""}, {"\u200b", ""},
       {"：", ":"},  {"☆", "★"},   {"＊", "★"},  {"國", "国"},   {"機", "机"},   {"絕", "绝"},
       {"級", "级"}, {"屬", "属"}, {"於", "于"}, {"為", "为"},   {"無", "无"},   {"沒", "没"},
       {"【", "["},  {"】", "]"},  {"〔", "["},  {"〕", "]"},    {"（", "["},    {"）", "]"},
       {"(", "["},   {")", "]"},   {"［", "["},  {"］", "]"},    {"「", "["},    {"」", "]"}});
}

bool EndsWithAny(absl::string_view text, const auto& words) {
  for (absl::string_view word : words) {
    if (absl::EndsWith(text, word)) return true;
  }
  return false;
}

bool Starred(absl::string_view text) {
  for (size_t at = text.find("★"); at != absl::string_view::npos; at = text.find("★", at + 1)) {
    if (EndsWithAny(text.substr(0, at), kLevels)) return true;
  }
  return false;
}

// 密级:机密, 密级为机密, 定密:秘密, [机密].
bool Labelled(absl::string_view text) {
  constexpr std::array<absl::string_view, 6> kLabels = {"密级:", "密级为", "密级是",
                                                        "密级=", "密级",   "定密:"};
  for (absl::string_view level : kLevels) {
    if (absl::StrContains(text, absl::StrCat("[", level, "]"))) return true;
    for (absl::string_view label : kLabels) {
      if (absl::StrContains(text, absl::StrCat(label, level))) return true;
    }
  }
  return false;
}

bool SaysSo(absl::string_view text) {
  for (absl::string_view secret : kSecrets) {
    for (size_t at = text.find(secret); at != absl::string_view::npos;
         at = text.find(secret, at + 1)) {
      absl::string_view before = text.substr(0, at);
      for (absl::string_view verb : kContaining) {
        if (absl::EndsWith(before, verb)) {
          before.remove_suffix(verb.size());
          if (!EndsWithAny(before, kDenying)) return true;
          break;
        }
      }
    }
  }
  return false;
}

bool NothingButALevel(absl::string_view text) {
  for (absl::string_view level : kLevels) {
    if (text == level || text == absl::StrCat(level, "级")) return true;
  }
  return false;
}

}  // namespace

bool IsMarkedSecret(absl::string_view text) {
  const std::string normal = Normal(text);
  if (!absl::StrContains(normal, "密")) return false;
  return Starred(normal) || Labelled(normal) || SaysSo(normal) || NothingButALevel(normal);
}

}  // namespace shareway::codes
