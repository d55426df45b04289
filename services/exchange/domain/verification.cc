// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/verification.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "services/exchange/domain/value.h"

namespace shareway::exchange {
namespace {

using Faults = std::vector<FieldViolation>;

void CheckOnce(const std::string& item, const std::string& field,
               std::set<absl::string_view>* seen, Faults* faults) {
  if (!seen->insert(item).second) faults->push_back({field, absl::StrCat(item, " is named twice")});
}

// The rules of conditions, but for what they would tell of a value.
void CheckKeyConditions(const Verification& verification, std::set<absl::string_view>* seen,
                        Faults* faults) {
  if (verification.key.empty() || verification.key.size() > kMaxKeyItems) {
    faults->push_back({"verification.key", absl::StrCat(verification.key.size(),
                                                        " conditions, want 1 to ", kMaxKeyItems)});
    return;
  }
  for (size_t i = 0; i < verification.key.size(); ++i) {
    const filter::Condition& condition = verification.key[i];
    const std::string field = absl::StrCat("verification.key[", i, "]");
    if (!filter::Validate({{{condition.item, filter::Op::kEquals, "v"}}}, field).ok()) {
      faults->push_back({field + ".item", "is no item id, [A-Za-z][A-Za-z0-9_]{0,63}"});
      continue;
    }
    if (condition.op != filter::Op::kEquals) {
      faults->push_back({field + ".operator", "is not EQUALS: one record is verified"});
    }
    if (!filter::Validate({{{"item", filter::Op::kEquals, condition.value}}}, field).ok()) {
      faults->push_back({field + ".value", "want text of 1 to 512 characters"});
    }
    CheckOnce(condition.item, field + ".item", seen, faults);
  }
}

absl::string_view FormOf(ItemType type) {
  switch (type) {
    case ItemType::kText:
      return "text";
    case ItemType::kDecimal:
      return "-?\\d{1,38}(\\.\\d{1,18})?";
    case ItemType::kInteger:
      return "a whole number of 64 bits without plus sign or leading zero";
    case ItemType::kDate:
      return "CCYY-MM-DD";
    case ItemType::kDatetime:
      return "RFC 3339 with T and Z";
    case ItemType::kBoolean:
      return "true or false";
  }
  return "";
}

}  // namespace

absl::Status CheckVerification(const Verification& verification) {
  Faults faults;
  std::set<absl::string_view> seen;
  CheckKeyConditions(verification, &seen, &faults);
  if (verification.claims.empty() || verification.claims.size() > kMaxClaims) {
    faults.push_back({"verification.claims", absl::StrCat(verification.claims.size(),
                                                          " claims, want 1 to ", kMaxClaims)});
    return Error::Fields(faults);
  }
  for (size_t i = 0; i < verification.claims.size(); ++i) {
    const Verification::Claim& claim = verification.claims[i];
    const std::string field = absl::StrCat("verification.claims[", i, "]");
    if (!filter::Validate({{{claim.item, filter::Op::kEquals, "v"}}}, field).ok()) {
      faults.push_back({field + ".item", "is no item id, [A-Za-z][A-Za-z0-9_]{0,63}"});
      continue;
    }
    CheckOnce(claim.item, field + ".item", &seen, &faults);
    if (!IsText(claim.value)) {
      faults.push_back({field + ".value", "is not UTF-8 text without control characters"});
    } else if (const int n = CodePoints(claim.value); n < 1 || n > kMaxClaimText) {
      faults.push_back({field + ".value",
                        absl::StrCat("has ", n, " characters, want 1 to ", kMaxClaimText)});
    }
  }
  return Error::Fields(faults);
}

absl::Status CheckKey(const Verification& verification, const std::vector<std::string>& keys) {
  const bool whole =
      verification.key.size() == keys.size() &&
      std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
        return std::any_of(verification.key.begin(), verification.key.end(),
                           [&](const filter::Condition& named) { return named.item == key; });
      });
  if (whole) return absl::OkStatus();
  return Error::Field("verification.key",
                      absl::StrCat("want one condition on each key item: ", absl::StrJoin(keys, ", ")));
}

absl::Status CheckForms(const Verification& verification, const std::vector<ItemType>& types) {
  Faults faults;
  for (size_t i = 0; i < verification.claims.size() && i < types.size(); ++i) {
    const Verification::Claim& claim = verification.claims[i];
    if (!BrokenRule({.id = claim.item, .type = types[i]}, claim.value)) continue;
    faults.push_back({absl::StrCat("verification.claims[", i, "].value"),
                      absl::StrCat("is not written as ", claim.item, " is: ", FormOf(types[i]))});
  }
  return Error::Fields(faults);
}

std::vector<ItemComparison> Compare(const Verification& verification,
                                    const std::vector<std::optional<std::string>>* cells) {
  std::vector<ItemComparison> comparisons;
  comparisons.reserve(verification.claims.size());
  for (size_t i = 0; i < verification.claims.size(); ++i) {
    const Verification::Claim& claim = verification.claims[i];
    Comparison comparison = Comparison::kNoRecord;
    if (cells != nullptr) {
      comparison = (*cells)[i] == claim.value ? Comparison::kMatch : Comparison::kMismatch;
    }
    comparisons.push_back({claim.item, comparison});
  }
  return comparisons;
}

}  // namespace shareway::exchange
