// SPDX-License-Identifier: Apache-2.0
#include "libs/statute/yaml.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"

namespace shareway::statute {
namespace {

constexpr size_t kMaxFile = 64 * 1024;
constexpr int kMaxText = 300;

bool ParseNumber(const YAML::Node& node, int min, int max, int* out) {
  if (!node.IsScalar()) return false;
  const std::string& text = node.Scalar();
  int value = 0;
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (!digits || !absl::SimpleAtoi(text, &value) || value < min || value > max) return false;
  *out = value;
  return true;
}

bool ParseDay(const YAML::Node& node, absl::CivilDay* out) {
  // ParseCivilTime is lenient; a date must be written as it would be printed.
  absl::CivilDay day;
  if (!node.IsScalar() || !absl::ParseCivilTime(node.Scalar(), &day)) return false;
  if (absl::FormatCivilTime(day) != node.Scalar() || day.year() < 1949 || day.year() > 2199) {
    return false;
  }
  *out = day;
  return true;
}

}  // namespace

std::string ShownYaml(const YAML::Node& node) {
  if (node.IsNull()) return "null";
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  absl::string_view text = node.Scalar();
  const bool readable = IsText(text);
  text = text.substr(0, 60);
  while (readable && !IsText(text)) text.remove_suffix(1);
  return absl::StrCat("\"", readable ? absl::Utf8SafeCEscape(text) : absl::CHexEscape(text), "\"");
}

absl::Status YamlMap::Read(absl::string_view text, absl::string_view where, Absent absent,
                           absl::FunctionRef<void(YamlMap&)> read) {
  File file;
  file.where = std::string(where);
  file.absent = absent;
  if (text.size() > kMaxFile) {
    return Error::Field(where, absl::StrCat("has ", text.size(), " bytes, at most ", kMaxFile));
  }
  if (!IsText(text)) return Error::Field(where, "is not UTF-8 text without controls");
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(std::string(text));
  } catch (const YAML::Exception& e) {
    return Error::Field(absl::StrCat(where, ":", e.mark.line + 1),
                        absl::StrCat("not YAML, ", e.msg));
  }
  if (documents.size() != 1 || !documents[0].IsMap()) {
    return Error::Field(where, "is not one YAML map");
  }
  YamlMap root(documents[0], "", &file);
  read(root);
  root.RefuseUnknown();
  return Error::Fields(file.faults);
}

YamlMap::YamlMap(const YAML::Node& node, std::string path, File* file)
    : path_(std::move(path)), line_(node.Mark().line), file_(file) {
  for (const auto& pair : node) {
    const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "?";
    if (!values_.emplace(key, pair.second).second) FaultAt(pair.first, key, "stands here twice");
  }
}

void YamlMap::FaultAt(const YAML::Node& node, absl::string_view key, absl::string_view rule) {
  const int line = node.Mark().line < 0 ? line_ : node.Mark().line;
  file_->faults.push_back(
      {absl::StrCat(file_->where, ":", line + 1, " ", path_, key), std::string(rule)});
}

void YamlMap::Fault(const char* key, absl::string_view rule) {
  const auto found = values_.find(key);
  FaultAt(found == values_.end() ? YAML::Node() : found->second, key, rule);
}

const YAML::Node* YamlMap::Find(const char* key, bool may_be_absent) {
  asked_.insert(key);
  file_->known.insert(path_ + key);
  const auto found = values_.find(key);
  if (found != values_.end()) return &found->second;
  if (!may_be_absent && file_->absent == Absent::kFault) Fault(key, "is missing");
  return nullptr;
}

void YamlMap::RefuseUnknown() {
  for (const auto& [key, node] : values_) {
    if (!asked_.contains(key)) FaultAt(node, key, "is not a known key");
  }
}

void YamlMap::ReadText(const char* key, bool optional, std::string* out) {
  const YAML::Node* node = Find(key);
  if (node == nullptr) return;
  if (optional && node->IsNull()) {
    out->clear();
  } else if (!node->IsScalar() || node->Scalar().empty() || !IsText(node->Scalar()) ||
             CodePoints(node->Scalar()) > kMaxText) {
    FaultAt(*node, key,
            absl::StrCat(ShownYaml(*node), " is not a text of 1 to ", kMaxText, " characters"));
  } else {
    *out = node->Scalar();
  }
}

void YamlMap::Number(const char* key, int min, int max, int* out) {
  const YAML::Node* node = Find(key);
  if (node == nullptr || ParseNumber(*node, min, max, out)) return;
  FaultAt(*node, key, absl::StrCat(ShownYaml(*node), " is not a whole number, ", min, " to ", max));
}

void YamlMap::OptionalNumber(const char* key, int min, int max, std::optional<int>* out) {
  const auto found = values_.find(key);
  if (found != values_.end() && found->second.IsNull()) {
    Find(key);
    out->reset();
    return;
  }
  int value = min - 1;
  Number(key, min, max, &value);
  if (value >= min) *out = value;
}

