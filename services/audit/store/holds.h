// SPDX-License-Identifier: Apache-2.0
// Which grants' evidence is held for an incident, as the log itself says (domain/hold.h).
//
// Nothing is kept of it but the records, which are for ever: a log that is made again from a
// mirror, or whose records lie in an archive, answers the same.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {

// True if an incident holds the evidence of `grant`: one that said so and did not release it,
// in whatever order the two came, since a closed incident is not opened again. A hold counts
// from its leaf on; a release once it lies below `witnessed`, because what is deleted for it
// does not come back if a store that was lost takes the release with it.
//
// Reads the records of that kind that have the grant as their object, few as they are; those
// of others cost time and hold nothing. Errors as LogReader::Search: then nobody knows.
absl::StatusOr<bool> IsHeld(const LogReader& log, const LogState& state, const std::string& grant,
                            uint64_t witnessed);

// The first of `grants` that is held; empty if none is.
absl::StatusOr<std::string> FirstHeld(const LogReader& log, const LogState& state,
                                      const std::set<std::string>& grants, uint64_t witnessed);

}  // namespace shareway::audit
