// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/quota.h"

#include <algorithm>

namespace shareway::exchange {
namespace {

// The smallest slices: a node asks sharing seldom, and what it loses by a crash is little.
constexpr Amounts kLeastSlice = {.calls = 16, .rows = 1600, .bytes = 1 << 20};
constexpr uint64_t kSharesOfRest = 20;  // a slice is 1/20 of what is left of the day

uint64_t Less(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

// Applies `part` to calls, rows and bytes.
template <typename Part>
Amounts Each(Part part) {
  return {.calls = part(&Amounts::calls),
          .rows = part(&Amounts::rows),
          .bytes = part(&Amounts::bytes)};
}

}  // namespace

Amounts operator+(const Amounts& a, const Amounts& b) {
  return Each([&](auto of) { return a.*of + b.*of; });
}

Amounts operator-(const Amounts& a, const Amounts& b) {
  return Each([&](auto of) { return Less(a.*of, b.*of); });
}

absl::CivilDay QuotaDay(absl::Time now) {
  return absl::ToCivilDay(now, absl::FixedTimeZone(8 * 60 * 60));
}

std::string DayName(absl::CivilDay day) { return absl::FormatCivilTime(day); }

Amounts DayCount::Missing(const Amounts& more) const {
  return Each([&](auto of) -> uint64_t {
    return limit.*of == 0 ? 0 : Less(used.*of + held.*of + more.*of, leased.*of);
  });
}

Amounts DayCount::Slice(const Amounts& missing, const Amounts& soon) const {
  return Each([&](auto of) -> uint64_t {
    if (limit.*of == 0 || (missing.*of == 0 && soon.*of == 0)) return 0;
    const uint64_t rest = Less(limit.*of, leased.*of);
    return std::max({missing.*of, soon.*of, kLeastSlice.*of, rest / kSharesOfRest});
  });
}

Amounts DayCount::Ready() const {
  return Each([&](auto of) -> uint64_t {
    return limit.*of == 0 ? 0 : Less(leased.*of, used.*of + held.*of);
  });
}

Amounts DayCount::Left() const {
  return Each([&](auto of) -> uint64_t {
    return limit.*of == 0 ? 0 : Less(limit.*of, used.*of + held.*of);
  });
}

}  // namespace shareway::exchange
