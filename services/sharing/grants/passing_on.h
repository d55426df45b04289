// SPDX-License-Identifier: Apache-2.0
// Grants over data that their provider received itself: each asks its source, when it is made and
// as long as it lives (M16 14; R25 25(1)).
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Every write that makes a grant, lets one go on, or consents to pass on what it gives calls one of
// these. CONSENT_REQUIRED as CheckHanding (domain/passing_on.h). The sources may not change before
// the change is committed; null: nothing is to be committed. Nothing is asked for a request that is
// refused or not decided, nor for what the provider did not receive.
absl::Status AskSources(const Desk& desk, const Resource& resource, const Grant& given,
                        const StatuteText& text, absl::Time now, Change* change);
absl::Status AskSources(const Desk& desk, const Resource& resource, const Request& decided,
                        const StatuteText& text, absl::Time now, Change* change);

// Opens a finding (M16 24(4); R25 40(3)) for each grant that a revision new to the store names as a
// source and that is none; once a revision and grant. Call before the store has the revision.
absl::Status TellForeignSources(const Desk& desk, const Resource& resource);

// By rule: suspends the ACTIVE grants whose sources ended, were suspended, or do not bear the
// consent, since their entry names one now. How many. Looks at a resource again when it or one of
// its sources has changed. One that fails is logged and does not hinder the others.
absl::StatusOr<int> UnsourcedDue(const Desk& desk);

}  // namespace shareway::sharing
