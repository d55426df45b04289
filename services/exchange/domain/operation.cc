// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/operation.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMaxItems = 500;
constexpr size_t kMaxMediaType = 127;

// The form of item ids, parameters and operations alike.
bool IsWord(absl::string_view id) {
  return !id.empty() && id.size() <= 64 && absl::ascii_isalpha(id[0]) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

// RFC 9110 section 5.6.2.
bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::string_view("!#$%&'*+-.^_`|~").find(c) !=
                                         absl::string_view::npos;
  });
}

void CheckArguments(const Invocation& invocation, std::vector<FieldViolation>* faults) {
  if (invocation.arguments.size() > kMaxArguments) {
    faults->push_back({"invocation.arguments", absl::StrCat(invocation.arguments.size(),
                                                            ", want at most ", kMaxArguments)});
    return;
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < invocation.arguments.size(); ++i) {
    const auto& [name, value] = invocation.arguments[i];
    const std::string field = absl::StrCat("invocation.arguments[", i, "]");
    if (!IsWord(name)) {
      faults->push_back({absl::StrCat(field, ".name"), "want [A-Za-z][A-Za-z0-9_]{0,63}"});
    } else if (!seen.insert(name).second) {
      faults->push_back({absl::StrCat(field, ".name"), absl::StrCat(name, " is named twice")});
    }
    // The value itself stays out of the message: it may be a person's.
    if (!IsText(value)) {
      faults->push_back(
          {absl::StrCat(field, ".value"), "is not UTF-8 text without control characters"});
    } else if (const int n = CodePoints(value); n > kMaxArgument) {
      faults->push_back({absl::StrCat(field, ".value"),
                         absl::StrCat("has ", n, " characters, want at most ", kMaxArgument)});
    }
  }
}

void CheckItems(const Invocation& invocation, std::vector<FieldViolation>* faults) {
  if (invocation.items.size() > kMaxItems) {
    faults->push_back({"invocation.items", absl::StrCat(invocation.items.size(),
                                                        " items, want at most ", kMaxItems)});
    return;
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < invocation.items.size(); ++i) {
    const std::string field = absl::StrCat("invocation.items[", i, "]");
    if (!IsWord(invocation.items[i])) {
      faults->push_back({field, "is no item id, [A-Za-z][A-Za-z0-9_]{0,63}"});
    } else if (!seen.insert(invocation.items[i]).second) {
      faults->push_back({field, absl::StrCat(invocation.items[i], " is named twice")});
    }
  }
}

}  // namespace

std::string OperationName(absl::string_view resource, absl::string_view operation) {
  return absl::StrCat(resource, "/operations/", operation);
}

bool IsMediaType(absl::string_view text) {
  if (text.size() > kMaxMediaType) return false;
  const absl::string_view essence = absl::StripAsciiWhitespace(text.substr(0, text.find(';')));
  const size_t slash = essence.find('/');
  return slash != absl::string_view::npos && IsToken(essence.substr(0, slash)) &&
         IsToken(essence.substr(slash + 1)) &&
         std::all_of(text.begin(), text.end(), absl::ascii_isprint);
}

absl::Status CheckInvocation(const Invocation& invocation) {
  std::vector<FieldViolation> faults;
  if (!IsWord(invocation.operation)) {
    faults.push_back({"invocation.operation", "is required, [A-Za-z][A-Za-z0-9_]{0,63}"});
  }
  CheckArguments(invocation, &faults);
  CheckItems(invocation, &faults);
  if (invocation.body.size() > kMaxCallBody) {
    faults.push_back({"invocation.body", absl::StrCat(invocation.body.size(),
                                                      " bytes, want at most ", kMaxCallBody)});
  }
  if (!invocation.content_type.empty() && !IsMediaType(invocation.content_type)) {
    faults.push_back({"invocation.content_type", "is no media type of up to 127 characters"});
  }
  if (invocation.content_type.empty() && !invocation.body.empty()) {
    faults.push_back({"invocation.content_type", "is required with a body"});
  }
  return Error::Fields(faults);
}

absl::Status CheckInvocation(const Invocation& invocation, const Operation& operation) {
  std::vector<FieldViolation> faults;
  if (!operation.opaque() && !(invocation.body.empty() && invocation.content_type.empty())) {
    faults.push_back({"invocation.body", absl::StrCat(operation.id, " takes arguments, no body")});
  }
  for (size_t i = 0; i < invocation.arguments.size(); ++i) {
    const std::string& name = invocation.arguments[i].first;
    const std::vector<std::string>& known = operation.parameters;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    faults.push_back({absl::StrCat("invocation.arguments[", i, "].name"),
                      absl::StrCat(name, " is no parameter of ", operation.id)});
  }
  if (operation.opaque() && !invocation.items.empty() &&
      invocation.items != std::vector<std::string>{operation.item}) {
    faults.push_back({"invocation.items", absl::StrCat(operation.id, " answers with ",
                                                       operation.item, " alone, never cut")});
  }
  return Error::Fields(faults);
}

}  // namespace shareway::exchange
