// SPDX-License-Identifier: Apache-2.0
// Says that the files of a folder are whole: what was written when they were closed.
//
// Groonga's files are mapped into memory: damage would end the process, or give wrong answers
// without a word. So an index is opened only if each of its files is byte for byte what it was
// when it was closed in order, and a process that is using it leaves no seal.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::catalog::search {

// Seals `folder` as the state `state` of what it was derived from, one line.
absl::Status Seal(const std::string& folder, absl::string_view state);
// Breaks the seal of `folder`. True if it was whole and of `state`; all files are read.
bool Unseal(const std::string& folder, absl::string_view state);

}  // namespace shareway::catalog::search
