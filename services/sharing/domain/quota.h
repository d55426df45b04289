// SPDX-License-Identifier: Apache-2.0
// Slices of a grant's day quota, as nodes of the provider take them.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/sharing/domain/scope.h"

namespace shareway::sharing {

// What a node gets that wants `wanted`, of a day whose limit is `limit` and of which `given` was
// given before: never more than is left; what is not limited is given as wanted.
DayQuota SliceOf(const DayQuota& limit, const DayQuota& given, const DayQuota& wanted);

// `given` and `slice` together; what is not limited is not counted.
DayQuota GivenAfter(const DayQuota& limit, const DayQuota& given, const DayQuota& slice);

// True if something that is limited was wanted and `slice` has nothing that is limited.
bool Exhausted(const DayQuota& limit, const DayQuota& wanted, const DayQuota& slice);

// True if a node may take of `day` now: the law's day, or one whose start or end is no more than a
// minute away, for clocks that differ.
bool IsQuotaDay(absl::CivilDay day, absl::Time now);

}  // namespace shareway::sharing
