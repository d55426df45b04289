// SPDX-License-Identifier: Apache-2.0
// Day quotas of grants, as the provider's node counts them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace shareway::exchange {

// What is limited, leased or used of a day. As a limit, 0 is none.
struct Amounts {
  uint64_t calls = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;  // of answers' bodies

  bool none() const { return calls == 0 && rows == 0 && bytes == 0; }
  friend bool operator==(const Amounts&, const Amounts&) = default;
};
Amounts operator+(const Amounts& a, const Amounts& b);
// Nothing goes below 0.
Amounts operator-(const Amounts& a, const Amounts& b);

// The day of the law, which ends at 24:00 in Beijing.
absl::CivilDay QuotaDay(absl::Time now);
// CCYY-MM-DD.
std::string DayName(absl::CivilDay day);

// One grant's count on one day at one node. A value.
//
// leased >= used + held for all that is limited: what leaves was leased from sharing before, so
// that all nodes of a provider together stay within the limit.
struct DayCount {
  Amounts limit = {};
  Amounts leased = {};  // slices that sharing gave
  Amounts used = {};    // recorded with its evidence, or about to be
  Amounts held = {};    // taken by exchanges in progress

  // What must be leased before `more` can be held; none: nothing.
  Amounts Missing(const Amounts& more) const;
  // What to ask for, `missing` at least: enough for a while, and the less the less is left.
  // `soon` is what will be used in the next seconds.
  Amounts Slice(const Amounts& missing, const Amounts& soon) const;
  // What is leased and neither used nor held; 0 of what is not limited.
  Amounts Ready() const;
  // What this node knows to be left of the day; 0 of what is not limited.
  Amounts Left() const;
};

}  // namespace shareway::exchange
