// SPDX-License-Identifier: Apache-2.0
// 核验: values of a record are compared at the provider's node; a match or not is all that leaves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/demand.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// How one value compares, by the numbers of shareway.evidence.v1.Comparison.
enum class Comparison : int {
  kUnspecified = 0,
  kMatch = 1,     // the record has this very value
  kMismatch = 2,  // it has another value, or none
  kNoRecord = 3,  // there is no such record among the granted rows
};

// One claim's answer.
struct ItemComparison {
  std::string item = {};
  Comparison comparison = Comparison::kUnspecified;
  friend bool operator==(const ItemComparison&, const ItemComparison&) = default;
};

inline constexpr int kMaxClaimText = 4096;  // code points of a claim's value
inline constexpr size_t kMaxKeyItems = 16;

// INVALID_ARGUMENT naming every field under `verification` that breaks a rule: 1 to kMaxKeyItems
// conditions of the key, all EQUALS, each item once; 1 to kMaxClaims claims, each item once and none
// of the key, with a value of 1 to kMaxClaimText characters. Never tells a value.
absl::Status CheckVerification(const Verification& verification);

// INVALID_ARGUMENT naming `verification.key` unless it names each of `keys`, the resource's key
// items, and no other.
absl::Status CheckKey(const Verification& verification, const std::vector<std::string>& keys);

// INVALID_ARGUMENT naming the claims that no value of their item's type could ever match, `types`
// being those of the claims. Such a claim is a slip of the pen, not a mismatch. Never tells a value.
absl::Status CheckForms(const Verification& verification, const std::vector<ItemType>& types);

// Compares byte for byte. `cells` are the record's values in the order of the claims; null: there is
// no such record.
std::vector<ItemComparison> Compare(const Verification& verification,
                                    const std::vector<std::optional<std::string>>* cells);

}  // namespace shareway::exchange
