// SPDX-License-Identifier: Apache-2.0
// 系统对接: the operations of a provider's system, as its catalogue entry has them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/demand.h"

namespace shareway::exchange {

// One operation. What is in no catalogue entry is not callable.
struct Operation {
  // How it answers, by the numbers of shareway.catalog.v1.OperationForm.
  enum class Form : int { kUnspecified = 0, kJson = 1, kProtobuf = 2, kOpaque = 3 };

  std::string id = {};
  Form form = Form::kUnspecified;
  std::string item = {};                     // of kOpaque: the item that the answer is
  std::vector<std::string> parameters = {};  // of the typed forms, by name
  std::string descriptor_set = {};           // of kProtobuf: a google.protobuf.FileDescriptorSet
  std::string method = {};                   // of kProtobuf: package.Service/Method

  bool opaque() const { return form == Form::kOpaque; }
  // False for a form of a later version, and for none: then it is not callable.
  bool known() const {
    return form == Form::kJson || form == Form::kProtobuf || form == Form::kOpaque;
  }

  friend bool operator==(const Operation&, const Operation&) = default;
};

inline constexpr size_t kMaxArguments = 50;
inline constexpr int kMaxArgument = 4096;           // characters
inline constexpr size_t kMaxCallBody = 1 << 20;     // bytes, to an opaque operation
inline constexpr size_t kMaxCallAnswer = 3 << 20;   // bytes, of any backend
inline constexpr size_t kMaxCallRecords = 1000;     // of a typed answer

// resources/{r}/operations/{o}: how operations are told apart at a node.
std::string OperationName(absl::string_view resource, absl::string_view operation);

// INVALID_ARGUMENT naming every field, under `invocation`, that breaks a rule which holds for any
// operation; both nodes ask it.
absl::Status CheckInvocation(const Invocation& invocation);

// The same for the rules of this operation: its parameters; of an opaque one no arguments and no
// items but its own, of a typed one no body.
absl::Status CheckInvocation(const Invocation& invocation, const Operation& operation);

// True for a media type with its parameters, up to 127 printable ASCII characters.
bool IsMediaType(absl::string_view text);

}  // namespace shareway::exchange
