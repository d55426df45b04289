// SPDX-License-Identifier: Apache-2.0
// Extension fields (扩展元数据): what an installation's schema adds to the fixed core of an entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/codes/pattern.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/faults.h"

namespace shareway::catalog {

struct Law;

struct ExtensionField {
  enum class Type {
    kUnspecified = 0,
    kText,
    kInteger,
    kDecimal,
    kDate,
    kBoolean,
    kOneOf,
    kSomeOf,
  };
  struct Choice {
    std::string value = {};
    Label label = {};
  };
  std::string key = {};  // [a-z][a-z0-9_]{0,63}
  Label label = {};
  Type type = Type::kUnspecified;
  uint32_t max_length = 0;   // of text, in characters
  std::string pattern = {};  // of text, matched whole; empty: any
  int64_t minimum = 0;       // of integers
  int64_t maximum = 0;
  std::vector<Choice> choices = {};
  bool required = false;
  // To which entries it applies; empty: to all.
  std::vector<ShareClass> share_classes = {};
  std::vector<std::string> categories = {};  // beginnings of codes
  std::vector<std::string> divisions = {};   // beginnings of the agency's division code
  std::vector<std::string> profiles = {};    // required under these legal texts only; empty: any
};

// A value. Empty: the installation knows no extension field, and refuses each.
class Extensions {
 public:
  // INVALID_ARGUMENT naming the field and what is wrong with it.
  static absl::StatusOr<Extensions> Make(std::string version, std::vector<ExtensionField> fields);

  const std::string& version() const { return version_; }
  const std::vector<ExtensionField>& fields() const { return fields_; }

  // Adds every fault of the entry's extensions as extensions[key]: not known, not for such an
  // entry, of another form, or missing.
  void Check(const Entry& entry, const Law& law, Faults* faults) const;

 private:
  std::string version_;
  std::vector<ExtensionField> fields_;
  std::vector<std::optional<codes::Pattern>> patterns_;  // of fields_
};

}  // namespace shareway::catalog
