// SPDX-License-Identifier: Apache-2.0
// What is asked for or granted: items, rows, purposes, methods, days.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/filter/row_filter.h"
#include "services/sharing/domain/resource.h"

namespace shareway::sharing {

inline constexpr int kMaxYears = 3;

// How much may leave a day, until 24:00 in Beijing. 0: not limited.
struct DayQuota {
  uint64_t calls = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;  // of answers

  friend bool operator==(const DayQuota&, const DayQuota&) = default;
};

// A scope of use.
struct Scope {
  std::vector<std::string> items = {};
  filter::RowFilter rows = {};  // no conditions: all rows
  std::vector<Purpose> purposes = {};
  std::vector<Method> methods = {};
  absl::CivilDay start = {};  // first day of use, law time
  absl::CivilDay end = {};    // last day of use
  DayQuota day = {};
  std::vector<std::string> masked_items = {};  // of `items`: their values leave masked

  friend bool operator==(const Scope&, const Scope&) = default;
};

// INVALID_ARGUMENT naming each part under `field` that breaks a rule: items of the
// resource, each once; masked items among them, each once; a well-formed filter over its
// items that some row can match; purposes and methods, each once, methods offered by the
// resource (one that offers none because it is NOT_SHARED takes any); days in order, at
// most 3 years apart and not over before `today`; items that are NOT_SHARED are not asked
// for together with others (R25 15).
absl::Status Check(const Scope& scope, const Resource& resource, absl::CivilDay today,
                   absl::string_view field);

// The strictest class of what the scope touches: its items and those of its row
// filter, since a filter tells about the item that it compares.
ShareClass ClassOf(const Scope& scope, const Resource& resource);

// The highest grading of what the scope touches, as ClassOf: 1 general, 2 important, 3 core; an
// item that the resource does not have counts as core. 0 if it touches nothing.
int GradingOf(const Scope& scope, const Resource& resource);

// FAILED_PRECONDITION, CLEARANCE_TOO_LOW, naming the first item asked for that is graded above
// `clearance`, the highest that the consumer may receive. A node would refuse it at each exchange.
absl::Status CheckClearance(const Scope& scope, const Resource& resource,
                            absl::string_view consumer, int clearance);

// The published conditions that a scope of this consumer does not meet, by id.
// Conditions in words are for the reviewer and never listed.
std::vector<std::string> UnmetConditions(const Scope& scope, absl::string_view consumer,
                                         const Resource& resource);

// One part that the provider cut, and why (R25 21).
struct Cut {
  // An item's id, or row_filter, purposes, methods, period, quota, masked_items.
  std::string subject = {};
  std::string reason = {};   // 1 to 500 characters

  friend bool operator==(const Cut&, const Cut&) = default;
};

// INVALID_ARGUMENT, SCOPE_WIDENED, naming each part of `granted` under `field` that goes beyond
// `asked`: items, rows, purposes, methods, days; a day quota that is larger, or an item that was to
// be masked and is not.
absl::Status CheckWithin(const Scope& asked, const Scope& granted, absl::string_view field);

// INVALID_ARGUMENT unless `granted` is a true narrowing of `asked` and `cuts` names
// each part that was cut, each once, and nothing else; SCOPE_WIDENED if it goes beyond `asked`.
absl::Status CheckNarrowing(const Scope& asked, const Scope& granted,
                            const std::vector<Cut>& cuts, absl::string_view field);

}  // namespace shareway::sharing
