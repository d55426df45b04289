// SPDX-License-Identifier: Apache-2.0
// The rows of deploy/statutes/coverage.yaml, so that tests show what the rows say. For tests.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::testing {

// What answers a rule of law; see the head of the file.
struct CoverageRow {
  std::string id = {};                    // R12
  std::string bad_input = {};             // the sentence, "none of its own" or "as " and another id
  std::vector<std::string> methods = {};  // package.Service/Method
  std::vector<std::string> tests = {};
};

// The rows that are built and have a method in `package`, in the order of the file; of each only
// those methods. Ends the program if the file does not read.
std::vector<CoverageRow> BuiltRows(absl::string_view package);

}  // namespace shareway::testing
