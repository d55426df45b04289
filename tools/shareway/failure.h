// SPDX-License-Identifier: Apache-2.0
// How a command fails: exit codes that scripts rely on, and what stderr says.
#pragma once

#include <ostream>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/reason.h"
#include "tools/shareway/output.h"

namespace shareway::cli {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kNotFound = 3,
  kDenied = 4,
  kConflict = 5,
  kUnavailable = 6,
  kVerificationFailed = 7,
};

// The command line itself is wrong; exit code 2.
absl::Status UsageError(absl::string_view message);

// `status` as the outcome of a check; exit code 7. Keeps its message and details.
absl::Status VerificationFailed(const absl::Status& status);

// All is said already; exit code 1 without a word.
absl::Status FailedQuietly();

// The exit code for the outcome of a command.
ExitCode ExitCodeOf(const absl::Status& status);

// Tells a failure: message, reason, fields and metadata; for Format::kJson as one
// JSON object. `language` is that of the sentence beside the reason.
void Report(const absl::Status& status, Format format, Language language, std::ostream* err);

}  // namespace shareway::cli
