// SPDX-License-Identifier: Apache-2.0
// How many requests lie in the lists of an inbox, by the lists' keys alone: no request is read.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "libs/kv/store.h"

namespace shareway::sharing {

// Names of requests in the lists of `owners`, each once, newest first by list; at most `limit`.
absl::StatusOr<std::set<std::string>> NamesListed(const kv::Store& kv,
                                                  const std::vector<std::string>& owners,
                                                  int limit);

// Names of requests with a clock in the lists of `owners` that is due on `from` or later and
// before `to`, soonest first; at most `limit`, of at most ten times as many rows.
absl::StatusOr<std::set<std::string>> NamesDue(const kv::Store& kv,
                                               const std::vector<std::string>& owners,
                                               absl::CivilDay from, absl::CivilDay to, int limit);

}  // namespace shareway::sharing
