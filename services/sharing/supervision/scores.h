// SPDX-License-Identifier: Apache-2.0
// Counts what a scorecard rests on, from the store.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/finding.h"
#include "services/sharing/domain/scorecard.h"

namespace shareway::sharing {

// A month, quarter, year or any other run of days.
struct Period {
  absl::CivilDay from;
  absl::CivilDay to;  // the last day
};

// What is counted of the agency in the period: acts that it owed and that ended in it, or ran out
// in it and are not done; findings confirmed, ratings, incidents and drills entered in it. Reads as
// many rows as there are of these, and the findings of the agency since its first. `provides`: it
// has a resource in the catalogue.
absl::StatusOr<Scorecard> CardOf(const Desk& desk, const std::string& agency,
                                 const Period& period, bool provides);

// Adds to the card's results what is counted of resources and grants. Reads all resources, and the
// agency's grants since the period's first day.
absl::Status AddResults(const Desk& desk, const Period& period, Scorecard* card);

// The findings about the agency, or about an authority that it acts for, that were confirmed in the
// period; newest opened first.
absl::StatusOr<std::vector<Finding>> ConfirmedOf(const Desk& desk, const std::string& agency,
                                                 const Period& period);

}  // namespace shareway::sharing
