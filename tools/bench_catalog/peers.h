// SPDX-License-Identifier: Apache-2.0
// What the search is measured against: SQLite FTS5 and PostgreSQL over the same bigrams, each by
// its own client, which tells the time of each statement.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_catalog/corpus.h"

namespace shareway::bench {

// Milliseconds of each query for what ours answers: the counts of all hits by the seven fields, and
// the ten best, a title's words before an item's and these before the abstract's. Ends the program
// if the peer fails. `sqlite` is the sqlite3 program.
std::vector<double> SqliteTimes(const std::string& sqlite, uint64_t entries,
                                const std::vector<FixedQuery>& queries);

// `bin` has initdb, postgres and psql. Run as a user who is not root.
std::vector<double> PostgresTimes(const std::string& bin, uint64_t entries,
                                  const std::vector<FixedQuery>& queries);

}  // namespace shareway::bench
