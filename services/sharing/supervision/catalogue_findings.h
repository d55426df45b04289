// SPDX-License-Identifier: Apache-2.0
// What the catalogue shows that may be a breach, beside stale data: updates of entries that are late,
// items that several agencies collect.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

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

// An item that several agencies publish as collected by themselves.
struct CollectedItem {
  struct Collector {
    std::string agency = {};                  // agencies/{a}
    std::vector<std::string> resources = {};  // resources/{r}, its entries that have the item
  };
  // 数源: who is to have it alone.
  struct Source {
    std::string name = {};  // sources/{item}
    std::string resource = {};
    std::string item = {};      // its id there
    std::string provider = {};  // agencies/{a}
    std::string authority = {};  // authorities/{a} that designated it
    std::string document = {};
    absl::Time designated = absl::UnixEpoch();
  };
  std::string name = {};  // as one of the entries writes it
  std::vector<Collector> collectors = {};
  std::optional<Source> source = {};  // none: it waits for one
};

// What the finding of an item without a source is known by: the item as names are compared, and the
// nearest authority over all its collectors that the directory has. Empty if there is none, or if
// fewer than two of them stand under it.
std::string UndesignatedKey(const Desk& desk, const CollectedItem& item);

// The authority over all collectors of an item without a source is warned beforehand (预警), and
// suspected after kDesignationDays; a designation in time settles it (R25 19, 41(1)). Answers whether
// anything was opened or changed. Nothing under a text that has no row for it. INVALID_ARGUMENT for
// an item without a name.
absl::StatusOr<bool> FindUndesignated(const Desk& desk, const CollectedItem& item);

// Settles the warnings whose key is not in `live`: several agencies collect those items no more.
// Answers how many.
absl::StatusOr<int> SettleUndesignated(const Desk& desk, const std::set<std::string>& live);

// Each agency that collects an item kDesignationDays after a source was designated for it, by an
// authority over that agency, whose entry is published and shares it: one finding for each agency and
// source (R25 19, 40(1)). Answers how many were opened.
absl::StatusOr<int> FindCollectedAgain(const Desk& desk, const CollectedItem& item);

}  // namespace shareway::sharing
