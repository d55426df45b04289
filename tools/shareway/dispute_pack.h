// SPDX-License-Identifier: Apache-2.0
// shareway dispute pack: a dispute with the evidence of all that it concerns, in one file.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/shareway/session.h"

namespace shareway::cli {

// Asks the sharing service what the dispute concerns, gathers the log's entries about each of these
// objects, at most 1000 together, the dispute's own first, and writes them as one pack to `out`,
// which `shareway audit verify` accepts; only a pack above 3 MiB becomes several. Says on stderr
// for each object how many entries it has and whether its newest one holds the record as the
// service keeps it. NOT_FOUND if the log has none of the dispute yet.
absl::Status PackDispute(Session* session, const std::string& name, const std::string& out);

}  // namespace shareway::cli
