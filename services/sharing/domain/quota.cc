// SPDX-License-Identifier: Apache-2.0
// Slices of a grant's day quota, as nodes of the provider take them.
#include "services/sharing/domain/quota.h"

#include <algorithm>

#include "libs/statute/calendar.h"

namespace shareway::sharing {
namespace {

constexpr absl::Duration kDayEdge = absl::Minutes(1);

uint64_t Slice(uint64_t limit, uint64_t given, uint64_t wanted) {
  if (limit == 0) return wanted;
  return given >= limit ? 0 : std::min(wanted, limit - given);
}

uint64_t After(uint64_t limit, uint64_t given, uint64_t slice) {
  return limit == 0 ? given : given + slice;
}

bool Wants(uint64_t limit, uint64_t wanted) { return limit != 0 && wanted != 0; }

}  // namespace

DayQuota SliceOf(const DayQuota& limit, const DayQuota& given, const DayQuota& wanted) {
  return {.calls = Slice(limit.calls, given.calls, wanted.calls),
          .rows = Slice(limit.rows, given.rows, wanted.rows),
          .bytes = Slice(limit.bytes, given.bytes, wanted.bytes)};
}

DayQuota GivenAfter(const DayQuota& limit, const DayQuota& given, const DayQuota& slice) {
  return {.calls = After(limit.calls, given.calls, slice.calls),
          .rows = After(limit.rows, given.rows, slice.rows),
          .bytes = After(limit.bytes, given.bytes, slice.bytes)};
}

bool Exhausted(const DayQuota& limit, const DayQuota& wanted, const DayQuota& slice) {
  bool wants = false;
  bool gets = false;
  const auto look = [&](uint64_t l, uint64_t w, uint64_t s) {
    wants = wants || Wants(l, w);
    gets = gets || (Wants(l, w) && s != 0);
  };
  look(limit.calls, wanted.calls, slice.calls);
  look(limit.rows, wanted.rows, slice.rows);
  look(limit.bytes, wanted.bytes, slice.bytes);
  return wants && !gets;
}

bool IsQuotaDay(absl::CivilDay day, absl::Time now) {
  return day >= statute::LawDay(now - kDayEdge) && day <= statute::LawDay(now + kDayEdge);
}

}  // namespace shareway::sharing