void YamlMap::Flag(const char* key, bool* out) {
  Word<bool>(key, {{"true", true}, {"false", false}}, out);
}

void YamlMap::Day(const char* key, absl::CivilDay* out) {
  const YAML::Node* node = Find(key);
  if (node == nullptr || ParseDay(*node, out)) return;
  FaultAt(*node, key, absl::StrCat(ShownYaml(*node), " is not a day, YYYY-MM-DD"));
}

void YamlMap::Days(const char* key, std::vector<absl::CivilDay>* out) {
  const YAML::Node* node = Find(key, /*may_be_absent=*/true);
  if (node == nullptr) return;
  if (!node->IsSequence()) {
    FaultAt(*node, key, "is not a list of days");
    return;
  }
  out->clear();
  for (const YAML::Node& element : *node) {
    absl::CivilDay day;
    if (ParseDay(element, &day)) {
      out->push_back(day);
    } else {
      FaultAt(element, key, absl::StrCat(ShownYaml(element), " is not a day, YYYY-MM-DD"));
    }
  }
}

void YamlMap::OptionalMinute(const char* key, std::optional<int>* out) {
  const YAML::Node* node = Find(key);
  if (node == nullptr) return;
  if (node->IsNull()) {
    out->reset();
    return;
  }
  const std::string text = node->IsScalar() ? node->Scalar() : "";
  int hour = 0;
  int minute = 0;
  const bool shaped = text.size() == 5 && text[2] == ':' && absl::ascii_isdigit(text[0]) &&
                      absl::ascii_isdigit(text[1]) && absl::ascii_isdigit(text[3]) &&
                      absl::ascii_isdigit(text[4]);
  if (!shaped || !absl::SimpleAtoi(text.substr(0, 2), &hour) ||
      !absl::SimpleAtoi(text.substr(3), &minute) || hour > 23 || minute > 59) {
    FaultAt(*node, key, absl::StrCat(ShownYaml(*node), " is not a time of day, HH:MM"));
    return;
  }
  *out = hour * 60 + minute;
}

void YamlMap::Map(const char* key, absl::FunctionRef<void(YamlMap&)> read) {
  const YAML::Node* node = Find(key);
  // In an override the keys inside are known even if the whole map is left out.
  const YAML::Node none(YAML::NodeType::Map);
  const bool keep = node == nullptr && file_->absent == Absent::kKeep;
  if (node != nullptr && !node->IsMap()) FaultAt(*node, key, "is not a map");
  if (!keep && (node == nullptr || !node->IsMap())) return;
  YamlMap inner(keep ? none : *node, absl::StrCat(path_, key, "."), file_);
  read(inner);
  inner.RefuseUnknown();
}

void YamlMap::MapList(const char* key, absl::FunctionRef<void(YamlMap&)> read) {
  const YAML::Node* node = Find(key);
  if (node == nullptr) return;
  if (!node->IsSequence() || node->size() == 0) {
    FaultAt(*node, key, "is not a list with an element");
    return;
  }
  ReadMaps(key, *node, read);
}

bool YamlMap::MapListOrNone(const char* key, absl::FunctionRef<void(YamlMap&)> read) {
  const YAML::Node* node = Find(key);
  if (node == nullptr) return false;
  if (!node->IsSequence()) {
    FaultAt(*node, key, "is not a list");
    return false;
  }
  ReadMaps(key, *node, read);
  return true;
}

void YamlMap::ReadMaps(const char* key, const YAML::Node& list,
                       absl::FunctionRef<void(YamlMap&)> read) {
  int index = 0;
  for (const YAML::Node& element : list) {
    const std::string path = absl::StrCat(path_, key, "[", index++, "].");
    if (!element.IsMap()) {
      FaultAt(element, key, "has an element that is not a map");
      continue;
    }
    YamlMap inner(element, path, file_);
    read(inner);
    inner.RefuseUnknown();
  }
}

void YamlMap::Notes(const char* key, std::map<std::string, std::string>* out) {
  Map(key, [&](YamlMap& notes) {
    for (const auto& [about, node] : notes.values_) {
      notes.asked_.insert(about);
      if (!file_->known.contains(about)) {
        notes.FaultAt(node, about, "is not a key of this file");
      } else if (!node.IsScalar() || node.Scalar().empty()) {
        notes.FaultAt(node, about, "has no text");
      } else {
        (*out)[about] = node.Scalar();
      }
    }
  });
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", path));
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return absl::DataLossError(absl::StrCat("cannot read ", path));
  return text.str();
}

absl::StatusOr<std::vector<std::string>> ListYaml(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> paths;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().extension() == ".yaml") {
      paths.push_back(at->path().lexically_relative(folder).generic_string());
    }
  }
  if (error)
    return absl::NotFoundError(
        absl::StrCat("cannot read the folder ", folder, ": ", error.message()));
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace shareway::statute
