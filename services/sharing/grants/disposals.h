// SPDX-License-Identifier: Apache-2.0
// The writes of disposals: what a grant that is over still owes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/store/grant_life_codec.h"

namespace shareway::sharing {

// Adds the disposal that the end of a grant opens, with its event, to the change that ends it; nothing
// for a grant under which no data could have flowed.
absl::Status AddDisposal(const Desk& desk, const Grant& before, const Grant& after,
                         const Parties& parties, const StatuteText& text, absl::Time now,
                         Change* change);

// Marks, by rule, every disposal whose last day has passed, and its grant DISPOSAL_DUE. How many; what
// somebody else changed at the same time is left to the next call. Errors of the store.
absl::StatusOr<int> DisposalsDue(const Desk& desk);

// Disposals (R25 27(1)). Each write changes the disposal and, where it decides, its grant, in one
// batch. Thread-safe. Errors: as Cases.
class Disposals {
 public:
  // `desk` must outlive it.
  explicit Disposals(const Desk* desk) : cases_(desk) {}

  absl::StatusOr<Stored<Disposal>> Report(const Errand& errand, absl::string_view name,
                                          absl::string_view etag, const DisposalReport& report);
  absl::StatusOr<Stored<Disposal>> Accept(const Errand& errand, absl::string_view name,
                                          absl::string_view etag);
  absl::StatusOr<Stored<Disposal>> Reject(const Errand& errand, absl::string_view name,
                                          absl::string_view etag, absl::string_view reason);

  const Cases<Disposal>& cases() const { return cases_; }

 private:
  const Cases<Disposal> cases_;
};

}  // namespace shareway::sharing
