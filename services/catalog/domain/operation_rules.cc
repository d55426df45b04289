// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/operation_rules.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/catalog/domain/entry_rules.h"

namespace shareway::catalog {
namespace {

// package.Service/Method; the package may be empty.
bool IsMethodName(absl::string_view name) {
  const std::vector<absl::string_view> halves = absl::StrSplit(name, '/');
  if (halves.size() != 2 || name.size() > 200 || !IsItemId(halves[1])) return false;
  const std::vector<absl::string_view> words = absl::StrSplit(halves[0], '.');
  return std::all_of(words.begin(), words.end(), [](absl::string_view word) {
    return !word.empty() && (absl::ascii_isalpha(word[0]) || word[0] == '_') &&
           std::all_of(word.begin(), word.end(),
                       [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
  });
}

void CheckParameters(const Operation& operation, absl::string_view at, Faults* faults) {
  const std::string field = absl::StrCat(at, ".parameters");
  if (operation.parameters.size() > kMaxParameters) {
    return faults->Add(field, absl::StrCat("are ", operation.parameters.size(), ", at most ",
                                           kMaxParameters));
  }
  std::set<absl::string_view> seen;
  for (const std::string& parameter : operation.parameters) {
    if (!IsItemId(parameter)) {
      faults->Add(field, absl::StrCat("have ", codes::Quote(parameter),
                                      ", want [A-Za-z][A-Za-z0-9_]{0,63}"));
    } else if (!seen.insert(parameter).second) {
      faults->Add(field, absl::StrCat("have ", codes::Quote(parameter), " twice"));
    }
  }
}

void CheckForm(const Entry& entry, const Operation& operation, absl::string_view at,
               Faults* faults) {
  const bool opaque = operation.form == Operation::Form::kOpaque;
  const bool protobuf = operation.form == Operation::Form::kProtobuf;
  const bool known = std::any_of(entry.items.begin(), entry.items.end(), [&](const Item& item) {
    return item.id == operation.item;
  });
  if (opaque && !known) {
    faults->Add(absl::StrCat(at, ".item"),
                absl::StrCat("is ", codes::Quote(operation.item),
                             ", but an opaque operation is one item of the entry, which grants "
                             "name and which has a grading"));
  }
  if (!opaque && !operation.item.empty()) {
    faults->Add(absl::StrCat(at, ".item"), "is for OPAQUE_FORM alone");
  }
  if (opaque && !operation.parameters.empty()) {
    faults->Add(absl::StrCat(at, ".parameters"), "are not for OPAQUE_FORM, which is sent a body");
  }
  if (!protobuf && !(operation.descriptor_set.empty() && operation.method.empty())) {
    faults->Add(absl::StrCat(at, ".descriptor_set"), "and method are for PROTOBUF_FORM alone");
  }
  if (!protobuf) return;
  if (operation.descriptor_set.empty() || operation.descriptor_set.size() > kMaxDescriptorSet) {
    faults->Add(absl::StrCat(at, ".descriptor_set"),
                absl::StrCat("has ", operation.descriptor_set.size(), " bytes, want 1 to ",
                             kMaxDescriptorSet));
  }
  if (!IsMethodName(operation.method)) {
    faults->Add(absl::StrCat(at, ".method"), absl::StrCat("is ", codes::Quote(operation.method),
                                                          ", want package.Service/Method"));
  }
}

}  // namespace

void CheckOperations(const Entry& entry, Faults* faults) {
  if (entry.operations.size() > kMaxOperations) {
    return faults->Add("operations", absl::StrCat("are ", entry.operations.size(), ", at most ",
                                                  kMaxOperations));
  }
  const bool called =
      std::find(entry.methods.begin(), entry.methods.end(), Method::kCall) != entry.methods.end();
  if (!entry.operations.empty() && !called) {
    faults->Add("operations", "are given, but CALL is not among the entry's methods");
  }
  std::set<absl::string_view> seen;
  size_t bytes = 0;
  for (size_t i = 0; i < entry.operations.size(); ++i) {
    const Operation& operation = entry.operations[i];
    const std::string at = absl::StrCat("operations[", i, "]");
    if (!IsItemId(operation.id)) {
      faults->Add(absl::StrCat(at, ".id"), absl::StrCat(codes::Quote(operation.id),
                                                        ", want [A-Za-z][A-Za-z0-9_]{0,63}"));
    } else if (!seen.insert(operation.id).second) {
      faults->Add(absl::StrCat(at, ".id"),
                  absl::StrCat(codes::Quote(operation.id), " is given twice"));
    }
    faults->Text(absl::StrCat(at, ".title"), operation.title, 1, 100);
    const int form = static_cast<int>(operation.form);
    if (form < 1 || form > static_cast<int>(Operation::Form::kOpaque)) {
      faults->Add(absl::StrCat(at, ".form"),
                  absl::StrCat("is ", form, ", want 1 to 3 as the API lists them"));
    }
    CheckParameters(operation, at, faults);
    CheckForm(entry, operation, at, faults);
    bytes += operation.descriptor_set.size();
  }
  if (bytes > kMaxDescriptorSets) {
    faults->Add("operations", absl::StrCat("have ", bytes, " bytes of descriptor sets, at most ",
                                           kMaxDescriptorSets));
  }
}

}  // namespace shareway::catalog
