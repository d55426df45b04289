// SPDX-License-Identifier: Apache-2.0
// Strict reading of the statute library's data files. Private to libs/statute.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/base/error.h"
#include "yaml-cpp/yaml.h"

namespace shareway::statute {

// One YAML map. Each key at most once, none unknown, each value of its form.
// Faults are collected, so that one run tells a person all that is wrong; a value
// with a fault leaves its target alone.
class YamlMap {
 public:
  // What an absent key means: a fault, or (in an override) the value so far.
  enum class Absent { kFault, kKeep };

  // Reads the one document in `text` (at most 64 KiB) by `read`. INVALID_ARGUMENT
  // with a violation "WHERE:LINE KEY" for each fault, naming value and rule.
  static absl::Status Read(absl::string_view text, absl::string_view where, Absent absent,
                           absl::FunctionRef<void(YamlMap&)> read);

  // In all of these `optional` ones take null as "none".
  void Text(const char* key, std::string* out) { ReadText(key, false, out); }
  void OptionalText(const char* key, std::string* out) { ReadText(key, true, out); }
  void Number(const char* key, int min, int max, int* out);
  void OptionalNumber(const char* key, int min, int max, std::optional<int>* out);
  void Flag(const char* key, bool* out);
  void Day(const char* key, absl::CivilDay* out);                 // YYYY-MM-DD
  void Days(const char* key, std::vector<absl::CivilDay>* out);   // may always be absent
  void OptionalMinute(const char* key, std::optional<int>* out);  // HH:MM

  template <typename E>
  using Words = std::vector<std::pair<absl::string_view, E>>;
  template <typename E>
  void Word(const char* key, const Words<E>& words, E* out);
  template <typename E>
  void WordList(const char* key, const Words<E>& words, std::vector<E>* out);

  void Map(const char* key, absl::FunctionRef<void(YamlMap&)> read);
  void MapList(const char* key, absl::FunctionRef<void(YamlMap&)> read);  // not empty
  // The same, but [] is a list, too. True if there is a list, so that [] can be told from absence.
  bool MapListOrNone(const char* key, absl::FunctionRef<void(YamlMap&)> read);
  // A map of dotted keys, each of which some other call has asked for, to texts.
  void Notes(const char* key, std::map<std::string, std::string>* out);

  // A fault that only the reader can see. `key` must be one of this map's.
  void Fault(const char* key, absl::string_view rule);

 private:
  struct File {
    std::string where;
    Absent absent = Absent::kFault;
    std::vector<FieldViolation> faults;
    std::set<std::string> known;  // dotted keys that were asked for
  };

  YamlMap(const YAML::Node& node, std::string path, File* file);

  void ReadText(const char* key, bool optional, std::string* out);
  void ReadMaps(const char* key, const YAML::Node& list, absl::FunctionRef<void(YamlMap&)> read);
  // The value, or nullptr (with a fault unless that is fine) if the key is absent.
  const YAML::Node* Find(const char* key, bool may_be_absent = false);
  void FaultAt(const YAML::Node& node, absl::string_view key, absl::string_view rule);
  void RefuseUnknown();

  std::string path_;  // "" or "supplement."
  int line_ = 0;
  File* file_;
  std::map<std::string, YAML::Node> values_;
  std::set<std::string> asked_;
};

// The whole file. NOT_FOUND if it cannot be opened.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Paths of the *.yaml files under `folder`, relative to it, sorted. NOT_FOUND if
// there is no such folder.
absl::StatusOr<std::vector<std::string>> ListYaml(const std::string& folder);

// `node` for a message.
std::string ShownYaml(const YAML::Node& node);

template <typename E>
void YamlMap::Word(const char* key, const Words<E>& words, E* out) {
  const YAML::Node* node = Find(key);
  if (node == nullptr) return;
  std::string allowed;
  for (const auto& [word, value] : words) {
    if (node->IsScalar() && node->Scalar() == std::string(word)) {
      *out = value;
      return;
    }
    allowed.append(allowed.empty() ? "" : ", ").append(word.data(), word.size());
  }
  FaultAt(*node, key, ShownYaml(*node) + " is not one of " + allowed);
}

template <typename E>
void YamlMap::WordList(const char* key, const Words<E>& words, std::vector<E>* out) {
  const YAML::Node* node = Find(key);
  if (node == nullptr) return;
  if (!node->IsSequence() || node->size() == 0) {
    FaultAt(*node, key, "is not a list with an element");
    return;
  }
  out->clear();
  for (const YAML::Node& element : *node) {
    bool found = false;
    for (const auto& [word, value] : words) {
      if (!element.IsScalar() || element.Scalar() != std::string(word)) continue;
      out->push_back(value);
      found = true;
    }
    if (!found) FaultAt(element, key, ShownYaml(element) + " is not an allowed word");
  }
}

}  // namespace shareway::statute
