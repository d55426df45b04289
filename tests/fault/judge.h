// SPDX-License-Identifier: Apache-2.0
// Judges what a log serves from a damaged store: refused, the same as before, or wrong.
#pragma once

#include <string>

#include "tests/fault/lone_log.h"

namespace shareway::testing {

// Opens the store `dir` as the service does and compares all that it serves with
// what the oracle knows: every entry, paths of a sample under a checkpoint that
// the pinned key signed, searches. Answers
//   same             everything as before
//   refused WHY      an error where something would have been served, or no start
//   behind SIZE      all as before, but the end is missing: what the start rule finds
//                    by the witnesses' reports
//   wrong WHAT       something else was served
std::string Judge(const std::string& dir, const LogOracle& oracle);

}  // namespace shareway::testing
