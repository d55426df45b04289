// SPDX-License-Identifier: Apache-2.0
// What a request asks for, by its way of sharing.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "services/exchange/domain/request.h"

namespace shareway::exchange {

// 核验: values that are compared with one record. Nothing but the comparison leaves.
struct Verification {
  struct Claim {
    std::string item = {};
    std::string value = {};  // text in the item's canonical form
    friend bool operator==(const Claim&, const Claim&) = default;
  };
  std::vector<filter::Condition> key = {};  // kEquals on every key item, each once
  std::vector<Claim> claims = {};           // 1 to kMaxClaims
  friend bool operator==(const Verification&, const Verification&) = default;
};
inline constexpr size_t kMaxClaims = 50;

// 系统对接: a call of one of the provider's operations.
struct Invocation {
  std::string operation = {};
  std::vector<std::pair<std::string, std::string>> arguments = {};  // by name, each once
  std::string body = {};                                            // opaque operations
  std::string content_type = {};
  std::vector<std::string> items = {};  // of a typed answer; empty: all that is granted
};

// QUERY and DOWNLOAD, VERIFY, CALL. The exact bytes that were signed are in Request.query.
using Demand = std::variant<Query, Verification, Invocation>;

// The operation that is called; empty for what is no CALL.
inline absl::string_view OperationOf(const Demand& demand) {
  const Invocation* const invocation = std::get_if<Invocation>(&demand);
  return invocation == nullptr ? absl::string_view() : invocation->operation;
}

}  // namespace shareway::exchange
