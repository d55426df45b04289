// SPDX-License-Identifier: Apache-2.0
// Entries by number and the fixed query set, alike in every run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/catalog/domain/entry.h"

namespace shareway::bench {

// Entry `n`, published by one of a thousand agencies.
catalog::Entry EntryOf(uint64_t n);
// Every two neighbouring characters of `text`, parted by blanks: what peers index as words.
std::string BigramsOf(const std::string& text);

struct FixedQuery {
  std::string words = {};  // parted by blanks
  int share_class = 0;     // 0: all
};
// tools/bench_catalog/queries.txt: a query a line, `CLASS WORDS`.
std::vector<FixedQuery> ReadQueries(const std::string& path);

}  // namespace shareway::bench
