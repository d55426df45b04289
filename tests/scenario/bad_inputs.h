// SPDX-License-Identifier: Apache-2.0
// Inputs that must be refused, each with its reason, its field or article, and the rule of law that
// it shows: a row of deploy/statutes/coverage.yaml.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/error.h"

namespace shareway::testing {

struct BadInput {
  std::string rule;    // R12
  std::string what;
  std::string who;     // tax-applicant
  std::string method;  // RequestService/CreateRequest
  // The request in text format; $names are replaced by those of the world that they are tried in. Of
  // an upload: its messages, one a line.
  std::string text;
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;  // kOk stands for it, too
  Reason reason = Reason::kFieldInvalid;                       // kUnspecified stands for it, too
  std::string field;  // of a malformed input; empty for what is against the law or the state
  std::string says;   // value and rule, or the article
};

const std::vector<BadInput>& BadInputs();

}  // namespace shareway::testing
