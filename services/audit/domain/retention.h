// SPDX-License-Identifier: Apache-2.0
// How long records are kept, by what they tell of, and what the law asks.
//
// Ages count the days on which the log was at work since it took the record, at
// most one for each day: no clock that jumps makes a record old, and a record is
// never younger than its age says.
#pragma once

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::audit {

// Kinds of records that are kept equally long.
enum class RetentionClass : uint8_t {
  kForEver,   // changes, decisions, acts, the log's own: all but what follows
  kExchange,  // exchanges and transfers: EXCHANGE_DELIVERED to TRANSFER_PROGRESS
  kCalls,     // calls that were refused unattributed: CALLS_REJECTED
};
inline constexpr std::array<RetentionClass, 2> kPassing = {RetentionClass::kExchange,
                                                           RetentionClass::kCalls};

// `kind`: the number of evidence.v1.RecordKind, known or not.
RetentionClass ClassOf(int kind);

// The least that a class is kept, in days, and the text that asks it.
//   kExchange  1096  three years: R25 (2025 Regulation on Government Data Sharing) article 29;
//                    Network Data Security Regulation article 12
//   kCalls      184  six months: Cybersecurity Law article 21(3)
int LeastDays(RetentionClass retention);
absl::string_view LawOf(RetentionClass retention);

// Days of each class; 0: for ever.
struct Retention {
  int exchange_days = 0;
  int calls_days = 0;

  int DaysOf(RetentionClass retention) const;
  // FAILED_PRECONDITION naming flag, value, least value and article if a class would be kept
  // shorter than the law asks.
  absl::Status Check() const;

  friend bool operator==(const Retention&, const Retention&) = default;
};

}  // namespace shareway::audit
