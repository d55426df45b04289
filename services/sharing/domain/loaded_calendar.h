// SPDX-License-Identifier: Apache-2.0
// A year's calendar that was loaded here, as it was signed.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace shareway::sharing {

// One version of calendars/{area}/{year}; a newer one replaces it, and evidence has them all.
struct LoadedCalendar {
  static constexpr char kCollection[] = "calendars";
  std::string name = {};  // calendars/{area}/{year}
  std::string yaml = {};  // the file
  absl::Time load_time = {};
  std::string loader = {};  // people/{p}

  friend bool operator==(const LoadedCalendar&, const LoadedCalendar&) = default;
};

}  // namespace shareway::sharing
