// SPDX-License-Identifier: Apache-2.0
// What the catalogue shows that may be a breach, beside stale data: updates of entries that are late.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// A clock of the catalogue over one entry that ran out before it ended, or before now.
struct LateClock {
  enum class Kind { kUnspecified = 0, kUpdate, kPublication };
  std::string name = {};  // updateClocks/{c}
  Kind kind = Kind::kUnspecified;
  std::string resource = {};
  std::string provider = {};   // agencies/{a} of the entry
  std::string authority = {};  // authorities/{a} in charge of it when the clock started
  std::string profile = {};    // profile@version that governs it
  // Why it runs, of an update: the change of law or duty, and its document.
  std::string change = {};
  std::string document = {};
  absl::Time trigger = absl::UnixEpoch();
  absl::Time due = absl::UnixEpoch();  // the end of the last day in time
  bool provisional = false;            // counted without a published calendar
  bool extension_asked = false;        // and not decided
  std::optional<absl::Time> end = {};  // when it ended, too late

  friend bool operator==(const LateClock&, const LateClock&) = default;
};

// Opens the finding of a late clock, once for each clock: an update is the agency's (M16 8, 24(1);
// R25 17, 39(1)), a publication the authority's (R25 17(2)). An end that came later is added to it
// while it is open, and undoes nothing. Answers whether a finding was opened. Nothing is found on a
// provisional day, before the last day is over by this service's clock, or where the text has no row
// for it. INVALID_ARGUMENT for a clock that lacks name, entry, agency or legal text;
// FAILED_PRECONDITION if its text is not loaded. May be repeated.
absl::StatusOr<bool> FindLateClock(const Desk& desk, const LateClock& late);

}  // namespace shareway::sharing
