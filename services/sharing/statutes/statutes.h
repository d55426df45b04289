// SPDX-License-Identifier: Apache-2.0
// Calendars in force: those of the installation, and the years that were loaded here since.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// The calendars of this service. Other services read the installation's folder alone and need the
// year there, too (deploy/calendars); so does a new installation. Thread-safe.
class Statutes {
 public:
  // `desk` must outlive it.
  explicit Statutes(const Desk* desk) : desk_(desk) {}

  // A year in force.
  struct Year {
    statute::Calendar calendar = {};
    std::optional<absl::Time> load_time = {};  // none: it came with the installation
    std::string loader = {};                   // people/{p}
  };
  // What a load gave.
  struct Loaded {
    Year year = {};
    int recomputed = 0;  // requests, disputes and cases with another due date
  };

  // Puts the years that were loaded before in force again. Once, before anything else; a year of
  // the installation with a newer version holds.
  absl::Status Restore() const;

  // Loads a year from its file (as those in deploy/calendars; at most 32 KiB), stores it, puts it in
  // force and computes the provisional clocks again. INVALID_ARGUMENT, CALENDAR_INVALID, naming
  // every fault; FAILED_PRECONDITION, STATE_FORBIDS, unless its version is above that in force.
  absl::StatusOr<Loaded> Load(const Errand& errand, const std::string& yaml, bool validate_only);

  // calendars/{area}/{year}. NOT_VISIBLE if it is not in force; INVALID_ARGUMENT for no such name.
  absl::StatusOr<Year> Find(absl::string_view name) const;
  // By area, then year; of one area unless it is empty.
  absl::StatusOr<std::vector<Year>> All(absl::string_view area) const;

  static std::string NameOf(const statute::Calendar& calendar);

 private:
  absl::StatusOr<Year> YearOf(const statute::Calendar& calendar) const;
  // Puts a calendar in force; one that has a newer version already stays.
  absl::Status Enforce(statute::Calendar calendar) const;

  const Desk* const desk_;
};

}  // namespace shareway::sharing
